//! From the window's state to what a session's file holds.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::file::{Contents, FaceName, SavedChecklist, SavedFace, SavedPhoto, SavedSource, Session};
use crate::app::state::{AppState, PhotoEntry, PhotoSource};
use crate::engine::{FaceId, PhotoId};
use crate::face::LandmarkSource;

/// What a session at this path would hold now.
pub fn contents(state: &AppState, path: &Path) -> Contents {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut contents = Contents { session: Session::empty(), pictures: Vec::new() };
    let mut names = BTreeMap::new();
    for (index, photo) in state.document.tray.iter().enumerate() {
        let Some(entry) = state.library.photos.get(photo) else { continue };
        let source = source(entry, folder, index, &mut contents.pictures);
        let faces = known_faces(state, *photo, entry);
        for (face, (id, _)) in faces.iter().enumerate() {
            names.insert(*id, FaceName { photo: index, face });
        }
        let chosen = state.document.chosen_faces.get(photo);
        contents.session.photos.push(SavedPhoto {
            name: entry.name.clone(),
            source,
            sha256: entry.sha256.clone(),
            is_searched: !faces.is_empty() || entry.is_searched(),
            chosen: chosen.and_then(|chosen| faces.iter().position(|(id, _)| id == chosen)),
            faces: faces.into_iter().map(|(_, face)| face).collect(),
        });
    }
    let document = &state.document;
    let name = |face: FaceId| names.get(&face).copied();
    contents.session.photo = document.photo.and_then(|photo| document.tray.iter().position(|id| *id == photo));
    contents.session.target_years = document.target_years;
    contents.session.strength = document.strength;
    contents.session.pair = document.pair.map(|face| face.and_then(name));
    let checklists = document.checklists.iter().filter_map(|(pair, checklist)| {
        let [a, b] = pair.faces().map(name);
        Some(SavedChecklist { faces: [a?, b?], checklist: checklist.clone() })
    });
    contents.session.checklists = checklists.collect();
    contents.session.view = state.view.clone();
    contents.session.weights_sha256 = state.model().map(|model| model.weights_sha256.to_string());
    contents
}

fn source(
    entry: &PhotoEntry,
    folder: &Path,
    index: usize,
    pictures: &mut Vec<(String, Arc<crate::face::Photo>)>,
) -> SavedSource {
    match &entry.source {
        PhotoSource::File(path) => {
            let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            let beside = path.strip_prefix(folder).ok().map(Path::to_owned);
            SavedSource::File { path, beside }
        }
        PhotoSource::Bundled { name, .. } => SavedSource::Bundled((*name).to_owned()),
        PhotoSource::Pixels(photo) => {
            let name = format!("photos/{index}.png");
            pictures.push((name.clone(), Arc::clone(photo)));
            SavedSource::Inside(name)
        }
    }
}

/// The faces of a photo as they are, or as an earlier session knew them where the photo could not be opened since.
fn known_faces(state: &AppState, photo: PhotoId, entry: &PhotoEntry) -> Vec<(FaceId, SavedFace)> {
    let stated = |face: &FaceId| state.document.stated_ages.get(face).copied();
    if let Some(known) = &entry.known {
        let saved = known.faces.iter().map(|face| {
            let (detection, is_by_hand) = (face.detection, face.is_by_hand);
            (face.id, SavedFace { detection, is_by_hand, stated_years: stated(&face.id) })
        });
        return saved.collect();
    }
    let found = state.faces_of(photo).into_iter().filter_map(|id| {
        let aligned = &state.library.faces.get(&id)?.aligned;
        let is_by_hand = aligned.landmark_source == LandmarkSource::Hand;
        Some((id, SavedFace { detection: aligned.detection, is_by_hand, stated_years: stated(&id) }))
    });
    found.collect()
}
