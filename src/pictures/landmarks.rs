//! Tables of five landmarks a picture, in pixels of the upright picture. Columns are found by name: `file`, then
//! `eye_left_x`, `eye_left_y`, `eye_right_x`, … `mouth_right_y`.

use std::collections::HashMap;
use std::path::Path;

use super::{PicturesError, Row, Table, TableError, name_ends, read_text};
use crate::face::Landmarks;

/// Columns of the five points, in the order of [`Landmarks`].
const COLUMNS: [[&str; 2]; 5] = [
    ["eye_left_x", "eye_left_y"],
    ["eye_right_x", "eye_right_y"],
    ["nose_x", "nose_y"],
    ["mouth_left_x", "mouth_left_y"],
    ["mouth_right_x", "mouth_right_y"],
];

/// Landmarks that somebody placed before.
#[derive(Clone, Debug, Default)]
pub struct LandmarksTable {
    by_name: HashMap<String, Landmarks>,
}

impl LandmarksTable {
    /// Reads a CSV file.
    ///
    /// # Errors
    /// When it cannot be read, lacks a column or holds a line that is no landmarks.
    pub fn read(path: &Path) -> Result<Self, PicturesError> {
        Ok(Self::from_table(&Table::new(path.display().to_string(), read_text(path)?))?)
    }

    /// Takes the landmarks of a table.
    ///
    /// # Errors
    /// When it lacks a column or holds a line that is no landmarks.
    pub fn from_table(table: &Table) -> Result<Self, TableError> {
        let file = table.required("file")?;
        let mut columns = [[0; 2]; 5];
        for (point, names) in columns.iter_mut().zip(COLUMNS) {
            *point = [table.required(names[0])?, table.required(names[1])?];
        }
        let mut by_name = HashMap::new();
        for row in table.rows() {
            let row = row?;
            let mut points = Landmarks::default();
            for (point, [x, y]) in points.iter_mut().zip(columns) {
                *point = [pixels(&row, x)?, pixels(&row, y)?];
            }
            by_name.insert(row.text(file).to_owned(), points);
        }
        Ok(Self { by_name })
    }

    /// The landmarks of a picture: by its path inside its set, or by the end of it.
    pub fn of(&self, picture: &str) -> Option<Landmarks> {
        name_ends(picture).find_map(|end| self.by_name.get(end)).copied()
    }
}

fn pixels(row: &Row<'_>, column: usize) -> Result<f32, TableError> {
    let wanted = "a number of pixels";
    let finite = |text: &str| text.parse().ok().filter(|value: &f32| value.is_finite());
    row.value(column, wanted, finite)?.ok_or_else(|| row.mistake(column, wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_points_are_read_and_mistakes_named() {
        let header = format!("file,{}", COLUMNS.map(|names| names.join(",")).join(","));
        let read = |line: &str| LandmarksTable::from_table(&Table::new("landmarks.csv", format!("{header}\n{line}\n")));
        let table = read("a.jpg,1,2,3,4,5,6,7,8,9,10.5").unwrap();
        assert_eq!(table.of("images/a.jpg").map(|points| points[4]), Some([9.0, 10.5]));
        assert_eq!(table.of("b.jpg"), None);
        let said = |line: &str| read(line).unwrap_err().to_string();
        assert!(said("a.jpg,1,2,3,4,,6,7,8,9,10").contains("line 2, column “nose_x”"));
        assert!(said("a.jpg,1,2,3,inf,5,6,7,8,9,10").contains("column “eye_right_y”: “inf”"));
    }
}
