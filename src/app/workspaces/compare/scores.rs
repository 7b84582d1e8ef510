//! Where the score stands: the distributions of the calibration in use, of these ages or of all.

use eframe::egui::{self, Rect, Sense, Ui, vec2};

use super::matrix;
use crate::app::commands::Command;
use crate::app::compare::{CompareCommand, SameAge, Scope};
use crate::app::shell::Scene;
use crate::app::theme::{GAP_L, GAP_M, Theme, Type};
use crate::app::widgets::distribution::{self, Distribution};
use crate::app::widgets::segmented;
use crate::recognition::Histogram;
use crate::recognition::calibration::{Calibration, DEFAULT_FALSE_MATCH_RATE, ImpostorScores};
use crate::recognition::verdict::thousands;

/// Width of the choice between these ages and all, in points.
const SCOPE_WIDTH: f32 = 184.0;

/// From this width on the matrix of both at the same age stands beside the curves, in points.
const WIDE: f32 = 620.0;

/// What is drawn: different people, and one person with the words for the gap.
struct Drawn {
    impostors: ImpostorScores,
    genuine: Option<(Histogram, String)>,
}

fn drawn(calibration: &Calibration, scope: Scope, [a, b]: [f32; 2]) -> Drawn {
    match scope {
        Scope::TheseAges => Drawn {
            impostors: calibration.impostors(a, b),
            genuine: calibration.genuine((a - b).abs()).map(|gap| (gap.scores.clone(), gap.label())),
        },
        Scope::AllAges => Drawn {
            impostors: calibration.impostors_of_all_ages(),
            genuine: calibration.genuine_of_all_gaps().map(|scores| (scores, "any years apart".to_owned())),
        },
    }
}

/// The curves with what they are of.
pub fn controls_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let (Some(pair), Some(Ok(calibration))) = (scene.state.compared_pair(), &scene.state.calibration) else { return };
    let theme = Theme::of(ui);
    let free = ui.available_rect_before_wrap();
    let mut curves = free;
    let has_room = free.width() >= WIDE && free.height() >= 150.0;
    if has_room && let SameAge::Ready(scores) = scene.state.same_age() {
        let side = (free.height() - matrix::SMALL_WORDS).min(free.width() * 0.28);
        matrix::small_ui(ui, scene, &scores, free.with_min_x(free.right() - side));
        curves = free.with_max_x(free.right() - side - 2.0 * GAP_L);
    }
    let ui = &mut super::child(ui, curves, "curves");
    let scope = scene.state.view.compare.scope;
    let drawn = drawn(calibration, scope, pair.ages.map(|age| age.years));
    let head = Rect::from_min_size(curves.min, vec2(curves.width(), 26.0));
    let choice = Rect::from_min_size(head.right_top() - vec2(SCOPE_WIDTH, 0.0), vec2(SCOPE_WIDTH, 26.0));
    let mut child = super::child(ui, choice.translate(vec2(0.0, -3.0)), "scope");
    let scopes = [(Scope::TheseAges, "These ages"), (Scope::AllAges, "All ages")];
    if let Some(scope) = segmented::ui(&mut child, "Pairs drawn", scope, &scopes) {
        scene.commands.push(Command::Compare(CompareCommand::SetScope(scope)));
    }
    let words = head.with_max_x(choice.left() - GAP_M);
    let mut child = super::child(ui, words, "legend");
    child.spacing_mut().item_spacing = vec2(6.0, 3.0);
    child.spacing_mut().interact_size.y = 15.0;
    let set = calibration.genuine.as_ref().map_or(String::new(), |table| table.name.clone());
    let others = capitalised(&drawn.impostors.people);
    let pairs = thousands(drawn.impostors.scores.pairs());
    legend_ui(&mut child, theme.impostor, &format!("{others}, {pairs} pairs"));
    if let Some((scores, gap)) = &drawn.genuine {
        let pairs = thousands(scores.pairs());
        legend_ui(&mut child, theme.identity, &format!("One person, {gap}, {pairs} pairs ({set})"));
    }
    ui.add_space(36.0);
    distribution::ui(
        ui,
        &Distribution {
            impostors: &drawn.impostors.scores,
            genuine: drawn.genuine.as_ref().map(|(scores, _)| scores),
            threshold: drawn.impostors.scores.threshold(DEFAULT_FALSE_MATCH_RATE),
            cosine: pair.cosine,
        },
    );
}

fn legend_ui(ui: &mut Ui, colour: egui::Color32, words: &str) {
    let theme = Theme::of(ui);
    ui.horizontal(|ui| {
        let (dot, _) = ui.allocate_exact_size(vec2(8.0, 15.0), Sense::hover());
        ui.painter().rect_filled(Rect::from_center_size(dot.center(), vec2(8.0, 8.0)), 2, colour);
        ui.add(egui::Label::new(Type::Caption.text(words, theme.muted)).truncate()).on_hover_text(words);
    });
}

fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
