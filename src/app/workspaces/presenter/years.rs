//! The way from 0 to 90, slim: the age the photograph was taken at as far as it is known, and the age shown.

use eframe::egui::{Align2, Rect, Role, Stroke, Ui, pos2};

use super::stage::Stage;
use crate::aging::MAX_AGE_YEARS;
use crate::app::presenter::Presenter;
use crate::app::queries::OwnAge;
use crate::app::state::AppState;
use crate::app::theme::{ON_PHOTO, StageType, Theme};

/// Thickness of the line, as a share of the stage's height.
const THICK: f32 = 0.006;

/// The way with its marks.
pub fn ui(ui: &Ui, state: &AppState, presenter: &Presenter, stage: &Stage) {
    let theme = Theme::of(ui);
    let way = Way { left: stage.years.left(), width: stage.years.width(), middle: stage.years.center().y };
    let thick = stage.share(THICK);
    let bar = |from: f32, to: f32| {
        Rect::from_x_y_ranges(from.min(to)..=from.max(to), way.middle - thick / 2.0..=way.middle + thick / 2.0)
    };
    ui.painter().rect_filled(bar(way.left, way.left + way.width), thick / 2.0, theme.line);
    for decade in 0..=9 {
        let years = decade as f32 * 10.0;
        let align = match decade {
            0 => Align2::LEFT_TOP,
            9 => Align2::RIGHT_TOP,
            _ => Align2::CENTER_TOP,
        };
        let at = pos2(way.x(years), way.middle + stage.share(0.018));
        ui.painter().text(at, align, format!("{years:.0}"), stage.font(StageType::Caption), theme.muted);
    }
    let Some(own) = state.presented_own_age().filter(|_| !presenter.is_live()) else { return };
    let target_years = presenter.change.as_ref().map(|change| change.key.target_years);
    if let Some(years) = target_years {
        ui.painter().rect_filled(bar(way.x(own.years), way.x(years)), thick / 2.0, theme.age);
    }
    own_ui(ui, &way, stage, own);
    if let Some(years) = target_years {
        let at = pos2(way.x(years), way.middle);
        ui.painter().circle_filled(at, stage.share(0.018), theme.age.gamma_multiply(0.38));
        ui.painter().circle_filled(at, stage.share(0.0125), ON_PHOTO);
    }
    let words = format!("From 0 to 90 years; the photograph: {}", own_words(own));
    super::name(ui, stage.years, "years", Role::Label, &words);
}

/// The age in the photograph, with the network's doubt.
fn own_ui(ui: &Ui, way: &Way, stage: &Stage, own: OwnAge) {
    let theme = Theme::of(ui);
    let half = stage.share(0.011);
    let y = way.middle - half..=way.middle + half;
    if let Some(spread) = own.spread_years {
        let x = way.x((own.years - spread).max(0.0))..=way.x((own.years + spread).min(MAX_AGE_YEARS));
        let band = Rect::from_x_y_ranges(x, y.clone());
        ui.painter().rect_filled(band, stage.share(0.004), theme.identity.gamma_multiply(0.22));
    }
    ui.painter().vline(way.x(own.years), y, Stroke::new(stage.share(0.003).max(1.5), theme.identity));
    let galley = ui.painter().layout_no_wrap(own_words(own), stage.font(StageType::Caption), theme.identity);
    let left = way.x(own.years) - galley.size().x / 2.0;
    let left = left.clamp(stage.years.left(), stage.years.right() - galley.size().x);
    let top = way.middle - stage.share(0.02) - galley.size().y;
    ui.painter().galley(pos2(left, top), galley, theme.identity);
}

fn own_words(own: OwnAge) -> String {
    match own.spread_years {
        Some(spread) => format!("estimated {:.0} ± {spread:.0}", own.years),
        None => format!("stated {:.0}", own.years),
    }
}

/// Where ages are.
struct Way {
    left: f32,
    width: f32,
    middle: f32,
}

impl Way {
    fn x(&self, years: f32) -> f32 {
        self.left + self.width * years / MAX_AGE_YEARS
    }
}
