//! What wheel, drag, double-click and keys do to the picture of the Age workspace: they enlarge it, move it, and move
//! the wipe's line. Nothing is drawn here but the pointer's shape.

use eframe::egui::{self, CursorIcon, EventFilter, Key, PointerButton, Response, Ui, Vec2, vec2};

use crate::app::age::{Lens, Place, Zoom, ZoomStep};

/// How much a point of scrolling enlarges, as an exponent of e.
const WHEEL_RATE: f32 = 0.005;
/// How far beside its line the wipe can still be taken, in points.
const WIPE_REACH: f32 = 22.0;
/// How far an arrow key moves: the line as a share of the width, the picture in points.
const KEY_WIPE: f32 = 0.02;
const KEY_PAN: f32 = 40.0;

/// What was done.
#[derive(Default)]
pub struct Done {
    /// Where the wipe's line was moved to.
    pub wipe: Option<f32>,
    /// How the picture is enlarged from now on.
    pub zoom: Option<Option<Zoom>>,
}

/// What a drag that has begun moves.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Held {
    Wipe,
    Photo,
}

/// A picture that pointer and keys are over.
pub struct Hand<'a> {
    /// What decides where it is shown.
    pub lens: &'a Lens,
    /// Where it is shown.
    pub place: &'a Place,
    /// The picture as a control.
    pub response: &'a Response,
    /// Where the wipe's line is, if it has one.
    pub wipe: Option<f32>,
    /// Whether it is enlarged, and not fitted.
    pub is_enlarged: bool,
    /// Whether it can be.
    pub can_zoom: bool,
    /// A change of the zoom that was asked for by name.
    pub step: Option<ZoomStep>,
}

impl Hand<'_> {
    /// Looks at what pointer and keys do.
    pub fn ui(&self, ui: &Ui) -> Done {
        let mut done = Done::default();
        if self.can_zoom {
            done.zoom = self.stepped().or_else(|| self.wheeled(ui));
            if self.response.double_clicked() {
                let at = self.response.interact_pointer_pos().unwrap_or(self.place.rect.center());
                done.zoom = Some(if self.is_enlarged { None } else { self.lens.at_scale(self.place, 1.0, at) });
            }
        }
        self.drag(ui, &mut done);
        if self.response.has_focus() {
            self.type_keys(ui, &mut done);
        }
        done
    }

    /// A change asked for by key or by name.
    fn stepped(&self) -> Option<Option<Zoom>> {
        let middle = self.place.rect.center();
        self.step.map(|step| match step {
            ZoomStep::By(times) => self.lens.enlarged(self.place, times, middle),
            ZoomStep::ActualPixels => self.lens.at_scale(self.place, 1.0, middle),
        })
    }

    /// Wheel, Ctrl and wheel, and pinching, around the pointer.
    fn wheeled(&self, ui: &Ui) -> Option<Option<Zoom>> {
        if !ui.rect_contains_pointer(self.place.rect) {
            return None;
        }
        let (scrolled, pinched, at) =
            ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta(), input.pointer.hover_pos()));
        let times = (scrolled * WHEEL_RATE).exp() * pinched;
        (times != 1.0).then(|| self.lens.enlarged(self.place, times, at.unwrap_or(self.place.rect.center())))
    }

    /// What a drag from here moves: the line where that is taken, or everywhere while the whole picture is seen; else
    /// the picture.
    fn meant(&self, x: f32) -> Option<Held> {
        let rect = self.place.rect;
        let line = self.wipe.map(|share| rect.left() + rect.width() * share);
        match line {
            Some(line) if !self.is_enlarged || (x - line).abs() <= WIPE_REACH => Some(Held::Wipe),
            _ => self.is_enlarged.then_some(Held::Photo),
        }
    }

    fn drag(&self, ui: &Ui, done: &mut Done) {
        let (response, rect) = (self.response, self.place.rect);
        if response.drag_started() {
            let origin = ui.input(|input| input.pointer.press_origin());
            let is_middle = response.drag_started_by(PointerButton::Middle);
            let held = match origin.filter(|_| !is_middle) {
                Some(origin) => self.meant(origin.x),
                None => self.is_enlarged.then_some(Held::Photo),
            };
            ui.data_mut(|data| data.insert_temp(response.id, held));
        }
        let held = ui.data(|data| data.get_temp::<Option<Held>>(response.id)).flatten();
        let held = held.filter(|_| response.dragged());
        match held.or(response.hover_pos().and_then(|at| self.meant(at.x))) {
            Some(Held::Wipe) => ui.set_cursor_icon(CursorIcon::ResizeHorizontal),
            Some(Held::Photo) if held.is_some() => ui.set_cursor_icon(CursorIcon::Grabbing),
            Some(Held::Photo) => ui.set_cursor_icon(CursorIcon::Grab),
            None => {}
        }
        match (held, response.interact_pointer_pos()) {
            (Some(Held::Wipe), Some(at)) => {
                done.wipe = Some(((at.x - rect.left()) / rect.width()).clamp(0.0, 1.0));
            }
            (Some(Held::Photo), _) if response.drag_delta() != Vec2::ZERO => {
                done.zoom = Some(Some(self.lens.moved(self.place, response.drag_delta())));
            }
            _ => {}
        }
    }

    /// Arrows move the picture where it is enlarged, else the line.
    fn type_keys(&self, ui: &Ui, done: &mut Done) {
        let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(self.response.id, filter));
        let pressed = |key: Key| ui.input(|input| input.num_presses(key)) as f32;
        let right = pressed(Key::ArrowRight) - pressed(Key::ArrowLeft);
        let down = pressed(Key::ArrowDown) - pressed(Key::ArrowUp);
        if self.is_enlarged && (right, down) != (0.0, 0.0) {
            done.zoom = Some(Some(self.lens.moved(self.place, vec2(-right, -down) * KEY_PAN)));
        } else if let Some(wipe) = self.wipe.filter(|_| !self.is_enlarged && right != 0.0) {
            done.wipe = Some((wipe + right * KEY_WIPE).clamp(0.0, 1.0));
        }
    }
}

/// Whether somebody holds B to see the photograph.
pub fn asks_for_photograph(ctx: &egui::Context) -> bool {
    !ctx.text_edit_focused() && ctx.input(|input| input.key_down(Key::B) && input.modifiers.is_none())
}
