//! Which pictures lie in the folders that were opened. Looked up on the pool, never on the window's own thread.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::natural;
use super::words;
use crate::app::arrivals::Arrival;
use crate::app::pool::Pool;

/// Pictures taken in at once, at most.
const MAX_PICTURES: usize = 50_000;
/// Folders within folders that are looked into, at most.
const MAX_DEPTH: usize = 32;
/// Name endings that are tried when a folder is opened; single files are tried whatever their name.
const ENDINGS: [&str; 7] = ["jpg", "jpeg", "png", "webp", "bmp", "tif", "tiff"];

/// Looks for files and the pictures in folders, and tells the window.
pub fn expand(pool: &Pool, paths: Vec<PathBuf>) {
    pool.run(move || {
        let (paths, note) = pictures(&paths);
        Some(Arrival::Files { paths, note })
    });
}

/// Files and the pictures in folders, each folder in the order of its names, with a sentence about what was left out.
fn pictures(paths: &[PathBuf]) -> (Vec<PathBuf>, Option<String>) {
    let (mut files, mut note) = (Vec::new(), None);
    for path in paths {
        if path.is_dir() {
            let before = files.len();
            pictures_in(path, MAX_DEPTH, &mut files);
            if files.len() == before {
                note = Some(format!("There are no pictures in the folder “{}”.", path.display()));
            }
        } else {
            files.push(path.clone());
        }
    }
    if files.len() > MAX_PICTURES {
        let (kept, found) = (words::count(MAX_PICTURES), words::count(files.len()));
        note = Some(format!("Only the first {kept} of {found} pictures were opened. Open the rest folder by folder."));
        files.truncate(MAX_PICTURES);
    }
    (files, note)
}

/// Pictures of a folder and of the folders in it, by their names' endings. Hidden ones are left out, and links to
/// folders are not followed: they may lead round in a circle.
fn pictures_in(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let visible = entries.flatten().filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."));
    let mut found: Vec<(String, PathBuf, bool)> = visible
        .filter_map(|entry| {
            let (kind, path) = (entry.file_type().ok()?, entry.path());
            let is_picture = || path.extension().is_some_and(is_ending) && !(kind.is_symlink() && path.is_dir());
            let name = || entry.file_name().to_string_lossy().into_owned();
            (kind.is_dir() || is_picture()).then(|| (name(), path.clone(), kind.is_dir()))
        })
        .collect();
    found.sort_by(|(a, ..), (b, ..)| natural::compare(a, b));
    for (_, path, is_folder) in found {
        if !is_folder {
            files.push(path);
        } else if depth > 0 {
            pictures_in(&path, depth - 1, files);
        }
    }
}

fn is_ending(ending: &OsStr) -> bool {
    ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(paths: &[PathBuf], folder: &Path) -> Vec<String> {
        let within = paths.iter().map(|path| path.strip_prefix(folder).unwrap_or(path));
        within.map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn a_folder_is_read_in_the_order_of_its_names_without_what_is_hidden() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("img3"))?;
        std::fs::create_dir_all(at(".hidden"))?;
        for name in ["img10.JPG", "img2.jpg", "img3/b.png", ".secret.jpg", ".hidden/c.jpg", "notes.txt"] {
            std::fs::write(at(name), "")?;
        }
        let (found, note) = pictures(&[folder.path().to_owned()]);
        assert_eq!(names(&found, folder.path()), ["img2.jpg", "img3/b.png", "img10.JPG"]);
        assert_eq!(note, None);
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_round_is_not_followed_and_one_to_a_picture_is() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("a.jpg"), "")?;
        std::os::unix::fs::symlink(folder.path(), folder.path().join("round"))?;
        std::os::unix::fs::symlink(folder.path(), folder.path().join("round.jpg"))?;
        std::os::unix::fs::symlink(folder.path().join("a.jpg"), folder.path().join("b.jpg"))?;
        let (found, _) = pictures(&[folder.path().to_owned()]);
        assert_eq!(names(&found, folder.path()), ["a.jpg", "b.jpg"]);
        Ok(())
    }

    #[test]
    fn several_folders_and_files_come_in_the_order_they_were_given() -> std::io::Result<()> {
        let (one, two) = (tempfile::tempdir()?, tempfile::tempdir()?);
        std::fs::write(one.path().join("z.jpg"), "")?;
        let single = two.path().join("no ending");
        let (found, note) = pictures(&[single.clone(), one.path().to_owned(), two.path().to_owned()]);
        assert_eq!(found, [single, one.path().join("z.jpg")]);
        assert!(note.is_some_and(|note| note.contains("no pictures")));
        Ok(())
    }
}
