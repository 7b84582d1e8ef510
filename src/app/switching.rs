//! Changing to other weights while the window is open: what a person asks for, what the engine tells of it, and what
//! has to be forgotten and asked again. Nothing made with one set of weights is shown under the name of another.

use std::path::Path;
use std::sync::Arc;

use super::App;
use super::intake;
use super::settings::remember;
use super::state::{EngineStatus, Timings, ToastKind};
use crate::engine::{DeviceReport, ModelInUse, OpeningStep, Request, WeightsSource};

/// Name endings of weights files, as the file dialog and a drop on the window know them.
pub const ENDINGS: [&str; 4] = ["safetensors", "pt", "pth", "tar"];

/// What is said of a network once it is in use, behind its name.
const IN_USE: &str = "is in use; every face is read again.";

/// Whether a file is a weights file by its name's ending.
pub fn is_weights_file(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

impl App {
    /// Asks the engine for other weights; those in use go on until it has them.
    pub(super) fn use_weights(&mut self, source: WeightsSource) {
        self.state.play = None;
        // What was wrong with another file is no news any more.
        if let Some(sentence) = self.refusal.take() {
            self.state.toasts.retain(|toast| toast.text != sentence);
        }
        self.state.opening = Some((source.clone(), OpeningStep::Reading));
        self.engine.request(Request::OpenWeights(source));
    }

    /// A network is ready: the first one, or another than before.
    pub(super) fn hear_ready(&mut self, device: DeviceReport, model: Box<ModelInUse>, elapsed_ms: f64) {
        let before = self.state.model().map(|model| Arc::clone(&model.weights_sha256));
        self.state.opening = None;
        self.state.timings = Timings { load_ms: Some(elapsed_ms), ..Timings::default() };
        self.state.calibration = None;
        intake::calibrate(&self.pool, Arc::clone(&model.weights_sha256), model.source.file().map(Path::to_path_buf));
        if let WeightsSource::File(path) = &model.source {
            remember(&mut self.settings.values.recent_weights, path);
            self.state.recent_weights.clone_from(&self.settings.values.recent_weights);
        }
        if before.is_some() {
            // What was in use before is no news any more.
            self.state.toasts.retain(|toast| !toast.text.ends_with(IN_USE));
            self.toast(ToastKind::Done, format!("{} {IN_USE}", model.name()));
        }
        self.generations += 1;
        self.state.engine = EngineStatus::Ready { device, model, generation: self.generations };
        self.state.view.attention.channel = None;
        self.state.play = None;
        self.read_again();
    }

    /// Weights could not be opened: those in use stay.
    pub(super) fn hear_refused(&mut self, source: &WeightsSource, message: String) {
        if self.state.opening.as_ref().is_some_and(|(opening, _)| opening == source) {
            self.state.opening = None;
        }
        self.refusal = Some(message.clone());
        self.toast(ToastKind::Problem, message);
    }

    /// Whether these weights are the ones in use.
    pub(super) fn is_current(&self, weights_sha256: &Arc<str>) -> bool {
        self.state.model().is_some_and(|model| model.weights_sha256 == *weights_sha256)
    }

    /// Forgets what the network before said of every face and asks the one in use, the face looked at first.
    fn read_again(&mut self) {
        let looked_at = self.state.face().map(|(id, _)| id);
        for entry in self.state.library.faces.values_mut() {
            entry.forget_results();
        }
        let others = self.state.library.faces.keys().copied().filter(|id| Some(*id) != looked_at);
        for face in looked_at.into_iter().chain(others) {
            if let Some(entry) = self.state.library.faces.get(&face) {
                self.engine.request(Request::ReadFace { face, aligned: Arc::clone(&entry.aligned) });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_known_by_their_ending() {
        assert!(is_weights_file(Path::new("a/b.SafeTensors")) && is_weights_file(Path::new("x.tar")));
        assert!(!is_weights_file(Path::new("a.jpg")) && !is_weights_file(Path::new("tar")));
    }
}
