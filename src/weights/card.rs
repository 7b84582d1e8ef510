//! What is known of weights besides their numbers: data, licence, measured accuracy. Only what a file, its description
//! or this program's own model card states; the rest is “not stated”.

/// What is said where nothing is known.
pub const NOT_STATED: &str = "not stated";

/// The card of a set of weights, in short lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelCard {
    /// What it was trained on.
    pub data: String,
    /// On which terms it may be used.
    pub licence: String,
    /// Measured figures, one a line; one line “not stated” where there are none.
    pub accuracy: Vec<String>,
}

impl ModelCard {
    /// The card of the bundled weights, a short form of `assets/compact-v2-card.md`.
    pub fn bundled() -> Self {
        Self {
            data: "UTKFace, 322 identities of CelebA and Glint360K, and 200 generated portraits; backbone SFace"
                .to_owned(),
            licence: "research, non-commercial; the backbone is Apache-2.0".to_owned(),
            accuracy: vec![
                "LFW, folds 1–5: 99.47 % of pairs right".to_owned(),
                "FG-NET, leave one out: rank 1 for 0.962".to_owned(),
                "FG-NET, ten or more years apart: 0.463 of true pairs found at one false match in 1,000".to_owned(),
                "Age: mean error 4.28 years on UTKFace, 5.37 on FG-NET".to_owned(),
            ],
        }
    }

    /// A card of what is stated.
    pub fn stated(data: Option<&str>, licence: Option<&str>, accuracy: Vec<String>) -> Self {
        let or_not = |text: Option<&str>| text.unwrap_or(NOT_STATED).to_owned();
        let accuracy = if accuracy.is_empty() { vec![NOT_STATED.to_owned()] } else { accuracy };
        Self { data: or_not(data), licence: or_not(licence), accuracy }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every figure of the short card stands in the long one.
    #[test]
    fn the_bundled_card_says_what_the_long_one_says() {
        let long = include_str!("../../assets/compact-v2-card.md");
        let card = ModelCard::bundled();
        let words = card.accuracy.iter().chain([&card.data]).flat_map(|line| line.split([' ', ',']));
        for figure in words.filter(|word| word.contains('.') || word.parse::<u32>().is_ok_and(|number| number > 100)) {
            assert!(long.contains(figure), "{figure}");
        }
    }
}
