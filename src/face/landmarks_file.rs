//! Landmarks that somebody placed before: a CSV with five points for each picture, in pixels of the upright picture.
//! Columns are found by name: `file`, then `eye_left_x`, `eye_left_y`, `eye_right_x`, … `mouth_right_y`.

use std::collections::HashMap;
use std::path::Path;

use super::Landmarks;

/// Columns of the five points, in the order of [`Landmarks`].
const COLUMNS: [&str; 10] = [
    "eye_left_x",
    "eye_left_y",
    "eye_right_x",
    "eye_right_y",
    "nose_x",
    "nose_y",
    "mouth_left_x",
    "mouth_left_y",
    "mouth_right_x",
    "mouth_right_y",
];

/// Landmarks of many pictures.
#[derive(Clone, Debug, Default)]
pub struct LandmarksFile {
    by_name: HashMap<String, Landmarks>,
}

/// Why a landmarks file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LandmarksFileError {
    /// The file cannot be read.
    #[error("The landmarks “{path}” cannot be read: {reason}. Check the path.")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// A column is missing.
    #[error(
        "The landmarks “{path}” lack the column “{column}”. The first line must name file and eye_left_x to mouth_right_y."
    )]
    Column {
        /// The file.
        path: String,
        /// The column.
        column: &'static str,
    },
    /// A line is not a name and ten numbers.
    #[error("Line {line} of the landmarks “{path}” is not a file name and ten numbers. Correct or delete it.")]
    Line {
        /// The file.
        path: String,
        /// The line, counted from 1.
        line: usize,
    },
}

impl LandmarksFile {
    /// Reads a landmarks file.
    ///
    /// # Errors
    /// When the file cannot be read, lacks a column or holds a line that is no landmarks.
    pub fn read(path: &Path) -> Result<Self, LandmarksFileError> {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| LandmarksFileError::Unreadable { path: shown.clone(), reason: error.to_string() })?;
        Self::parse(&shown, &text)
    }

    /// Landmarks from the text of the file `shown` names in errors.
    ///
    /// # Errors
    /// When a column is missing or a line is no landmarks.
    pub fn parse(shown: &str, text: &str) -> Result<Self, LandmarksFileError> {
        let mut lines = text.trim_start_matches('\u{feff}').lines().enumerate();
        let header: Vec<&str> =
            lines.next().map(|(_, line)| line.split(',').map(str::trim).collect()).unwrap_or_default();
        let column = |name: &'static str| {
            let found = header.iter().position(|held| *held == name);
            found.ok_or_else(|| LandmarksFileError::Column { path: shown.to_owned(), column: name })
        };
        let file = column("file")?;
        let mut points = [0; COLUMNS.len()];
        for (index, name) in points.iter_mut().zip(COLUMNS) {
            *index = column(name)?;
        }
        let mut by_name = HashMap::new();
        for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            let (name, landmarks) = parse_line(line, file, &points)
                .ok_or_else(|| LandmarksFileError::Line { path: shown.to_owned(), line: number + 1 })?;
            by_name.insert(name, landmarks);
        }
        Ok(Self { by_name })
    }

    /// The landmarks of a picture: by its whole path inside its set, else by its file name.
    pub fn of(&self, picture: &str) -> Option<Landmarks> {
        let file_name = picture.rsplit('/').next().unwrap_or(picture);
        self.by_name.get(picture).or_else(|| self.by_name.get(file_name)).copied()
    }

    /// How many pictures have landmarks.
    pub fn len(&self) -> usize {
        self.by_name.len()
    }

    /// Whether no picture has.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }
}

fn parse_line(line: &str, file: usize, points: &[usize; COLUMNS.len()]) -> Option<(String, Landmarks)> {
    let fields: Vec<&str> = line.split(',').map(str::trim).collect();
    let mut landmarks = Landmarks::default();
    for (value, index) in landmarks.as_flattened_mut().iter_mut().zip(points) {
        *value = fields.get(*index)?.parse().ok().filter(|value: &f32| value.is_finite())?;
    }
    Some(((*fields.get(file)?).to_owned(), landmarks))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "file,eye_left_x,eye_left_y,eye_right_x,eye_right_y,nose_x,nose_y,\
                          mouth_left_x,mouth_left_y,mouth_right_x,mouth_right_y";

    #[test]
    fn points_are_found_by_path_and_by_file_name() {
        let text = format!("{HEADER}\na.webp,1,2,3,4,5,6,7,8,9,10\n");
        let file = LandmarksFile::parse("a.csv", &text).unwrap();
        let expected = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0], [9.0, 10.0]];
        assert_eq!((file.of("images/a.webp"), file.of("b.webp"), file.len()), (Some(expected), None, 1));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let missing = LandmarksFile::parse("a.csv", "file,eye_left_x\n").unwrap_err().to_string();
        assert!(missing.contains("eye_left_y"), "{missing}");
        let broken = LandmarksFile::parse("a.csv", &format!("{HEADER}\na,1,2,3,4,5,6,7,8,9,ten\n")).unwrap_err();
        assert!(broken.to_string().starts_with("Line 2"), "{broken}");
    }
}
