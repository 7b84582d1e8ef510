//! The command palette: every action by name, with its keys; what cannot be done now says why. Found by typing, chosen
//! by arrows and Enter or by a click.

use eframe::egui::{self, Align2, Frame, Id, Key, Margin, Modal, Modifiers, Rect, Sense, TextEdit, Ui, pos2, vec2};

use crate::app::actions::{self, Action};
use crate::app::commands::Command;
use crate::app::shell::Scene;
use crate::app::state::Prompt;
use crate::app::theme::{GAP_M, GAP_S, GAP_XS, RADIUS_CONTROL, RADIUS_ROW, Theme, Type};

const WIDTH: f32 = 560.0;
const ROW_HEIGHT: f32 = 34.0;
/// From the window's upper edge, in points.
const TOP: f32 = 84.0;

/// Draws the palette, if it is open.
pub fn ui(ctx: &egui::Context, scene: &mut Scene<'_>) {
    let Some(Prompt::Palette { text, chosen }) = &scene.state.prompt else { return };
    let theme = Theme::of_context(ctx);
    let found = actions::matching(scene.state, text);
    let chosen = (*chosen).min(found.len().saturating_sub(1));
    let frame = Frame::new()
        .fill(theme.panel)
        .stroke(theme.hairline())
        .corner_radius(RADIUS_ROW)
        .inner_margin(Margin::same(GAP_S as i8))
        .shadow(egui::Shadow { offset: [0, 8], blur: 32, spread: 0, color: theme.shadow });
    let area = Modal::default_area(Id::unique("palette")).anchor(Align2::CENTER_TOP, vec2(0.0, TOP));
    let modal = Modal::new(Id::unique("palette")).area(area).frame(frame);
    let modal = modal.backdrop_color(theme.background.gamma_multiply(0.5));
    let mut moved = None;
    let shown = modal.show(ctx, |ui| {
        ui.set_width(WIDTH.min(ctx.content_rect().width() - 2.0 * GAP_M));
        moved = keys(ui, chosen, found.len());
        let is_entered = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
        field_ui(ui, scene, text);
        let clicked = list_ui(ui, &found, chosen, moved.is_some());
        let picked = clicked.or(is_entered.then_some(chosen)).and_then(|index| found.get(index));
        if let Some(action) = picked.filter(|action| action.refused.is_none()) {
            scene.commands.push(Command::SetPrompt(None));
            scene.commands.extend(action.commands(scene.state.view.workspace));
        }
    });
    if let Some(chosen) = moved {
        scene.commands.push(Command::SetPrompt(Some(Prompt::Palette { text: text.clone(), chosen })));
    }
    if shown.should_close() {
        scene.commands.push(Command::SetPrompt(None));
    }
}

/// Where the arrows move the choice to.
fn keys(ui: &Ui, chosen: usize, count: usize) -> Option<usize> {
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let last = count.checked_sub(1)?;
    if pressed(Key::ArrowDown) {
        return Some(if chosen == last { 0 } else { chosen + 1 });
    }
    if pressed(Key::ArrowUp) {
        return Some(chosen.checked_sub(1).unwrap_or(last));
    }
    if pressed(Key::PageDown) {
        return Some((chosen + 8).min(last));
    }
    pressed(Key::PageUp).then_some(chosen.saturating_sub(8))
}

fn field_ui(ui: &mut Ui, scene: &mut Scene<'_>, text: &str) {
    let mut typed = text.to_owned();
    let field = TextEdit::singleline(&mut typed)
        .hint_text("What do you want to do?")
        .font(Type::Reading.font())
        .frame(Frame::NONE)
        .desired_width(f32::INFINITY);
    let inner = Frame::new().inner_margin(Margin::symmetric(GAP_S as i8, 6));
    let response = inner.show(ui, |ui| ui.add(field)).inner;
    if !response.has_focus() {
        response.request_focus();
    }
    if typed != text {
        scene.commands.push(Command::SetPrompt(Some(Prompt::Palette { text: typed, chosen: 0 })));
    }
    let theme = Theme::of(ui);
    let (line, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), Sense::hover());
    ui.painter().hline(line.x_range(), line.center().y, theme.hairline());
}

/// The actions; which one was clicked.
fn list_ui(ui: &mut Ui, found: &[Action], chosen: usize, must_show: bool) -> Option<usize> {
    let theme = Theme::of(ui);
    if found.is_empty() {
        ui.add_space(GAP_M);
        ui.vertical_centered(|ui| ui.label(Type::Body.text("No action has this in its name.", theme.muted)));
        ui.add_space(GAP_M);
        return None;
    }
    let height = (ui.ctx().content_rect().height() - TOP - 120.0).clamp(ROW_HEIGHT * 4.0, ROW_HEIGHT * 12.0);
    let mut clicked = None;
    ui.spacing_mut().item_spacing.y = 0.0;
    egui::ScrollArea::vertical().max_height(height).auto_shrink([false, true]).show(ui, |ui| {
        for (index, action) in found.iter().enumerate() {
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::click());
            if index == chosen && must_show {
                ui.scroll_to_rect(rect, None);
            }
            if ui.is_rect_visible(rect) {
                row(ui, action, rect, index == chosen, response.hovered());
            }
            let name = format!("{}: {}", action.group, action.name);
            response.widget_info(|| {
                egui::WidgetInfo::selected(egui::Role::ListBoxOption, action.refused.is_none(), index == chosen, &name)
            });
            if response.clicked() {
                clicked = Some(index);
            }
        }
    });
    clicked
}

fn row(ui: &Ui, action: &Action, rect: Rect, is_chosen: bool, is_over: bool) {
    let theme = Theme::of(ui);
    if is_chosen || is_over {
        let fill = if is_chosen { theme.raised } else { theme.raised.gamma_multiply(0.6) };
        ui.painter().rect_filled(rect, RADIUS_CONTROL, fill);
    }
    let painter = ui.painter();
    let middle = rect.center().y;
    let group = painter.text(
        pos2(rect.left() + GAP_S, middle),
        Align2::LEFT_CENTER,
        action.group,
        Type::Note.font(),
        theme.muted,
    );
    let left = (rect.left() + 84.0).max(group.right() + GAP_S);
    let colour = if action.refused.is_some() { theme.faint } else { theme.text };
    let name = painter.text(pos2(left, middle), Align2::LEFT_CENTER, &action.name, Type::Body.font(), colour);
    let mut right = rect.right() - GAP_S;
    if let Some(reason) = action.refused {
        let mut job = egui::text::LayoutJob::simple_singleline(reason.to_owned(), Type::Note.font(), theme.faint);
        job.wrap = egui::text::TextWrapping::truncate_at_width((right - name.right() - GAP_M).max(20.0));
        let galley = painter.layout_job(job);
        painter.galley(pos2(right - galley.size().x, middle - galley.size().y / 2.0), galley, theme.faint);
        return;
    }
    if let Some(shortcut) = action.shortcuts.first() {
        for key in actions::key_names(shortcut).into_iter().rev() {
            right -= key_cap(ui, right, middle, &key) + GAP_XS;
        }
    }
}

/// One key, drawn to the left of a place; returns its width.
fn key_cap(ui: &Ui, right: f32, middle: f32, name: &str) -> f32 {
    let theme = Theme::of(ui);
    let galley = ui.painter().layout_no_wrap(name.to_owned(), Type::Caption.font(), theme.muted);
    let width = (galley.size().x + 10.0).max(20.0);
    let rect = Rect::from_min_size(pos2(right - width, middle - 10.0), vec2(width, 20.0));
    ui.painter().rect(rect, 4, theme.background, theme.hairline(), egui::StrokeKind::Inside);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, theme.muted);
    width
}
