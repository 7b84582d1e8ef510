//! Collections of pictures as they lie on a disk: folders and tar archives, and the tables that label them. Names and
//! bytes only; what a picture shows is `face`'s, what its labels mean is up to who reads them.

mod archive;
mod error;
mod landmarks;
mod section;
mod set;
mod table;
mod words;

pub use error::PicturesError;
pub use landmarks::LandmarksTable;
pub use section::Section;
pub use set::{PictureSet, is_picture, is_within, open_section, read_text};
pub use table::{Row, Table, TableError};
pub use words::{AN_AGE, UTKFACE_ETHNICITIES, age_years, name_ends};
