//! What is known of a picture, and tables that say so.

use std::collections::{HashMap, HashSet};

use super::{DataError, Gender};
use crate::pictures::{AN_AGE, Row, Table, TableError, UTKFACE_ETHNICITIES, age_years, is_within, name_ends};

/// What is known of one picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Label {
    /// Name of the person, within the source.
    pub identity: Option<String>,
    /// Age in years.
    pub age_years: Option<f32>,
    /// Gender.
    pub gender: Option<Gender>,
    /// Index into [`UTKFACE_ETHNICITIES`].
    pub ethnicity: Option<u8>,
}

impl Label {
    /// What `other` knows, and where it knows nothing what this one does.
    pub(super) fn updated_by(self, other: &Self) -> Self {
        Self {
            identity: other.identity.clone().or(self.identity),
            age_years: other.age_years.or(self.age_years),
            gender: other.gender.or(self.gender),
            ethnicity: other.ethnicity.or(self.ethnicity),
        }
    }
}

/// Something known by a picture's name: by its path inside the set, or by the end of it.
#[derive(Debug)]
pub(super) struct ByName<T> {
    held: HashMap<String, T>,
}

impl<T> ByName<T> {
    /// Reads the column `file` and what `read` finds in each line.
    ///
    /// # Errors
    /// When the column is missing, a name leads out of the set or comes twice, or `read` fails.
    pub(super) fn read(table: &Table, read: impl Fn(&Row<'_>) -> Result<T, TableError>) -> Result<Self, TableError> {
        let file = table.required("file")?;
        let mut held = HashMap::new();
        for row in table.rows() {
            let row = row?;
            let name = row.text(file);
            if !is_within(name) {
                return Err(row.mistake(file, "a path inside the set of pictures"));
            }
            if held.insert(name.to_owned(), read(&row)?).is_some() {
                return Err(row.mistake(file, "a name of its own: an earlier line has it"));
            }
        }
        Ok(Self { held })
    }

    /// What is known of a picture; folders before its name that the table does not name are passed over.
    pub(super) fn find(&self, name: &str) -> Option<&T> {
        self.held.get(self.key_of(name)?)
    }

    /// Under which name a picture is known.
    fn key_of<'a>(&self, name: &'a str) -> Option<&'a str> {
        name_ends(name).find(|end| self.held.contains_key(*end))
    }

    /// How many names there are.
    pub(super) fn len(&self) -> usize {
        self.held.len()
    }

    /// The first name, in their order, that none of these pictures has.
    pub(super) fn first_without<'a>(&self, pictures: impl Iterator<Item = &'a String>) -> Option<String> {
        let found: HashSet<&str> = pictures.filter_map(|name| self.key_of(name)).collect();
        self.held.keys().filter(|name| !found.contains(name.as_str())).min().cloned()
    }
}

/// Reads a table of labels: `file` and any of `identity`, `age_years`, `gender` (or `gender_0male_1female`) and
/// `ethnicity` (or `ethnicity_0to4`).
pub(super) fn read(table: &Table) -> Result<ByName<Label>, DataError> {
    let either = |name: &str, other: &str| table.column(name).or_else(|| table.column(other));
    let (identity, age) = (table.column("identity"), table.column("age_years"));
    let gender_column = either("gender", "gender_0male_1female");
    let ethnicity_column = either("ethnicity", "ethnicity_0to4");
    Ok(ByName::read(table, |row| {
        Ok(Label {
            identity: identity.map(|column| row.text(column)).filter(|name| !name.is_empty()).map(str::to_owned),
            age_years: known(row, age, AN_AGE, age_years)?,
            gender: known(row, gender_column, "male, female, 0 (male) or 1 (female)", gender)?,
            ethnicity: known(row, ethnicity_column, "a number from 0 to 4 or its name", ethnicity)?,
        })
    })?)
}

fn known<T>(
    row: &Row<'_>,
    column: Option<usize>,
    wanted: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, TableError> {
    column.map_or(Ok(None), |column| row.value(column, wanted, read))
}

fn gender(text: &str) -> Option<Gender> {
    match text.to_ascii_lowercase().as_str() {
        "0" | "male" | "m" => Some(Gender::Male),
        "1" | "female" | "f" => Some(Gender::Female),
        _ => None,
    }
}

fn ethnicity(text: &str) -> Option<u8> {
    let named = UTKFACE_ETHNICITIES.iter().position(|name| name.eq_ignore_ascii_case(text));
    let index = named.or_else(|| text.parse().ok().filter(|index| *index < UTKFACE_ETHNICITIES.len()))?;
    u8::try_from(index).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> Result<ByName<Label>, DataError> {
        read(&Table::new("labels.csv", text.to_owned()))
    }

    #[test]
    fn every_column_is_read_in_each_of_its_spellings() {
        let text = "file,identity,age_years,gender_0male_1female,ethnicity_0to4\na/1.jpg,anna,31.5,1,2\n2.jpg,,,,\n";
        let labels = labels(text).unwrap();
        let expected = Label {
            identity: Some("anna".into()),
            age_years: Some(31.5),
            gender: Some(Gender::Female),
            ethnicity: Some(2),
        };
        assert_eq!(labels.find("images/a/1.jpg"), Some(&expected));
        assert_eq!(labels.find("2.jpg"), Some(&Label::default()));
        assert_eq!(labels.find("1.jpg"), None);
        let named = super::read(&Table::new("x", "file,gender,ethnicity\n1.jpg,M,indian\n".to_owned())).unwrap();
        let expected = Label { gender: Some(Gender::Male), ethnicity: Some(3), ..Label::default() };
        assert_eq!(named.find("1.jpg"), Some(&expected));
    }

    #[test]
    fn mistakes_are_named_by_line_and_column() {
        let said = |text: &str| labels(text).unwrap_err().to_string();
        assert!(said("file,age_years\na.jpg,1e9\n").contains("line 2, column “age_years”: “1e9” is not an age"));
        assert!(said("file,age_years\na.jpg,nan\n").contains("column “age_years”"));
        assert!(said("file,gender\na.jpg,7\n").contains("column “gender”: “7” is not male"));
        assert!(said("file,ethnicity\na.jpg,5\n").contains("column “ethnicity”"));
        assert!(said("file\n../a.jpg\n").contains("“../a.jpg” is not a path inside the set"));
        assert!(said("file\n/etc/a.jpg\n").contains("is not a path inside the set"));
        assert!(said("file\na.jpg\na.jpg\n").contains("line 3, column “file”"));
        assert!(said("name\na.jpg\n").contains("lacks the column “file”"));
        assert!(said("").contains("lacks the column “file”"));
    }
}
