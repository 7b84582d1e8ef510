//! What is known of pictures: label files (CSV with a header that names its columns) and names that say it themselves.

use std::collections::HashMap;
use std::path::Path;

use crate::pictures::{AN_AGE, PicturesError, Table, TableError, UTKFACE_ETHNICITIES, age_years, name_ends, read_text};

/// What is known of one picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Label {
    /// Who it shows.
    pub identity: Option<String>,
    /// Age in years when it was taken.
    pub age_years: Option<f32>,
    /// `male` or `female`, or whatever the labels say.
    pub gender: Option<String>,
    /// In UTKFace's words, or whatever the labels say.
    pub ethnicity: Option<String>,
}

/// Labels of many pictures.
#[derive(Clone, Debug, Default)]
pub struct Labels {
    by_name: HashMap<String, Label>,
}

impl Labels {
    /// Reads a label file with the columns `file` and, as far as they are there, `identity`, `age_years`, `gender`
    /// (also `gender_0male_1female`) and `ethnicity` (also `ethnicity_0to4`, in UTKFace's order).
    ///
    /// # Errors
    /// When the file cannot be read, has no column `file`, or holds a line that does not fit the others.
    pub fn read(path: &Path) -> Result<Self, PicturesError> {
        Ok(Self::from_table(&Table::new(path.display().to_string(), read_text(path)?))?)
    }

    fn from_table(table: &Table) -> Result<Self, TableError> {
        let file = table.required("file")?;
        let either = |name: &str, other: &str| table.column(name).or_else(|| table.column(other));
        let (identity, age) = (table.column("identity"), table.column("age_years"));
        let gender = either("gender", "gender_0male_1female");
        let ethnicity = either("ethnicity", "ethnicity_0to4");
        let mut by_name = HashMap::new();
        for row in table.rows() {
            let row = row?;
            let text = |column: Option<usize>| column.map(|column| row.text(column)).filter(|text| !text.is_empty());
            let label = Label {
                identity: text(identity).map(str::to_owned),
                age_years: age.map_or(Ok(None), |column| row.value(column, AN_AGE, age_years))?,
                gender: text(gender).map(gender_word),
                ethnicity: text(ethnicity).map(ethnicity_word),
            };
            by_name.insert(row.text(file).to_owned(), label);
        }
        Ok(Self { by_name })
    }

    /// Whether no picture is labelled.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// The label of a picture: by its path inside the set, or by the end of it.
    pub fn of(&self, picture: &str) -> Option<&Label> {
        name_ends(picture).find_map(|end| self.by_name.get(end))
    }

    /// What the labels and the picture's own name say; the labels win.
    pub fn known(&self, picture: &str) -> Label {
        let said = Label::of_name(picture);
        let Some(label) = self.of(picture) else { return said };
        Label {
            identity: label.identity.clone().or(said.identity),
            age_years: label.age_years.or(said.age_years),
            gender: label.gender.clone().or(said.gender),
            ethnicity: label.ethnicity.clone().or(said.ethnicity),
        }
    }
}

impl Label {
    /// What a picture's name says of it, in the conventions of UTKFace (`26_1_2_2017…`), AgeDB (`0_MariaCallas_35_f`),
    /// CACD (`53_Robin_Williams_0001`), FG-NET (`001A02`) and LFW or CALFW (`Abel_Pacheco_0001`). Nothing for others.
    pub fn of_name(picture: &str) -> Self {
        let stem = file_name(picture);
        let stem = stem.split('.').next().unwrap_or(stem);
        utkface(stem)
            .or_else(|| agedb(stem))
            .or_else(|| cacd(stem))
            .or_else(|| fgnet(stem))
            .or_else(|| lfw(stem))
            .unwrap_or_default()
    }
}

fn file_name(picture: &str) -> &str {
    picture.rsplit('/').next().unwrap_or(picture)
}

/// `[age]_[gender]_[race]_[…]`.
fn utkface(stem: &str) -> Option<Label> {
    let parts: Vec<&str> = stem.split('_').collect();
    let [age, gender, ethnicity, _, ..] = parts.as_slice() else { return None };
    let age: u32 = age.parse().ok().filter(|age| *age <= 116)?;
    let gender: u8 = gender.parse().ok().filter(|gender| *gender <= 1)?;
    // Some of UTKFace's names lack the ethnicity and have the date in its place.
    let ethnicity = ethnicity.parse().ok().and_then(|number: usize| UTKFACE_ETHNICITIES.get(number));
    Some(Label {
        identity: None,
        age_years: Some(age as f32),
        gender: Some(gender_word(&gender.to_string())),
        ethnicity: ethnicity.map(|word| (*word).to_owned()),
    })
}

/// `[number]_[name]_[age]_[gender]`.
fn agedb(stem: &str) -> Option<Label> {
    let parts: Vec<&str> = stem.split('_').collect();
    let [number, name, age, gender] = parts.as_slice() else { return None };
    number.parse::<u32>().ok()?;
    let gender = match *gender {
        "m" => "male",
        "f" => "female",
        _ => return None,
    };
    Some(Label {
        identity: Some((*name).to_owned()),
        age_years: Some(age.parse::<u32>().ok()? as f32),
        gender: Some(gender.to_owned()),
        ethnicity: None,
    })
}

/// `[age]_[name]_[number]`.
fn cacd(stem: &str) -> Option<Label> {
    let (age, rest) = stem.split_once('_')?;
    let (name, number) = rest.rsplit_once('_')?;
    number.parse::<u32>().ok()?;
    let age: u32 = age.parse().ok().filter(|age| *age <= 116)?;
    let is_name = name.starts_with(char::is_alphabetic);
    is_name.then(|| Label { identity: Some(name.to_owned()), age_years: Some(age as f32), ..Label::default() })
}

/// `[person]A[age]`, with a letter behind it where there are several of one age.
fn fgnet(stem: &str) -> Option<Label> {
    let (person, rest) = stem.split_once(['A', 'a'])?;
    let age: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let is_fgnet = person.len() == 3 && person.bytes().all(|byte| byte.is_ascii_digit()) && age.len() == 2;
    (is_fgnet && rest.len() <= 3).then(|| Label {
        identity: Some(person.to_owned()),
        age_years: age.parse().ok(),
        ..Label::default()
    })
}

/// `[name]_[number]` with a name that begins with a letter.
fn lfw(stem: &str) -> Option<Label> {
    let (name, number) = stem.rsplit_once('_')?;
    let is_lfw =
        number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit()) && name.starts_with(char::is_alphabetic);
    is_lfw.then(|| Label { identity: Some(name.to_owned()), ..Label::default() })
}

fn gender_word(value: &str) -> String {
    match value {
        "0" | "m" | "M" => "male",
        "1" | "f" | "F" => "female",
        other => other,
    }
    .to_owned()
}

fn ethnicity_word(value: &str) -> String {
    let number: Option<usize> = value.parse().ok();
    number.and_then(|number| UTKFACE_ETHNICITIES.get(number)).map_or(value, |word| *word).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> Labels {
        Labels::from_table(&Table::new("labels.csv", text.to_owned())).unwrap()
    }

    fn named(name: &str) -> (Option<String>, Option<f32>) {
        let label = Label::of_name(name);
        (label.identity, label.age_years)
    }

    #[test]
    fn columns_are_found_by_name() {
        let labels = labels("age_years,file,identity,gender_0male_1female\n12,a.jpg,anna,1\n,b.jpg,,\n");
        let anna = labels.of("images/a.jpg").unwrap();
        assert_eq!(
            (anna.identity.as_deref(), anna.age_years, anna.gender.as_deref()),
            (Some("anna"), Some(12.0), Some("female"))
        );
        assert_eq!(labels.of("b.jpg"), Some(&Label::default()));
        assert!(Labels::from_table(&Table::new("x", "picture\nx.jpg\n".to_owned())).is_err());
    }

    #[test]
    fn names_say_what_their_sets_put_into_them() {
        let utkface = Label::of_name("images/26_1_2_201701.jpg");
        assert_eq!(
            (utkface.age_years, utkface.gender.as_deref(), utkface.ethnicity.as_deref()),
            (Some(26.0), Some("female"), Some("Asian"))
        );
        assert_eq!(named("16_MariaCallas_35_f.jpg"), (Some("MariaCallas".into()), Some(35.0)));
        assert_eq!(named("53_Robin_Williams_0001.jpg"), (Some("Robin_Williams".into()), Some(53.0)));
        assert_eq!(named("001A43a.JPG"), (Some("001".into()), Some(43.0)));
        assert_eq!(named("Abel_Pacheco/Abel_Pacheco_0001.webp"), (Some("Abel_Pacheco".into()), None));
        for other in ["IMG_0001x.jpg", "00001.jpg", "holiday.png", "100A5.jpg", "0399_1.jpg"] {
            assert_eq!(named(other), (None, None), "{other}");
        }
    }

    #[test]
    fn a_label_wins_over_the_name() {
        let labels = labels("file,age_years\n001A02.webp,3\n");
        let known = labels.known("images/001A02.webp");
        assert_eq!((known.age_years, known.identity.as_deref()), (Some(3.0), Some("001")));
    }
}
