//! Label files: CSV with a header that names its columns.

use std::path::Path;

/// What is known of one picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Its path inside the set, or its file name.
    pub file: String,
    /// Who it shows.
    pub identity: Option<String>,
    /// Age in years when it was taken.
    pub age_years: Option<f32>,
}

/// Why labels cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LabelsError {
    /// The file cannot be read.
    #[error("The labels “{path}” cannot be read: {reason}.")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// A column is missing.
    #[error("The labels “{path}” lack the column “{column}”. The first line must name the columns.")]
    Column {
        /// The file.
        path: String,
        /// The column.
        column: &'static str,
    },
}

/// Reads a label file with the columns `file` and, as far as they are there, `identity` and `age_years`.
///
/// # Errors
/// When the file cannot be read or has no column `file`.
pub fn read(path: &Path) -> Result<Vec<Label>, LabelsError> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| LabelsError::Unreadable { path: shown.clone(), reason: error.to_string() })?;
    parse(&text).ok_or(LabelsError::Column { path: shown, column: "file" })
}

fn parse(text: &str) -> Option<Vec<Label>> {
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let header: Vec<&str> = lines.next()?.split(',').map(str::trim).collect();
    let column = |name: &str| header.iter().position(|held| *held == name);
    let (file, identity, age) = (column("file")?, column("identity"), column("age_years"));
    let label = |line: &str| {
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        let field = |index: Option<usize>| index.and_then(|index| fields.get(index)).filter(|value| !value.is_empty());
        Some(Label {
            file: (*fields.get(file)?).to_owned(),
            identity: field(identity).map(|value| (*value).to_owned()),
            age_years: field(age).and_then(|value| value.parse().ok()),
        })
    };
    Some(lines.filter(|line| !line.trim().is_empty()).filter_map(label).collect())
}

/// The label of each picture name: by its whole path inside the set, else by its file name.
pub fn by_picture<'a>(labels: &'a [Label], name: &str) -> Option<&'a Label> {
    let file_name = name.rsplit('/').next().unwrap_or(name);
    labels.iter().find(|label| label.file == name).or_else(|| labels.iter().find(|label| label.file == file_name))
}

/// The age that UTKFace writes in front of a file name: `[age]_[gender]_[race]_…`.
pub fn utkface_age_years(name: &str) -> Option<f32> {
    let file_name = name.rsplit('/').next()?;
    let mut parts = file_name.split('_');
    let age: u32 = parts.next()?.parse().ok()?;
    let gender: u32 = parts.next()?.parse().ok()?;
    (age <= 116 && gender <= 1).then_some(age as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_name() {
        let labels = parse("age_years,file,identity\n12,a.jpg,anna\n,b.jpg,\n").unwrap();
        assert_eq!(labels[0], Label { file: "a.jpg".into(), identity: Some("anna".into()), age_years: Some(12.0) });
        assert_eq!((labels[1].age_years, labels[1].identity.clone()), (None, None));
        assert!(parse("picture\nx.jpg\n").is_none());
        assert!(by_picture(&labels, "images/a.jpg").is_some());
    }

    #[test]
    fn utkface_names_carry_the_age() {
        assert_eq!(utkface_age_years("images/26_1_2_201701.jpg"), Some(26.0));
        assert_eq!(utkface_age_years("IMG_0001.jpg"), None);
    }
}
