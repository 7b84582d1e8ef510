//! Pictures, films and numbers that leave the program: the labelled photo and face, the contact sheet, the film through
//! the ages, the picture of the attention maps, and how they are written. Every synthetic picture carries a visible
//! label, a machine-readable mark and a signed manifest here, so that no caller can forget one. The window and the
//! command line both export through this folder.

mod attention_drawing;
mod attention_table;
mod canvas;
mod file;
pub mod film;
mod heatmap;
mod ink;
mod label;
mod npy;
mod picture;
mod provenance;
mod sheet;
pub mod signing;
pub(crate) mod svg;

pub use attention_drawing::{AttentionDrawing, DrawnMap, MapColours, attention_svg};
pub use attention_table::{TabledFace, attention_csv};
pub use file::{OutputFolder, Target, write_file};
pub use heatmap::{AttentionPicture, attention_picture};
pub use label::{label_text, labelled_photo};
pub use npy::npy_bytes;
pub use picture::{FACE_PICTURE_SIZE_PX, face_picture, labelled_face, portrait_picture};
pub use provenance::{PictureKind, Provenance, encode_png, is_marked_synthetic};
pub use sheet::{Sheet, SheetCell, contact_sheet};
pub use signing::{Container, Credentials};

use image::RgbImage;

/// Encodes a synthetic picture as PNG with its mark and its record, and signs it. Where it cannot be signed the
/// credentials say why.
///
/// # Errors
/// When the encoder refuses, which an empty picture makes it do.
pub fn signed_png(
    picture: &RgbImage,
    kind: PictureKind,
    provenance: &Provenance,
    credentials: &Credentials,
) -> Result<Vec<u8>, ExportError> {
    let bytes = encode_png(picture, kind, provenance)?;
    Ok(credentials.signed(Container::Png, kind, provenance, bytes))
}

/// Why something could not be written, as a plain sentence.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The output folder cannot be made or written to.
    #[error("Cannot write to the folder {folder}: {reason}")]
    Folder {
        /// The folder.
        folder: String,
        /// What is in the way.
        reason: String,
    },
    /// A file cannot be written.
    #[error("Cannot write {file}: {reason}")]
    File {
        /// The file.
        file: String,
        /// What is in the way.
        reason: String,
    },
    /// The output would replace the photograph it is made from.
    #[error("{file} is the photograph itself, which is never overwritten")]
    Original {
        /// The file.
        file: String,
    },
    /// The picture cannot be encoded.
    #[error("The picture cannot be encoded as PNG: {0}")]
    Encode(#[from] png::EncodingError),
    /// The film cannot be encoded.
    #[error("The film cannot be encoded: {0}")]
    Film(String),
    /// Somebody asked to stop; nothing was left behind.
    #[error("The film was stopped")]
    Stopped,
    /// A picture inside a drawing cannot be encoded.
    #[error("The picture in the drawing cannot be encoded: {0}")]
    Picture(String),
}

/// An age as written on pictures and in file names: `65`, or `25.5` where it is not a whole year.
pub fn years_text(age_years: f32) -> String {
    let tenths = (age_years * 10.0).round() / 10.0;
    if tenths.fract() == 0.0 { format!("{tenths:.0}") } else { format!("{tenths:.1}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_years_carry_no_decimals() {
        let cases = [(65.0, "65"), (25.5, "25.5"), (7.04, "7"), (0.0, "0"), (89.96, "90")];
        for (age_years, text) in cases {
            assert_eq!(years_text(age_years), text);
        }
    }
}
