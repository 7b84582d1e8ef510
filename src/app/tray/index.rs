//! Where each photo stands, looked up without walking the tray: its place, whether it waits, has faces or failed, and
//! how many of each there are. Made anew when another tray is there; kept up photo by photo in between.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::app::state::{Document, Library, PhotoStage};
use crate::engine::{FaceId, PhotoId};

/// Where a photo stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Faces were not looked for yet.
    Waiting,
    /// Being opened.
    Opening,
    /// Faces are being looked for.
    Finding,
    /// It has a face.
    Faces,
    /// No face was found.
    NoFace,
    /// It could not be opened.
    Failed,
}

impl Standing {
    const COUNT: usize = 6;
}

/// The tray's photos by place and by where they stand.
#[derive(Default)]
pub struct TrayIndex {
    tray: Arc<Vec<PhotoId>>,
    hand_faces: BTreeMap<PhotoId, FaceId>,
    places: HashMap<PhotoId, usize>,
    standings: Vec<Standing>,
    groups: [BTreeSet<usize>; Standing::COUNT],
    with_faces: BTreeSet<usize>,
    trays: u64,
    revision: u64,
}

impl TrayIndex {
    /// Makes it anew if another tray is there than before.
    pub fn keep_up(&mut self, document: &Document, library: &Library) {
        if self.is_of(document) && self.hand_faces == document.hand_faces {
            return;
        }
        self.tray = Arc::clone(&document.tray);
        self.hand_faces.clone_from(&document.hand_faces);
        self.places = self.tray.iter().enumerate().map(|(place, photo)| (*photo, place)).collect();
        self.standings = self.tray.iter().map(|photo| standing(*photo, document, library)).collect();
        self.groups = Default::default();
        for (place, standing) in self.standings.iter().enumerate() {
            self.groups[*standing as usize].insert(place);
        }
        let faced = self.tray.iter().enumerate().filter(|(_, photo)| has_face(**photo, document, library));
        self.with_faces = faced.map(|(place, _)| place).collect();
        self.trays += 1;
        self.revision += 1;
    }

    /// Whether it was made of this very tray.
    pub fn is_of(&self, document: &Document) -> bool {
        Arc::ptr_eq(&self.tray, &document.tray)
    }

    /// Looks again at one photo whose stage or faces changed. True where its faces are looked for no more.
    pub fn look_again(&mut self, photo: PhotoId, document: &Document, library: &Library) -> bool {
        let Some(place) = self.place(photo) else { return false };
        if has_face(photo, document, library) {
            self.with_faces.insert(place);
        } else {
            self.with_faces.remove(&place);
        }
        let (before, now) = (self.standings[place], standing(photo, document, library));
        if before == now {
            return false;
        }
        self.groups[before as usize].remove(&place);
        self.groups[now as usize].insert(place);
        self.standings[place] = now;
        self.revision += 1;
        is_open(before) && !is_open(now)
    }

    /// How many photos there are.
    pub fn total(&self) -> usize {
        self.tray.len()
    }

    /// Where a photo is in the tray.
    pub fn place(&self, photo: PhotoId) -> Option<usize> {
        self.places.get(&photo).copied()
    }

    /// Where a photo of the tray stands.
    pub fn standing(&self, photo: PhotoId) -> Option<Standing> {
        self.place(photo).map(|place| self.standings[place])
    }

    /// How many photos stand there.
    pub fn count(&self, standing: Standing) -> usize {
        self.groups[standing as usize].len()
    }

    /// How many photos' faces were not looked for, or are being looked for.
    pub fn open(&self) -> usize {
        self.count(Standing::Waiting) + self.count(Standing::Opening) + self.count(Standing::Finding)
    }

    /// The photos that stand there, in the tray's order.
    pub fn standing_at(&self, standing: Standing) -> impl Iterator<Item = PhotoId> + '_ {
        self.groups[standing as usize].iter().map(|place| self.tray[*place])
    }

    /// The photos with a face, in the tray's order, whether they can still be opened or not.
    pub fn with_faces(&self) -> impl Iterator<Item = PhotoId> + '_ {
        self.with_faces.iter().map(|place| self.tray[*place])
    }

    /// The tray it was made of.
    pub fn tray(&self) -> Arc<Vec<PhotoId>> {
        Arc::clone(&self.tray)
    }

    /// Another number after every change of the tray.
    pub fn trays(&self) -> u64 {
        self.trays
    }

    /// Another number after every change.
    pub fn revision(&self) -> u64 {
        self.revision
    }
}

/// Whether faces are still to be looked for.
fn is_open(standing: Standing) -> bool {
    matches!(standing, Standing::Waiting | Standing::Opening | Standing::Finding)
}

/// Whether a face of the photo is here: found, or placed by hand.
fn has_face(photo: PhotoId, document: &Document, library: &Library) -> bool {
    let by_hand = document.hand_faces.get(&photo).is_some_and(|face| library.faces.contains_key(face));
    by_hand || library.photos.get(&photo).is_some_and(|entry| !entry.faces.is_empty())
}

fn standing(photo: PhotoId, document: &Document, library: &Library) -> Standing {
    let Some(entry) = library.photos.get(&photo) else { return Standing::Failed };
    match entry.stage {
        PhotoStage::Waiting => Standing::Waiting,
        PhotoStage::Decoding => Standing::Opening,
        PhotoStage::Finding => Standing::Finding,
        PhotoStage::Ready if has_face(photo, document, library) => Standing::Faces,
        PhotoStage::Ready => Standing::NoFace,
        PhotoStage::Failed(_) => Standing::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::state_of;
    use super::*;

    #[test]
    fn counts_follow_single_photos_and_whole_trays() {
        let mut state = state_of(4);
        let photos = Arc::clone(&state.document.tray);
        let mut index = TrayIndex::default();
        index.keep_up(&state.document, &state.library);
        assert_eq!((index.total(), index.open(), index.count(Standing::Waiting)), (4, 4, 4));
        let before = index.revision();
        let entry = state.library.photos.get_mut(&photos[1]).unwrap();
        entry.stage = PhotoStage::Finding;
        assert!(!index.look_again(photos[1], &state.document, &state.library), "still looked for");
        state.library.photos.get_mut(&photos[1]).unwrap().stage = PhotoStage::Ready;
        assert!(index.look_again(photos[1], &state.document, &state.library));
        assert!(!index.look_again(photos[1], &state.document, &state.library), "nothing changed");
        assert_eq!((index.open(), index.standing(photos[1])), (3, Some(Standing::NoFace)));
        assert!(index.revision() > before);
        Arc::make_mut(&mut state.document.tray).remove(0);
        assert!(!index.is_of(&state.document));
        index.keep_up(&state.document, &state.library);
        assert_eq!((index.total(), index.place(photos[1]), index.place(photos[0])), (3, Some(0), None));
        assert_eq!(index.standing_at(Standing::Waiting).collect::<Vec<_>>(), photos[2..]);
    }
}
