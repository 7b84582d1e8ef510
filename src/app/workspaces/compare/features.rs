//! The photographs feature by feature: both above, the list below. Every row can be judged by pointer and by key, and
//! takes a note. The score is not shown here.

use eframe::egui::{
    self, Align2, EventFilter, Id, Key, Margin, Modifiers, Rect, Response, ScrollArea, Sense, StrokeKind, TextEdit, Ui,
    pos2, vec2,
};

use super::pictures;
use crate::app::commands::Command;
use crate::app::compare::features::{self, Component, Feature};
use crate::app::compare::{Assessment, Checklist, CompareCommand, FacePair, Judgement};
use crate::app::shell::Scene;
use crate::app::theme::{GAP_M, GAP_S, RADIUS_CONTROL, RADIUS_ROW, Theme, Type};
use crate::app::widgets;

const ROW: f32 = 32.0;
const HEAD: f32 = 34.0;
/// Below this width the choices are letters.
const NARROW: f32 = 560.0;

/// The list of features with the photographs above it.
pub fn ui(ui: &mut Ui, scene: &mut Scene<'_>, area: Rect) {
    let split = (area.top() + area.height() * 0.42).round();
    let spots = pictures::spots(area.with_max_y(split), GAP_S, 1.1);
    pictures::pair_ui(ui, scene, spots);
    let [Some(a), Some(b)] = scene.state.pair() else { return };
    let pair = FacePair::new(a, b);
    let checklist = scene.state.document.checklists.get(&pair).cloned().unwrap_or_default();
    let list = area.with_min_y(split + GAP_M);
    let mut child = super::child(ui, list, "features");
    child.set_clip_rect(list.intersect(ui.clip_rect()));
    ScrollArea::vertical().id_salt("features").auto_shrink(false).show(&mut child, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let mut index = 0;
        for component in &features::COMPONENTS {
            head_ui(ui, component, &checklist);
            for (name, title) in component.features {
                let feature = Feature { component, name, title };
                row_ui(ui, scene, pair, &feature, index, &checklist.of(&feature.key()));
                index += 1;
            }
        }
    });
}

fn head_ui(ui: &mut Ui, component: &'static Component, checklist: &Checklist) {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEAD), Sense::hover());
    let own = features::all().filter(|feature| feature.component.name == component.name);
    let counts = checklist.counts_of(own);
    let parts = [(counts.similar, "similar"), (counts.different, "different"), (counts.not_visible, "not visible")];
    let words: Vec<String> =
        parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let name = format!("{} {}", component.title, words.join(", "));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, name.trim()));
    let painter = ui.painter();
    let middle = rect.bottom() - 12.0;
    painter.text(
        pos2(rect.left() + GAP_S, middle),
        Align2::LEFT_CENTER,
        component.title,
        Type::Section.font(),
        theme.muted,
    );
    let right = pos2(rect.right() - GAP_M, middle);
    painter.text(right, Align2::RIGHT_CENTER, words.join(" · "), Type::Caption.font(), theme.muted);
}

fn row_id(index: usize) -> Id {
    Id::unique(("feature", index))
}

fn note_id(index: usize) -> Id {
    Id::unique(("feature note", index))
}

fn row_ui(ui: &mut Ui, scene: &mut Scene<'_>, pair: FacePair, feature: &Feature, index: usize, judgement: &Judgement) {
    let theme = Theme::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width() - GAP_S, ROW), Sense::hover());
    let response = ui.interact(rect, row_id(index), Sense::click());
    let said = judgement.assessment.map_or("not judged", Assessment::label);
    let name = format!("{}: {}, {said}", feature.component.title, feature.title);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ListItem, true, &name));
    let is_chosen = scene.state.view.compare.feature == index;
    if is_chosen || response.hovered() {
        let fill = if is_chosen { theme.raised } else { theme.raised.gamma_multiply(0.55) };
        ui.painter().rect_filled(rect.shrink2(vec2(0.0, 1.0)), RADIUS_ROW, fill);
    }
    let left = choices_ui(ui, scene, pair, feature, rect, judgement.assessment);
    title(ui, feature, judgement, rect.with_max_x(left - GAP_M));
    if response.clicked() {
        response.request_focus();
    }
    // Not `gained_focus`: a row above the one that passed the focus on has been drawn before it came.
    if response.has_focus() && !is_chosen {
        response.scroll_to_me(None);
        scene.commands.push(Command::Compare(CompareCommand::LookAt(index)));
    }
    if response.has_focus() {
        keys(ui, scene, pair, feature, index, judgement.assessment);
    }
    widgets::focus_ring(ui, &shrunk(&response), RADIUS_ROW);
    if is_chosen {
        note_ui(ui, scene, pair, feature, index, &judgement.note);
    }
}

/// The ring around a row must not lie over its neighbours.
fn shrunk(response: &Response) -> Response {
    let mut response = response.clone();
    response.rect = response.rect.shrink2(vec2(3.0, 4.0));
    response
}

fn title(ui: &Ui, feature: &Feature, judgement: &Judgement, rect: Rect) {
    let theme = Theme::of(ui);
    let mut job = egui::text::LayoutJob::simple_singleline(feature.title.to_owned(), Type::Body.font(), theme.text);
    if !judgement.note.is_empty() {
        let format = egui::TextFormat { font_id: Type::Note.font(), color: theme.muted, ..Default::default() };
        job.append(&judgement.note, GAP_M, format);
    }
    job.wrap = egui::text::TextWrapping::truncate_at_width((rect.width() - GAP_M).max(20.0));
    let galley = ui.painter().layout_job(job);
    let at = pos2(rect.left() + GAP_M, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, theme.text);
}

/// The three answers at the right of a row; returns where they begin.
fn choices_ui(
    ui: &mut Ui,
    scene: &mut Scene<'_>,
    pair: FacePair,
    feature: &Feature,
    row: Rect,
    chosen: Option<Assessment>,
) -> f32 {
    let theme = Theme::of(ui);
    let width = if row.width() < NARROW { 30.0 } else { 82.0 };
    let all = Rect::from_min_max(pos2(row.right() - 3.0 * width - 5.0, row.top() + 4.0), row.max - vec2(5.0, 4.0));
    for (place, assessment) in Assessment::ALL.into_iter().enumerate() {
        let cell = Rect::from_min_size(pos2(all.left() + width * place as f32, all.top()), vec2(width, all.height()));
        // Keys judge the row; only the row is a stop for Tab.
        let response = ui.interact(cell, Id::unique((feature.component.name, feature.name, place)), Sense::CLICK);
        let is_chosen = chosen == Some(assessment);
        let name = format!("{}: {}", feature.title, assessment.label());
        response.widget_info(|| egui::WidgetInfo::selected(egui::Role::RadioButton, true, is_chosen, &name));
        let painter = ui.painter();
        if is_chosen {
            painter.rect_filled(cell.shrink(1.0), RADIUS_CONTROL - 2, theme.focus.gamma_multiply(0.22));
        } else if response.hovered() {
            painter.rect_filled(cell.shrink(1.0), RADIUS_CONTROL - 2, theme.hovered);
        }
        let colour = if is_chosen || response.hovered() { theme.text } else { theme.muted };
        let font = if is_chosen { Type::Medium } else { Type::Note };
        let words = if width < 60.0 { &assessment.label()[..1] } else { assessment.label() };
        painter.text(cell.center(), Align2::CENTER_CENTER, words, font.font(), colour);
        if response.on_hover_text(assessment.label()).clicked() {
            assess(scene, pair, feature, chosen, assessment);
        }
    }
    ui.painter().rect_stroke(all, RADIUS_CONTROL, theme.hairline(), StrokeKind::Inside);
    all.left()
}

/// Says how a feature looks; the same again takes it back.
fn assess(scene: &mut Scene<'_>, pair: FacePair, feature: &Feature, before: Option<Assessment>, now: Assessment) {
    let assessment = (before != Some(now)).then_some(now);
    scene.commands.push(Command::Compare(CompareCommand::Assess(pair, feature.key(), assessment)));
}

fn keys(ui: &Ui, scene: &mut Scene<'_>, pair: FacePair, feature: &Feature, index: usize, before: Option<Assessment>) {
    let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(row_id(index), filter));
    let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    for (key, assessment) in [Key::S, Key::D, Key::N].into_iter().zip(Assessment::ALL) {
        if pressed(key) {
            assess(scene, pair, feature, before, assessment);
        }
    }
    let next = if pressed(Key::ArrowDown) {
        (index + 1).min(features::count() - 1)
    } else if pressed(Key::ArrowUp) {
        index.saturating_sub(1)
    } else {
        index
    };
    if next != index {
        ui.memory_mut(|memory| memory.request_focus(row_id(next)));
    } else if pressed(Key::Enter) {
        ui.memory_mut(|memory| memory.request_focus(note_id(index)));
    }
}

/// A field for a note below the row that is looked at.
fn note_ui(ui: &mut Ui, scene: &mut Scene<'_>, pair: FacePair, feature: &Feature, index: usize, note: &str) {
    let mut typed = note.to_owned();
    let field = TextEdit::singleline(&mut typed)
        .id(note_id(index))
        .hint_text("Note")
        .desired_width(ui.available_width() - GAP_S)
        .margin(Margin::symmetric(GAP_M as i8, 6));
    let response = ui.add(field);
    response.widget_info(|| {
        egui::WidgetInfo::labeled(
            egui::Role::TextInput,
            true,
            format!("Note on {}: {}", feature.component.title, feature.title),
        )
    });
    if typed != note {
        scene.commands.push(Command::Compare(CompareCommand::Note(pair, feature.key(), typed)));
    }
    if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter) || input.key_pressed(Key::Escape)) {
        ui.memory_mut(|memory| memory.request_focus(row_id(index)));
    }
    ui.add_space(GAP_S);
}
