//! The `[selective]` table of a config. What is fine-tuned, by which terms and against which teacher, stands in
//! `[decomposition]`.

use serde::{Deserialize, Serialize};

/// Which synthesised faces are learnt from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SelectiveConfig {
    /// Photographs of a micro-batch that are synthesised, each in all seven groups.
    pub faces: usize,
    /// A synthesised face is kept when the teacher's cosine between it and its source is above this.
    pub threshold: f32,
}

impl Default for SelectiveConfig {
    fn default() -> Self {
        Self { faces: 4, threshold: 0.5 }
    }
}

impl SelectiveConfig {
    /// Checks that the numbers make sense.
    ///
    /// # Errors
    /// With a sentence on the first that does not.
    pub fn validate(&self) -> Result<(), String> {
        if self.faces == 0 {
            return Err("selective.faces is 0; it is a number above 0".to_owned());
        }
        match (-1.0..=1.0).contains(&self.threshold) {
            true => Ok(()),
            false => Err(format!("selective.threshold is {}; a cosine lies between -1 and 1", self.threshold)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_make_no_sense_are_named() {
        let of = |text: &str| toml::from_str::<SelectiveConfig>(text).map(|config| config.validate());
        assert_eq!(of("").unwrap(), Ok(()));
        assert!(of("threshold = 1.5").unwrap().unwrap_err().contains("selective.threshold is 1.5"));
        assert!(of("threshold = nan").unwrap().is_err() && of("faces = 0").unwrap().is_err());
        assert!(of("cosine = 0.5").is_err());
    }
}
