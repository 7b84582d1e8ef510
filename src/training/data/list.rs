//! The published list: lines `id filename age gender`, gender 1 for male and 0 for female. SCAF's annotations are
//! published this way too.

use super::labels::Label;
use super::{DataError, Gender};
use crate::pictures::{AN_AGE, age_years, is_within};

/// Reads a list: names of the pictures, relative to their folder, with what is known of each.
///
/// # Errors
/// When a line is anything else, or names a path that is absolute or leads out of the folder.
pub(super) fn read(path: &str, text: &str) -> Result<Vec<(String, Label)>, DataError> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let read = |(index, line): (usize, &str)| {
        entry(line.trim()).map_err(|reason| DataError::List { path: path.to_owned(), line: index + 1, reason })
    };
    lines.map(read).collect()
}

fn entry(line: &str) -> Result<(String, Label), String> {
    // A file name may hold blanks: the other three fields are split off first.
    let fields = line.split_once(char::is_whitespace).and_then(|(identity, rest)| {
        let (rest, gender) = rest.trim().rsplit_once(char::is_whitespace)?;
        let (name, age) = rest.trim().rsplit_once(char::is_whitespace)?;
        Some((identity, name.trim(), age, gender))
    });
    let (identity, name, age, gender) = fields.ok_or_else(|| "there are fewer than four fields".to_owned())?;
    if !is_within(name) {
        return Err(format!("“{name}” is not a path inside the folder of the pictures"));
    }
    let age_years = age_years(age).ok_or_else(|| format!("“{age}” is not {AN_AGE}"))?;
    let gender = match gender {
        "1" => Gender::Male,
        "0" => Gender::Female,
        other => return Err(format!("the gender “{other}” is neither 0 nor 1")),
    };
    let identity = Some(identity.to_owned());
    let name = name.trim_start_matches("./").to_owned();
    Ok((name, Label { identity, age_years: Some(age_years), gender: Some(gender), ethnicity: None }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_order_of_fields_and_genders() {
        let entries = read("scaf.txt", "7 casia/0001/a b.jpg 31.5 1\r\n\n8\tc.jpg 4 0\n").unwrap();
        assert_eq!(entries[0].0, "casia/0001/a b.jpg");
        let first = &entries[0].1;
        assert_eq!((first.identity.as_deref(), first.age_years), (Some("7"), Some(31.5)));
        assert_eq!((first.gender, entries[1].1.gender), (Some(Gender::Male), Some(Gender::Female)));
    }

    #[test]
    fn mistakes_are_named_by_line() {
        let said = |text: &str| read("scaf.txt", text).unwrap_err().to_string();
        assert!(said("1 a.jpg 3 1\n2 b.jpg young 0\n").contains("“scaf.txt”, line 2: “young” is not an age"));
        assert!(said("1 a.jpg 3\n").contains("line 1: there are fewer than four fields"));
        assert!(said("1 ../a.jpg 3 1\n").contains("“../a.jpg” is not a path inside"));
        assert!(said("1 /etc/passwd 3 1\n").contains("“/etc/passwd” is not a path inside"));
        assert!(said("1 a.jpg 3 2\n").contains("the gender “2”"));
    }
}
