//! Tables of five landmarks a picture.

use super::DataError;
use super::labels::ByName;
use crate::face::Landmarks;
use crate::pictures::{Table, TableError};

/// Columns of the five points, in the order of [`Landmarks`].
const COLUMNS: [[&str; 2]; 5] = [
    ["eye_left_x", "eye_left_y"],
    ["eye_right_x", "eye_right_y"],
    ["nose_x", "nose_y"],
    ["mouth_left_x", "mouth_left_y"],
    ["mouth_right_x", "mouth_right_y"],
];

/// Reads a table of landmarks in pixels of the upright picture.
pub(super) fn read(table: &Table) -> Result<ByName<Landmarks>, DataError> {
    let mut columns = [[0; 2]; 5];
    for (point, names) in columns.iter_mut().zip(COLUMNS) {
        *point = [table.required(names[0])?, table.required(names[1])?];
    }
    Ok(ByName::read(table, |row| {
        let number = |column: usize| -> Result<f32, TableError> {
            let wanted = "a number of pixels";
            let finite = |text: &str| text.parse().ok().filter(|value: &f32| value.is_finite());
            row.value(column, wanted, finite)?.ok_or_else(|| row.mistake(column, wanted))
        };
        let mut points = Landmarks::default();
        for (point, [x, y]) in points.iter_mut().zip(columns) {
            *point = [number(x)?, number(y)?];
        }
        Ok(points)
    })?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_points_are_read_and_mistakes_named() {
        let header = format!("file,{}", COLUMNS.map(|names| names.join(",")).join(","));
        let table = |line: &str| Table::new("landmarks.csv", format!("{header}\n{line}\n"));
        let points = read(&table("a.jpg,1,2,3,4,5,6,7,8,9,10.5")).unwrap();
        assert_eq!(points.find("images/a.jpg").map(|points| points[4]), Some([9.0, 10.5]));
        let said = |line: &str| read(&table(line)).unwrap_err().to_string();
        assert!(said("a.jpg,1,2,3,4,,6,7,8,9,10").contains("line 2, column “nose_x”"));
        assert!(said("a.jpg,1,2,3,inf,5,6,7,8,9,10").contains("column “eye_right_y”: “inf”"));
        assert!(said("a.jpg,1,2").contains("3 fields where the header names 11"));
    }
}
