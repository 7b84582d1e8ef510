//! From what a session's file holds to the window's state. Photographs are decoded as ever; their faces are aligned
//! where the session knew them, if the file is still the same, and found again if it is not.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::file::{Contents, FaceName, SavedPhoto, SavedSource};
use crate::app::compare::FacePair;
use crate::app::demo;
use crate::app::state::{Document, KnownFace, KnownFaces, Library, PhotoEntry, PhotoSource};
use crate::engine::{FaceId, PhotoId};

/// Looks where the photographs are now. Asks the disk about each of them: call it on the pool.
pub fn find_photographs(contents: &mut Contents, session_path: &Path) {
    for photo in &mut contents.session.photos {
        if let SavedSource::File { path, beside } = &mut photo.source {
            *path = place(path, beside.as_deref(), session_path);
        }
    }
}

/// Puts a session's photos and faces into the library and returns its document.
pub fn document(contents: &Contents, library: &mut Library) -> Document {
    let session = &contents.session;
    let mut document =
        Document { target_years: session.target_years, strength: session.strength, ..Document::default() };
    let mut names: BTreeMap<FaceName, FaceId> = BTreeMap::new();
    let mut tray = Vec::with_capacity(session.photos.len());
    for (index, saved) in session.photos.iter().enumerate() {
        let photo = PhotoId(library.new_id());
        let mut entry = PhotoEntry::waiting(saved.name.clone(), source(saved, contents));
        entry.sha256.clone_from(&saved.sha256);
        let mut known = KnownFaces { sha256: saved.sha256.clone().unwrap_or_default(), faces: Vec::new() };
        for (face, saved_face) in saved.faces.iter().enumerate() {
            let id = FaceId(library.new_id());
            names.insert(FaceName { photo: index, face }, id);
            known.faces.push(KnownFace { id, detection: saved_face.detection, is_by_hand: saved_face.is_by_hand });
            if saved_face.is_by_hand {
                document.hand_faces.insert(photo, id);
            }
            if let Some(years) = saved_face.stated_years {
                document.stated_ages.insert(id, years);
            }
            if saved.chosen == Some(face) {
                document.chosen_faces.insert(photo, id);
            }
        }
        entry.known = saved.is_searched.then_some(known);
        library.photos.insert(photo, entry);
        tray.push(photo);
    }
    document.tray = Arc::new(tray);
    document.photo = session.photo.and_then(|index| document.tray.get(index)).or(document.tray.first()).copied();
    for saved in &session.checklists {
        let [a, b] = saved.faces.map(|name| names.get(&name).copied());
        if let (Some(a), Some(b)) = (a, b) {
            document.checklists.insert(FacePair::new(a, b), saved.checklist.clone());
        }
    }
    document.pair = session.pair.map(|name| name.and_then(|name| names.get(&name).copied()));
    document
}

fn source(saved: &SavedPhoto, contents: &Contents) -> PhotoSource {
    match &saved.source {
        SavedSource::File { path, .. } => PhotoSource::File(path.clone()),
        SavedSource::Bundled(name) => {
            let bundled = demo::all().into_iter().find(|(known, _)| known == name).map(|(_, source)| source);
            bundled.unwrap_or_else(|| PhotoSource::File(PathBuf::from(name)))
        }
        SavedSource::Inside(name) => {
            let inside = contents.pictures.iter().find(|(known, _)| known == name);
            inside.map_or_else(
                || PhotoSource::File(PathBuf::from(name)),
                |(_, photo)| PhotoSource::Pixels(Arc::clone(photo)),
            )
        }
    }
}

/// Where a photograph is now: where it was, else where it lies beside the session.
fn place(path: &Path, beside: Option<&Path>, session_path: &Path) -> PathBuf {
    let moved = beside.map(|beside| session_path.parent().unwrap_or(Path::new("")).join(beside));
    match moved {
        Some(moved) if !path.exists() && moved.exists() => moved,
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::file::{SavedChecklist, SavedFace, Session};
    use super::*;
    use crate::app::compare::Checklist;
    use crate::app::state::{AppState, PhotoStage};
    use crate::face::Detection;

    fn saved(name: &str, faces: usize) -> SavedPhoto {
        let detection = Detection { box_px: [0.0, 0.0, 9.0, 9.0], score: 1.0, landmarks_px: [[4.0, 4.0]; 5] };
        let face = |index| SavedFace { detection, is_by_hand: index == 0, stated_years: Some(30.0 + index as f32) };
        SavedPhoto {
            name: name.to_owned(),
            source: SavedSource::File { path: PathBuf::from("/gone").join(name), beside: None },
            sha256: Some("ab".to_owned()),
            faces: (0..faces).map(face).collect(),
            is_searched: true,
            chosen: Some(1).filter(|_| faces > 1),
        }
    }

    fn judged() -> SavedChecklist {
        let mut checklist = Checklist::default();
        checklist.note("nose.tip", "a scar".to_owned());
        SavedChecklist { faces: [FaceName { photo: 0, face: 0 }, FaceName { photo: 0, face: 1 }], checklist }
    }

    /// Photos that were not opened again yet, or cannot be, keep everything the session knew of them.
    #[test]
    fn what_is_restored_and_saved_at_once_is_the_same() {
        let session = Session {
            photos: vec![saved("a.jpg", 2), saved("b.jpg", 0)],
            photo: Some(1),
            target_years: 41.0,
            pair: [Some(FaceName { photo: 0, face: 1 }), None],
            checklists: vec![judged()],
            ..Session::empty()
        };
        let contents = Contents { session, pictures: Vec::new() };
        let mut state = AppState::default();
        state.document = document(&contents, &mut state.library);
        assert!(state.library.photos.values().all(|entry| entry.stage == PhotoStage::Waiting));
        let again = super::super::collect::contents(&state, Path::new("/s/x.mtlface"));
        assert_eq!(again.session, contents.session);
    }

    #[test]
    fn a_folder_that_was_moved_as_a_whole_is_found() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let (session, photo) = (folder.path().join("x.mtlface"), folder.path().join("p.jpg"));
        std::fs::write(&photo, "")?;
        assert_eq!(place(Path::new("/gone/p.jpg"), Some(Path::new("p.jpg")), &session), photo);
        assert_eq!(place(Path::new("/gone/q.jpg"), Some(Path::new("q.jpg")), &session), PathBuf::from("/gone/q.jpg"));
        Ok(())
    }
}
