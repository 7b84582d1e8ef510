//! What an uncompressed tar archive holds and where, so that pictures are read from their places and never unpacked.

use std::collections::BTreeMap;
use std::path::Path;

use tar::EntryType;

use super::set::{is_within, open_section};
use super::{PicturesError, Section};

/// Where the files of an archive lie in it, by name. Of files of one name the last counts.
///
/// # Errors
/// When it is no tar archive, is compressed or cut short, or holds links or names that lead out of it.
pub(super) fn index(path: &Path) -> Result<BTreeMap<String, Section>, PicturesError> {
    let shown = path.display().to_string();
    let whole = open_section(path)?;
    refuse_compressed(&whole, &shown)?;
    let mut files = BTreeMap::new();
    let mut archive = tar::Archive::new(whole.reader());
    let damaged = |entries: usize, reason: String| match entries {
        0 => PicturesError::OtherKind { path: shown.clone(), reason },
        _ => PicturesError::Damaged { path: shown.clone(), entries, reason },
    };
    let listed = archive.entries_with_seek().map_err(|error| damaged(0, error.to_string()))?;
    for (entries, entry) in listed.enumerate() {
        let entry = entry.map_err(|error| damaged(entries, error.to_string()))?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if check(entry.header().entry_type(), &name, &shown)? {
            let place = whole.part(entry.raw_file_position(), entry.size());
            let place = place.ok_or_else(|| damaged(entries, format!("“{name}” reaches past the file's end")))?;
            files.insert(name.trim_start_matches("./").to_owned(), place);
        }
    }
    Ok(files)
}

/// Whether an entry is a file; an error when it is something that has no place here.
fn check(kind: EntryType, name: &str, shown: &str) -> Result<bool, PicturesError> {
    let refuse = |what| Err(PicturesError::Unsafe { path: shown.to_owned(), entry: name.to_owned(), what });
    match kind {
        _ if !is_within(name) => refuse("lies outside it"),
        EntryType::Regular | EntryType::Continuous => Ok(true),
        EntryType::Directory | EntryType::XGlobalHeader => Ok(false),
        EntryType::Symlink | EntryType::Link => refuse("is a link"),
        _ => refuse("is neither a file nor a folder"),
    }
}

fn refuse_compressed(whole: &Section, shown: &str) -> Result<(), PicturesError> {
    let mut start = [0; 6];
    // A file shorter than this is no archive either way, which is said where its entries are read.
    let is_read = whole.read(0, &mut start).is_ok();
    let kinds: [&[u8]; 4] = [b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"];
    if is_read && kinds.iter().any(|kind| start.starts_with(kind)) {
        return Err(PicturesError::Compressed { path: shown.to_owned() });
    }
    Ok(())
}
