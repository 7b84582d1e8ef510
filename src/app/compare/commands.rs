//! Everything a person can ask of the comparison, and where it is done. What they judge of the features is in the
//! document and a step of undo; how they look at the faces is not.

use eframe::egui;

use super::checklist::{Assessment, FacePair, to_csv, to_text};
use super::features;
use super::pose::Pose;
use super::side::Shown;
use super::view::{CompareMode, MatrixValues, OverlayKind, Scope, Together};
use crate::app::App;
use crate::app::history::Gesture;
use crate::app::state::ToastKind;

/// What a person can ask of the comparison.
#[derive(Clone, Debug)]
pub enum CompareCommand {
    /// Show this of the comparison.
    Show(CompareMode),
    /// A click in the tray sets A (0) or B (1).
    SetSlot(usize),
    /// Zoom, move and turn both faces together, or each by itself.
    SetLinked(bool),
    /// Lay face A (0) or B (1) like this, and the other too where they are linked.
    SetPose(usize, Pose),
    /// Turn both photographs as the camera saw them; they are not linked any more.
    AsPhotographed,
    /// Lay both faces as at the start.
    ResetPoses,
    /// Lay B over A this way.
    SetOverlay(OverlayKind),
    /// How much of B lies over A, 0 to 1.
    SetOpacity(f32),
    /// Where the line between A and B is, 0 to 1.
    SetWipe(f32),
    /// Draw the distribution of these pairs.
    SetScope(Scope),
    /// What the cells of the matrix say.
    SetMatrix(MatrixValues),
    /// Look at a pair of the matrix, or at the whole matrix again.
    OpenPair(Option<[Shown; 2]>),
    /// Ask for the ages of both faces once more.
    MakeAgesAgain,
    /// Show an opened pair this way.
    SetTogether(Together),
    /// Look at the feature at this place of the list.
    LookAt(usize),
    /// Say how the feature with this name looks, or take that back.
    Assess(FacePair, String, Option<Assessment>),
    /// Note something of the feature with this name.
    Note(FacePair, String, String),
    /// Forget everything that was judged of two faces.
    ClearChecklist(FacePair),
    /// Put the checklist into the clipboard.
    CopyChecklist(CopyAs),
}

/// As what a checklist is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyAs {
    /// Sentences for a report.
    Text,
    /// A table with commas.
    Csv,
}

impl CompareCommand {
    /// The gesture of a command; nothing for one that is no step of undo.
    pub fn gesture(&self) -> Option<Gesture> {
        match self {
            Self::Assess(..) | Self::ClearChecklist(_) => Some(Gesture::Single),
            Self::Note(_, key, _) => {
                let place = features::all().position(|feature| feature.key() == *key);
                Some(Gesture::Note(place.unwrap_or(usize::MAX)))
            }
            _ => None,
        }
    }
}

impl App {
    /// Does what was asked of the comparison.
    pub(in crate::app) fn carry_out_in_compare(&mut self, ctx: &egui::Context, command: CompareCommand) {
        let view = &mut self.state.view.compare;
        match command {
            CompareCommand::Show(mode) => view.mode = mode,
            CompareCommand::SetSlot(slot) => view.pair_slot = slot.min(1),
            CompareCommand::SetLinked(is_linked) => {
                view.is_linked = is_linked;
                // Linked faces lie alike: B follows A.
                if is_linked {
                    view.poses[1] = view.poses[0];
                }
            }
            CompareCommand::SetPose(slot, pose) => view.set_pose(slot, pose),
            CompareCommand::AsPhotographed => self.turn_as_photographed(),
            CompareCommand::ResetPoses => view.poses = [Pose::default(); 2],
            CompareCommand::SetOverlay(overlay) => view.overlay = overlay,
            CompareCommand::SetOpacity(opacity) => view.opacity = opacity.clamp(0.0, 1.0),
            CompareCommand::SetWipe(share) => view.wipe = share.clamp(0.0, 1.0),
            CompareCommand::SetScope(scope) => view.scope = scope,
            CompareCommand::SetMatrix(values) => view.matrix = values,
            CompareCommand::OpenPair(pair) => {
                view.opened = pair;
                if pair.is_some() {
                    view.mode = CompareMode::Ages;
                }
            }
            CompareCommand::MakeAgesAgain => self.make_ages_again(),
            CompareCommand::SetTogether(together) => view.together = together,
            CompareCommand::LookAt(feature) => view.feature = feature.min(features::count() - 1),
            CompareCommand::Assess(pair, key, assessment) => {
                self.state.document.checklists.entry(pair).or_default().assess(&key, assessment);
                self.forget_empty_checklists();
            }
            CompareCommand::Note(pair, key, note) => {
                self.state.document.checklists.entry(pair).or_default().note(&key, note);
                self.forget_empty_checklists();
            }
            CompareCommand::ClearChecklist(pair) => {
                self.state.document.checklists.remove(&pair);
            }
            CompareCommand::CopyChecklist(form) => self.copy_checklist(ctx, form),
        }
    }

    fn turn_as_photographed(&mut self) {
        let pair = self.state.pair();
        let faces = pair.map(|id| id.and_then(|id| self.state.library.faces.get(&id)));
        let view = &mut self.state.view.compare;
        view.is_linked = false;
        for (pose, face) in view.poses.iter_mut().zip(faces) {
            if let Some(face) = face {
                *pose = pose.as_photographed(&face.aligned.photo_to_crop);
            }
        }
    }

    fn forget_empty_checklists(&mut self) {
        self.state.document.checklists.retain(|_, checklist| !checklist.is_empty());
    }

    fn copy_checklist(&mut self, ctx: &egui::Context, form: CopyAs) {
        let [Some(a), Some(b)] = self.state.pair() else { return };
        let checklist = self.state.document.checklists.get(&FacePair::new(a, b)).cloned().unwrap_or_default();
        let names = [a, b].map(|face| self.state.photo_name_of(face));
        ctx.copy_text(match form {
            CopyAs::Text => to_text(&checklist, names),
            CopyAs::Csv => to_csv(&checklist),
        });
        self.toast(ToastKind::Done, "The checklist is in the clipboard.".to_owned());
    }
}
