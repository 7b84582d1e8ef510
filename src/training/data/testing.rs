//! Tiny pictures and files for the tests beside the code.

use std::io::Cursor;
use std::path::Path;

use image::{ImageFormat, Rgb, RgbImage};

/// A PNG of one colour with a darker left half, `side` pixels square.
pub(super) fn png(side: u32, colour: [u8; 3]) -> Vec<u8> {
    let shade = |x: u32, value: u8| if x < side / 2 { value / 2 } else { value };
    let picture = RgbImage::from_fn(side, side, |x, _| Rgb(colour.map(|value| shade(x, value))));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Writes files of a folder, making the folders between.
pub(super) fn write(folder: &Path, files: &[(&str, &[u8])]) {
    for (name, bytes) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}
