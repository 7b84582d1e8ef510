//! What plays when: which photo is up, where its round is, what is asked of the engine for it, and what the camera saw
//! last. Once per frame.

use std::sync::Arc;

use eframe::egui::{self, TextureOptions};

use super::round::Round;
use super::state::{CameraStage, LivePicture, Presenter};
use crate::app::App;
use crate::app::aged_photo::PackedChange;
use crate::app::demo::first as demo_face;
use crate::app::state::PhotoStage;

/// A frame that took longer counts as this long, so that the age does not leap, in seconds.
const LONGEST_FRAME_S: f32 = 0.1;
/// How long a photo takes to come and to go, in seconds.
const FADE_S: f32 = 0.45;
/// So long an engine without work has an answer that does not come, in seconds.
const STALLED_S: f32 = 1.0;
/// Without anything that moves the window is drawn this often, in seconds: sentences go by time.
const IDLE_FRAME_S: f32 = 0.033;

impl App {
    /// Moves presenter mode on by the time since the last frame.
    pub(in crate::app) fn present_on(&mut self, ctx: &egui::Context) {
        if self.state.presenter.is_none() {
            return;
        }
        // A question such as whether to save on closing is not for the stage.
        if self.state.prompt.is_some() && ctx.input(|input| input.viewport().close_requested()) {
            self.leave_presenter(ctx);
            return;
        }
        self.look_through_camera(ctx);
        self.present(ctx.input(|input| input.unstable_dt).min(LONGEST_FRAME_S));
        let is_still = self.state.presenter.as_ref().is_none_or(|presenter| presenter.is_paused || presenter.is_live());
        if is_still {
            ctx.request_repaint_after(std::time::Duration::from_secs_f32(IDLE_FRAME_S));
        } else {
            ctx.request_repaint();
        }
    }

    /// Moves it on by so many seconds.
    pub(super) fn present(&mut self, passed_s: f32) {
        if let Some(presenter) = &mut self.state.presenter {
            presenter.pass(passed_s);
        }
        self.choose_presented();
        self.play_round(passed_s);
        self.give_up_what_failed(passed_s);
    }

    /// Keeps the photo that is up while there is a face in it or may be one, else chooses another; where there is none,
    /// the demo face.
    fn choose_presented(&mut self) {
        let state = &self.state;
        let Some(presenter) = &state.presenter else { return };
        let (shown, demo) = (presenter.photo, presenter.demo);
        let is_kept = |photo| Some(photo) == demo || state.is_presentable(photo) || state.is_on_its_way(photo);
        let first = state.first_presentable();
        let has_better = shown.is_some() && shown == demo && first.is_some();
        if !has_better && shown.is_some_and(is_kept) || self.leave_faceless(shown) {
            return;
        }
        let state = &self.state;
        let coming = state.document.photo.into_iter().chain(state.document.tray.iter().copied());
        let next = first.or_else(|| coming.into_iter().find(|photo| state.is_on_its_way(*photo))).or(demo);
        let next = next.unwrap_or_else(|| {
            let (name, source) = demo_face();
            self.add_own(name, source)
        });
        let is_real = self.state.document.tray.contains(&next);
        if let Some(presenter) = &mut self.state.presenter {
            if !is_real && !presenter.taken.contains(&next) {
                presenter.demo = Some(next);
            }
            presenter.put_up(next);
        }
    }

    /// A picture of the camera without a face is forgotten, and the camera looks again. True when there was one.
    fn leave_faceless(&mut self, shown: Option<crate::engine::PhotoId>) -> bool {
        let Some(photo) = shown.filter(|shown| {
            let was_taken = self.state.presenter.as_ref().is_some_and(|presenter| presenter.taken.contains(shown));
            let stage = self.state.library.photos.get(shown).map(|entry| &entry.stage);
            was_taken && stage == Some(&PhotoStage::Ready) && self.state.face_of(*shown).is_none()
        }) else {
            return false;
        };
        self.forget_own(photo);
        if let Some(presenter) = &mut self.state.presenter {
            presenter.show_live(true);
            presenter.say("No face was found in the picture. Look into the camera and press Enter again.");
        }
        true
    }

    fn play_round(&mut self, passed_s: f32) {
        let other = self.state.presentable_after(1);
        let own_age = self.state.presented_own_age();
        let has_ages = self.state.presented_face().is_some_and(|(_, face)| face.timeline.is_some());
        let is_there = self.state.presented_photo().is_some_and(|(_, photo)| photo.display.is_some());
        let Some(presenter) = &mut self.state.presenter else { return };
        let appears = if is_there { presenter.shown_s / FADE_S } else { 0.0 };
        if is_there {
            presenter.shown_s += passed_s;
        }
        presenter.visibility = appears.clamp(0.0, 1.0);
        let Some(own_age) = own_age else { return };
        if !has_ages || !is_there {
            presenter.target_years = own_age.years;
            return;
        }
        let round = Round { own_years: own_age.years };
        if !presenter.is_paused && !presenter.is_live() {
            presenter.elapsed_s += passed_s;
        }
        // With the camera on it stays with whoever stands before it.
        let goes_on = other.filter(|_| !presenter.camera.is_on());
        match (round.age_at(presenter.elapsed_s), goes_on) {
            (Some(years), goes_on) => {
                presenter.target_years = years;
                if goes_on.is_some() {
                    let left_s = round.takes_s() - presenter.elapsed_s;
                    presenter.visibility = presenter.visibility.min(left_s / FADE_S).clamp(0.0, 1.0);
                }
            }
            (None, Some(next)) => presenter.put_up(next),
            (None, None) => {
                presenter.elapsed_s = 0.0;
                presenter.target_years = own_age.years;
            }
        }
    }

    /// A face whose ages were asked for and are neither there nor on their way cannot be aged.
    fn give_up_what_failed(&mut self, passed_s: f32) {
        let is_idle = self.state.model().is_some() && self.engine.pending() == 0;
        let missing = self.state.next_presented_timeline().filter(|_| is_idle);
        let asked = missing.filter(|face| self.state.library.faces.get(face).is_some_and(|entry| entry.timeline_asked));
        let Some(presenter) = &mut self.state.presenter else { return };
        let Some(face) = asked else {
            presenter.stalled_s = 0.0;
            return;
        };
        // The answer may be on its way between the threads.
        presenter.stalled_s += passed_s;
        if presenter.stalled_s > STALLED_S {
            presenter.stalled_s = 0.0;
            presenter.given_up.insert(face);
            presenter.say("One face could not be aged and is left out. Another photograph of it may help.");
        }
    }

    /// Asks for the ages of the face shown and of the one that comes next.
    pub(in crate::app) fn serve_presented(&mut self) {
        let next = self.state.next_presented_timeline();
        self.stop_other_timelines(next);
        if let Some(next) = next.filter(|_| self.state.model().is_some()) {
            self.serve_timeline(next);
        }
    }

    /// Makes the change of the face shown; again only where it is another than last time.
    pub(in crate::app) fn blend_presented(&mut self) {
        let key = self.state.presented_key();
        let timeline = self.state.presented_face().and_then(|(_, face)| face.timeline.clone());
        let Some(presenter) = &mut self.state.presenter else { return };
        if presenter.change.as_ref().map(|change| change.key) != key {
            presenter.change = key.zip(timeline).map(|(key, timeline)| Arc::new(PackedChange::blend(&timeline, key)));
        }
    }

    /// Takes what the camera saw last, or why it sees nothing any more.
    fn look_through_camera(&mut self, ctx: &egui::Context) {
        let Some(seen) = self.camera.as_ref().and_then(|camera| camera.latest()) else { return };
        let Some(presenter) = &mut self.state.presenter else { return };
        match seen {
            Err(error) => {
                self.camera = None;
                presenter.camera = CameraStage::Off;
                presenter.say(error.to_string());
            }
            Ok(frame) => match &mut presenter.camera {
                CameraStage::On(live) => {
                    live.picture = frame.picture;
                    live.texture.set(frame.shown, TextureOptions::LINEAR);
                }
                _ => {
                    let texture = ctx.load_texture("camera", frame.shown, TextureOptions::LINEAR);
                    let live = LivePicture { picture: frame.picture, texture, is_large: true };
                    presenter.camera = CameraStage::On(live);
                }
            },
        }
    }
}

impl Presenter {
    /// So many seconds pass: sentences go, and the question for the camera is no question any more.
    fn pass(&mut self, passed_s: f32) {
        self.clock_s += passed_s;
        let now_s = self.clock_s;
        self.note = self.note.take().filter(|note| note.until_s > now_s);
        if matches!(self.camera, CameraStage::Asked { until_s } if until_s <= now_s) {
            self.camera = CameraStage::Off;
        }
    }
}
