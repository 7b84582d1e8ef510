//! Why a config cannot be used, with the key and the line.

/// Why a config cannot be used, as a plain sentence with a next step.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{name} cannot be read: {reason}. Check the path given with --config.")]
    Unreadable {
        /// The file.
        name: String,
        /// What went wrong.
        reason: String,
    },
    /// The text says something this program does not know.
    #[error("{name}, line {line}: {reason}. {next_step}")]
    Line {
        /// The file.
        name: String,
        /// Where, counted from 1.
        line: usize,
        /// What is wrong.
        reason: String,
        /// What to do.
        next_step: String,
    },
    /// The parts do not fit each other.
    #[error("{name}: {reason}. Correct it; docs/training.md explains every key.")]
    Invalid {
        /// The file.
        name: String,
        /// What does not fit.
        reason: String,
    },
}

const NEXT_STEP: &str = "Correct it; docs/training.md explains every key.";

impl ConfigError {
    /// What the TOML reader says, in a sentence of ours.
    pub(super) fn of_toml(name: &str, text: &str, error: &toml::de::Error) -> Self {
        let start = error.span().map_or(0, |span| span.start.min(text.len()));
        let line = text.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count() + 1;
        let (reason, next_step) = told(error.message(), key_at(text, line));
        Self::Line { name: name.to_owned(), line, reason, next_step }
    }
}

/// The key a line gives a value to.
fn key_at(text: &str, line: usize) -> Option<&str> {
    let line = text.lines().nth(line - 1)?;
    line.split_once('=').map(|(key, _)| key.trim())
}

/// Serde's words for what people most often get wrong, in ours; others as they are.
fn told(message: &str, key: Option<&str>) -> (String, String) {
    let message = message.trim().trim_end_matches('.').replace('\n', ", ");
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let next_step = NEXT_STEP.to_owned();
    match quoted.as_slice() {
        [unknown, known @ ..] if message.starts_with("unknown field") => {
            let nearest = known.iter().min_by_key(|key| distance(unknown, key));
            let nearest = nearest.filter(|key| distance(unknown, key) <= 1 + unknown.len() / 3);
            let next_step = match nearest {
                Some(nearest) => format!("Did you mean “{nearest}”?"),
                None if known.is_empty() => next_step,
                None => format!("The keys here are {}.", known.join(", ")),
            };
            (format!("there is no key “{unknown}”"), next_step)
        }
        [missing] if message.starts_with("missing field") => (format!("the key “{missing}” is missing"), next_step),
        [unknown, known @ ..] if message.starts_with("unknown variant") => {
            (format!("“{unknown}” is not one of {}", known.join(", ")), next_step)
        }
        _ => match key {
            Some(key) => (format!("{message}, for “{key}”"), next_step),
            None => (message, next_step),
        },
    }
}

/// Letters to change, add or leave out between two words (Levenshtein 1966).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (line, letter) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for column in 0..b.len() {
            let changed = diagonal + usize::from(letter != b[column]);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(row[column] + 1).min(row[column + 1] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_as_far_apart_as_letters_have_to_change() {
        let cases = [("steps", "steps", 0), ("stpes", "steps", 2), ("seed", "speed", 1), ("", "abc", 3)];
        for (a, b, apart) in cases {
            assert_eq!(distance(a, b), apart, "{a} {b}");
        }
    }
}
