//! The Compare workspace: two faces side by side, their cosine, where it stands among measured pairs of these ages, what
//! it means in words, and what would change it.

use eframe::egui::{self, Align2, Rect, Sense, Stroke, StrokeKind, Ui, Vec2, pos2, vec2};

use crate::app::commands::Command;
use crate::app::queries::OwnAge;
use crate::app::shell::Scene;
use crate::app::state::{EngineStatus, FaceEntry};
use crate::app::theme::{GAP_L, GAP_M, GAP_S, RADIUS_PICTURE, Theme, Type};
use crate::app::widgets::distribution::{self, Distribution};
use crate::app::widgets::tag::{self, Tag};
use crate::app::widgets::{self, empty, rows};
use crate::engine::FaceId;
use crate::recognition::Reading;
use crate::recognition::verdict::KnownAge;
use crate::recognition::verdict::thousands;

/// One of the two faces.
struct Side<'a> {
    id: FaceId,
    face: &'a FaceEntry,
    age: Option<OwnAge>,
}

/// Two faces that were read.
struct Pair {
    cosine: f32,
    ages: [OwnAge; 2],
}

fn side<'a>(scene: &Scene<'a>, id: Option<FaceId>) -> Option<Side<'a>> {
    let id = id?;
    let face = scene.state.library.faces.get(&id)?;
    Some(Side { id, face, age: scene.state.own_age(id) })
}

fn pair(scene: &Scene<'_>) -> Option<Pair> {
    let [a, b] = scene.state.pair().map(|id| side(scene, id));
    let (a, b) = (a?, b?);
    let (read_a, read_b) = (a.face.reading.as_ref()?, b.face.reading.as_ref()?);
    Some(Pair { cosine: read_a.embedding.cosine(&read_b.embedding), ages: [a.age?, b.age?] })
}

fn reading(scene: &Scene<'_>, pair: &Pair) -> Option<Reading> {
    let Some(Ok(calibration)) = &scene.state.calibration else { return None };
    let [a, b] = pair.ages.map(|age| KnownAge { years: age.years, stated: age.is_stated() });
    Some(calibration.read(pair.cosine, a, b))
}

/// Height of the region with the distributions, in points.
pub fn controls_height(scene: &Scene<'_>, free: Vec2) -> Option<f32> {
    pair(scene)?;
    matches!(scene.state.calibration, Some(Ok(_))).then(|| (free.y * 0.34).clamp(168.0, 300.0))
}

/// The two faces and the number between them.
pub fn picture_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    if matches!(scene.state.engine, EngineStatus::Failed(_)) || scene.state.document.tray.is_empty() {
        empty::without_face_ui(ui, scene);
        return;
    }
    let free = ui.available_rect_before_wrap();
    let gap = (free.width() * 0.2).clamp(116.0, 220.0);
    let size = ((free.width() - gap) / 2.0).min(free.height() - GAP_L).max(80.0).floor();
    let top = (free.center().y - size / 2.0).round();
    let spots = [free.center().x - gap / 2.0 - size, free.center().x + gap / 2.0]
        .map(|left| Rect::from_min_size(pos2(left.round(), top), vec2(size, size)));
    let ids = scene.state.pair();
    for (slot, (spot, id)) in spots.into_iter().zip(ids).enumerate() {
        match side(scene, id) {
            Some(side) => face_ui(ui, scene, slot, &side, spot),
            None => missing_ui(ui, scene, slot, spot),
        }
    }
    let middle = Rect::from_min_max(spots[0].right_top(), spots[1].left_bottom());
    cosine_ui(ui, scene, middle);
}

fn face_ui(ui: &mut Ui, scene: &mut Scene<'_>, slot: usize, side: &Side<'_>, spot: Rect) {
    let theme = Theme::of(ui);
    let letter = ["A", "B"][slot];
    let response = ui.interact(spot, ui.scope_id().with(("pair", slot)), Sense::click());
    let name = format!("{letter}: {}", scene.state.photo_name_of(side.id));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    let texture = side.face.portrait.as_ref().unwrap_or(&side.face.crop);
    egui::Image::from_texture(texture).corner_radius(RADIUS_PICTURE).paint_at(ui, spot);
    let age = side.age.map_or(String::new(), |age| {
        if age.is_stated() { format!(" · {:.0} years", age.years) } else { format!(" · about {:.0}", age.years) }
    });
    let words = Tag::Photograph(format!("{letter} · Photograph{age}"));
    tag::paint(ui, &words, spot.left_bottom() + vec2(10.0, -10.0), Align2::LEFT_BOTTOM, spot.width() - 20.0);
    if scene.state.view.pair_slot == slot {
        let stroke = Stroke::new(2.0, theme.focus);
        ui.painter().rect_stroke(spot.expand(3.0), RADIUS_PICTURE + 2, stroke, StrokeKind::Outside);
    }
    let caption = scene.state.photo_name_of(side.id).to_owned();
    let at = pos2(spot.center().x, spot.bottom() + 17.0);
    ui.painter().text(at, Align2::CENTER_CENTER, caption, Type::Note.font(), theme.muted);
    let hint = "Click, then choose another face in the tray";
    if response.on_hover_text(hint).clicked() {
        scene.commands.push(Command::SetPairSlot(slot));
    }
}

fn missing_ui(ui: &mut Ui, scene: &mut Scene<'_>, slot: usize, spot: Rect) {
    let theme = Theme::of(ui);
    widgets::dashed_rect(ui, spot, Stroke::new(1.0, theme.line));
    let is_busy = scene.state.library.photos.values().any(|entry| {
        use crate::app::state::PhotoStage::{Decoding, Finding, Waiting};
        matches!(entry.stage, Waiting | Decoding | Finding)
    });
    ui.scope_builder(egui::UiBuilder::new().max_rect(spot.shrink(GAP_M)), |ui| {
        if is_busy {
            return empty::waiting_ui(ui, "Looking for faces…");
        }
        let letter = ["A", "B"][slot];
        let head = format!("No face for {letter} yet");
        let hint = "Drop or open a second photo, of the same person or another.";
        let choices = [("Open photos…", Command::Open), ("Use the demo faces", Command::TakeInDemo)];
        empty::message_ui(ui, scene, &head, hint, &choices);
    });
}

fn cosine_ui(ui: &mut Ui, scene: &mut Scene<'_>, middle: Rect) {
    let theme = Theme::of(ui);
    let Some(pair) = pair(scene) else { return };
    let text = if pair.cosine < 0.0 { format!("−{:.2}", -pair.cosine) } else { format!("{:.2}", pair.cosine) };
    let reading = reading(scene, &pair);
    let colour = if reading.is_some_and(|reading| reading.same) { theme.identity } else { theme.text };
    let at = middle.center() - vec2(0.0, 12.0);
    let placed = ui.painter().text(at, Align2::CENTER_CENTER, &text, Type::Hero.font(), colour);
    let response = ui.interact(placed, ui.scope_id().with("cosine"), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, format!("Cosine {text}")));
    let below = middle.center() + vec2(0.0, 22.0);
    ui.painter().text(below, Align2::CENTER_CENTER, "cosine", Type::Body.font(), theme.muted);
    let swap = Rect::from_center_size(middle.center() + vec2(0.0, 52.0), vec2(28.0, 28.0));
    let builder = egui::UiBuilder::new().max_rect(swap);
    let clicked = ui.scope_builder(builder, |ui| widgets::icon_button_ui(ui, widgets::Icon::Swap, "Exchange A and B"));
    if clicked.inner.clicked() {
        scene.commands.push(Command::SwapPair);
    }
}

/// Where the score stands.
pub fn controls_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let (Some(pair), Some(Ok(calibration))) = (pair(scene), &scene.state.calibration) else { return };
    let theme = Theme::of(ui);
    let [a, b] = pair.ages.map(|age| age.years);
    let impostors = calibration.impostors(a, b);
    let genuine = calibration.genuine((a - b).abs());
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let others = capitalised(&impostors.people);
        legend_ui(ui, theme.impostor, &format!("{others}, {} pairs", thousands(impostors.scores.pairs())));
        if let Some(gap) = genuine {
            ui.add_space(GAP_M);
            let pairs = thousands(gap.scores.pairs());
            legend_ui(ui, theme.identity, &format!("One person, {}, {pairs} pairs", gap.label()));
        }
    });
    distribution::ui(
        ui,
        &Distribution {
            impostors: &impostors.scores,
            genuine: genuine.map(|gap| &gap.scores),
            threshold: calibration.threshold(a, b),
            cosine: pair.cosine,
        },
    );
}

fn legend_ui(ui: &mut Ui, colour: egui::Color32, words: &str) {
    let theme = Theme::of(ui);
    let (dot, _) = ui.allocate_exact_size(vec2(8.0, 16.0), Sense::hover());
    ui.painter().rect_filled(Rect::from_center_size(dot.center(), vec2(8.0, 8.0)), 2, colour);
    ui.add(egui::Label::new(Type::Section.text(words, theme.muted)).truncate());
}

fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The reading in words, and what would change it.
pub fn meaning_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = Theme::of(ui);
    ui.spacing_mut().item_spacing.y = 0.0;
    widgets::section_ui(ui, "Reading");
    let Some(pair) = pair(scene) else {
        return rows::paragraph_ui(ui, "Two faces are compared here. Click A or B, then choose a face in the tray.");
    };
    ui.add_space(GAP_S / 2.0);
    match (reading(scene, &pair), &scene.state.calibration) {
        (Some(reading), _) => {
            ui.add(egui::Label::new(Type::Reading.text(&reading.headline, theme.text)).wrap());
            ui.add_space(GAP_S);
            rows::paragraph_ui(ui, &reading.explanation);
            for warning in &reading.warnings {
                ui.add_space(GAP_S);
                rows::note_ui(ui, warning, theme.warning);
            }
        }
        (None, Some(Err(sentence))) => {
            ui.label(Type::Reading.text("Not calibrated", theme.text));
            ui.add_space(GAP_S);
            rows::paragraph_ui(ui, sentence);
            ui.add_space(GAP_S);
            rows::note_ui(ui, crate::recognition::verdict::LEAD_NOT_IDENTIFICATION, theme.warning);
        }
        (None, _) => rows::paragraph_ui(ui, "The calibration is being loaded."),
    }
    widgets::divider_ui(ui);
    changes_ui(ui, scene, &pair);
}

fn changes_ui(ui: &mut Ui, scene: &Scene<'_>, pair: &Pair) {
    let theme = Theme::of(ui);
    widgets::section_ui(ui, "What would change this");
    let [a, b] = pair.ages;
    let about = if a.is_stated() && b.is_stated() { "" } else { "about " };
    let gap = (a.years - b.years).abs();
    rows::labelled_ui(ui, "Age gap", &format!("{about}{gap:.0} years"), None)
        .on_hover_text("State the true ages in the Age workspace to be judged by them.");
    let sides = scene.state.pair().map(|id| side(scene, id));
    let [Some(a), Some(b)] = sides else { return };
    for (letter, side) in [("A", &a), ("B", &b)] {
        let label = format!("Quality of {letter}");
        match side.face.aligned.quality.first() {
            None => rows::labelled_ui(ui, &label, "good", Some(theme.good)),
            Some(warning) => {
                rows::labelled_ui(ui, &label, warning.short(), Some(theme.warning)).on_hover_text(warning.sentence())
            }
        };
    }
    let sizes = [&a, &b].map(|side| side.face.aligned.detection.size_px());
    rows::labelled_ui(ui, "Size of the faces", &format!("{:.0} and {:.0} px", sizes[0], sizes[1]), None);
    if let Some(Ok(calibration)) = &scene.state.calibration {
        let threshold = calibration.threshold(pair.ages[0].years, pair.ages[1].years);
        rows::labelled_ui(ui, "Threshold, these ages", &format!("{threshold:.2}"), None)
            .on_hover_text("At most 1 in 1,000 pairs of different people of these ages reach it.");
    }
}
