//! The frame of the window: the bar with the tabs on top, the tray at the left, the status bar below, and in between
//! the workspace's three regions (what you look at, what you change, what it means). Floating things come last.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui::{self, Frame, Margin, Panel, Rect, Sense, Ui, Vec2, pos2, vec2};

use super::aged_photo::PackedChange;
use super::commands::Command;
use super::ground;
use super::lab::{self as training, LabCommand};
use super::session::{self, SessionCommand};
use super::state::AppState;
use super::switching;
use super::theme::{GAP_M, GAP_S, GAP_XS, RADIUS_ROW, Theme, Type};
use super::view::Workspace;
use super::widgets::{self, chip, frame_times, hint, palette, prompts, status_bar, toasts, tray};
use super::workspaces::{age, attention, compare, lab};
use crate::engine::WeightsSource;

const TOP_HEIGHT: f32 = 48.0;
/// Below this width, in points, everything is a little narrower. Windows are at least 900 points wide, but larger text
/// leaves fewer.
const TIGHT: f32 = 860.0;
/// Room for both chips with all their words, in points.
const CHIPS_WIDTH: f32 = 330.0;
const STATUS_HEIGHT: f32 = 28.0;
/// Inside the tray and the right-hand panel.
pub const SIDE_MARGIN: Margin = Margin { left: 12, right: 12, top: 16, bottom: 12 };

/// What a workspace is drawn from: the state to read, the commands to add to.
pub struct Scene<'a> {
    /// What the window knows.
    pub state: &'a AppState,
    /// The change from the photograph to the age shown, once there is one.
    pub change: Option<&'a Arc<PackedChange>>,
    /// What was asked for in this frame.
    pub commands: &'a mut Vec<Command>,
}

/// Draws the window.
pub fn ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    let theme = Theme::of(ui);
    let change = state.face().and_then(|(chosen, _)| state.changes.get(&chosen));
    let mut scene = Scene { state, change, commands };
    let window = ui.max_rect();
    // At a fractional scale the regions' edges may leave a pixel between them.
    if ui.pixels_per_point().fract() != 0.0 {
        ground::paint(ui, window, theme.background);
    }
    Panel::top("top").exact_size(TOP_HEIGHT).frame(Frame::NONE).show(ui, |ui| {
        ground::paint(ui, ui.max_rect(), theme.panel);
        top_ui(ui, &mut scene);
    });
    Panel::bottom("status").exact_size(STATUS_HEIGHT).frame(Frame::NONE).show(ui, |ui| {
        ground::paint(ui, ui.max_rect(), theme.panel);
        status_bar::ui(ui, scene.state);
    });
    let tray_width = tray_width(window.width());
    let right_width = side_width(window.width(), 0.224, if window.width() < TIGHT { 224.0 } else { 244.0 }, 340.0);
    Panel::left("tray").resizable(false).exact_size(tray_width).frame(Frame::NONE).show(ui, |ui| {
        ground::paint(ui, ui.max_rect(), theme.panel);
        side_ui(ui, &mut scene);
    });
    Panel::right("meaning").resizable(false).exact_size(right_width).frame(Frame::NONE).show(ui, |ui| {
        ground::paint(ui, ui.max_rect(), theme.panel);
        if scene.state.view.workspace == Workspace::Age && scene.state.face().is_some() {
            let foot = Frame::new().fill(theme.panel).inner_margin(Margin::same(GAP_M as i8));
            Panel::bottom("take away").resizable(false).frame(foot).show(ui, |ui| age::footer_ui(ui, &mut scene));
        }
        egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            Frame::new().inner_margin(SIDE_MARGIN).show(ui, |ui| meaning_ui(ui, &mut scene));
        });
    });
    let below = Margin { left: 20, right: 20, top: 12, bottom: 12 };
    if let Some(height) = controls_height(&scene, ui.available_rect_before_wrap()) {
        Panel::bottom("controls").resizable(false).exact_size(height).frame(Frame::new().inner_margin(below)).show(
            ui,
            |ui| {
                ground::paint(ui, ui.max_rect() + below, theme.panel);
                controls_ui(ui, &mut scene);
            },
        );
    }
    let middle = Margin::same(GAP_M as i8);
    let mut hint_place = window;
    egui::CentralPanel::default().frame(Frame::new().inner_margin(middle)).show(ui, |ui| {
        ground::paint(ui, ui.max_rect() + middle, theme.background);
        hint_place = ui.max_rect();
        picture_ui(ui, &mut scene);
    });
    drop_hint_ui(ui, &scene, window);
    dropped(ui, &mut scene);
    hint::ui(ui.ctx(), &mut scene, hint_place);
    prompts::ui(ui.ctx(), &mut scene);
    palette::ui(ui.ctx(), &mut scene);
    toasts::ui(ui.ctx(), &mut scene);
    if let Some(times) = &scene.state.frame_times {
        frame_times::ui(ui.ctx(), times);
    }
}

fn tray_width(window: f32) -> f32 {
    side_width(window, 0.165, if window < TIGHT { 140.0 } else { 172.0 }, 260.0)
}

fn side_width(window: f32, share: f32, min: f32, max: f32) -> f32 {
    (window * share).round().clamp(min, max)
}

fn controls_height(scene: &Scene<'_>, middle: Rect) -> Option<f32> {
    match scene.state.view.workspace {
        Workspace::Age => age::controls_height(scene, middle.size()),
        Workspace::Attention => attention::controls_height(scene, middle.size()),
        Workspace::Compare => compare::controls_height(scene, middle.size()),
        Workspace::Lab => lab::controls_height(scene),
    }
}

fn picture_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    match scene.state.view.workspace {
        Workspace::Age => age::picture_ui(ui, scene),
        Workspace::Attention => attention::picture_ui(ui, scene),
        Workspace::Compare => compare::picture_ui(ui, scene),
        Workspace::Lab => lab::picture_ui(ui, scene),
    }
}

fn controls_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    match scene.state.view.workspace {
        Workspace::Age => age::controls_ui(ui, scene),
        Workspace::Attention => attention::controls_ui(ui, scene),
        Workspace::Compare => compare::controls_ui(ui, scene),
        Workspace::Lab => lab::controls_ui(ui, scene),
    }
}

fn meaning_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    match scene.state.view.workspace {
        Workspace::Age => age::meaning_ui(ui, scene),
        Workspace::Attention => attention::meaning_ui(ui, scene),
        Workspace::Compare => compare::meaning_ui(ui, scene),
        Workspace::Lab => lab::meaning_ui(ui, scene),
    }
}

/// The photos, or in the Lab the runs.
fn side_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    match scene.state.view.workspace {
        Workspace::Lab => lab::runs_ui(ui, scene),
        _ => tray::ui(ui, scene),
    }
}

/// Name, tabs, model chip, theme.
fn top_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = Theme::of(ui);
    let bar = ui.max_rect();
    let middle = bar.center().y;
    ui.painter().text(
        pos2(bar.left() + GAP_M, middle),
        egui::Align2::LEFT_CENTER,
        "mtlface",
        Type::Wordmark.font(),
        theme.text,
    );
    let tray_width = tray_width(bar.width());
    let mut left = bar.left() + tray_width - GAP_S;
    for (index, workspace) in Workspace::ALL.into_iter().enumerate() {
        left += tab_ui(ui, scene, workspace, index + 1, pos2(left, middle)) + GAP_XS;
    }
    let right = Rect::from_min_max(pos2(left, bar.top()), bar.max - vec2(GAP_M, 0.0));
    let layout = egui::Layout::right_to_left(egui::Align::Center);
    ui.scope_builder(egui::UiBuilder::new().max_rect(right).layout(layout), |ui| {
        if widgets::icon_button_ui(ui, widgets::Icon::Theme, "Dark or light").clicked() {
            scene.commands.push(Command::ToggleTheme);
        }
        chip::search_ui(ui, scene, right.width() < CHIPS_WIDTH);
        chip::model_ui(ui, scene);
    });
}

/// One tab; returns its width.
fn tab_ui(ui: &mut Ui, scene: &mut Scene<'_>, workspace: Workspace, number: usize, left_middle: egui::Pos2) -> f32 {
    let theme = Theme::of(ui);
    let is_shown = scene.state.view.workspace == workspace;
    let label = ui.painter().layout_no_wrap(workspace.label().to_owned(), Type::Body.font(), theme.text);
    let hint = ui.painter().layout_no_wrap(number.to_string(), Type::Caption.font(), theme.faint);
    let is_tight = ui.max_rect().width() < TIGHT;
    let hint_width = if is_tight { 0.0 } else { hint.size().x + GAP_S };
    let width = label.size().x + hint_width + if is_tight { 20.0 } else { 28.0 };
    let rect = Rect::from_min_size(left_middle - vec2(0.0, 15.0), vec2(width, 30.0));
    let response = ui.interact(rect, ui.scope_id().with(("tab", number)), Sense::click());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Tab, true, is_shown, workspace.label()));
    let painter = ui.painter();
    let fill = if is_shown || response.hovered() { theme.raised } else { theme.panel };
    painter.rect_filled(rect, RADIUS_ROW - 2, fill);
    if is_shown {
        // The line is the lower edge of a rounded tab: the tab in the line's colour, covered but for two points.
        painter.rect_filled(rect, RADIUS_ROW - 2, theme.identity);
        let above = rect.with_max_y(rect.bottom() - 2.0);
        painter.rect_filled(above, RADIUS_ROW - 2, theme.raised);
    }
    let colour = if is_shown || response.hovered() { theme.text } else { theme.muted };
    let text_left = pos2(rect.left() + if is_tight { 10.0 } else { 14.0 }, rect.center().y - label.size().y / 2.0);
    let hint_left = pos2(text_left.x + label.size().x + GAP_S, rect.center().y - hint.size().y / 2.0 + 0.5);
    painter.galley_with_override_text_color(text_left, label, colour);
    if !is_tight {
        painter.galley(hint_left, hint, theme.faint);
    }
    widgets::focus_ring(ui, &response, RADIUS_ROW - 2);
    if response.clicked() {
        scene.commands.push(Command::Show(workspace));
    }
    width
}

/// While files hang over the window: where they will go.
fn drop_hint_ui(ui: &Ui, scene: &Scene<'_>, window: Rect) {
    if ui.input(|input| input.raw.hovered_files.is_empty()) {
        return;
    }
    let theme = Theme::of(ui);
    let layer = egui::LayerId::new(egui::Order::Foreground, ui.scope_id().with("drop"));
    let painter = ui.ctx().layer_painter(layer);
    painter.rect_filled(window, 0, theme.background.gamma_multiply(0.86));
    let inner = window.shrink(GAP_M);
    painter.rect_stroke(inner, RADIUS_ROW, egui::Stroke::new(2.0, theme.focus), egui::StrokeKind::Inside);
    let hovers = |is_kind: fn(&Path) -> bool| {
        ui.input(|input| input.raw.hovered_files.iter().filter_map(|file| file.path.as_deref()).any(is_kind))
    };
    let text = match (hovers(switching::is_weights_file), scene.state.view.workspace) {
        (true, _) => "Drop to use these weights",
        _ if hovers(session::is_session_file) => "Drop to open this session",
        (_, Workspace::Lab) => "Drop a config to train by it, or the folder of a run",
        _ => "Drop photos, a folder or weights",
    };
    painter.text(window.center(), egui::Align2::CENTER_CENTER, text, Type::Reading.font(), theme.text);
}

fn dropped(ui: &Ui, scene: &mut Scene<'_>) {
    let paths: Vec<_> = ui.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect());
    let (weights, others): (Vec<PathBuf>, Vec<PathBuf>) =
        paths.into_iter().partition(|path| switching::is_weights_file(path));
    let (sessions, others): (Vec<_>, Vec<_>) = others.into_iter().partition(|path| session::is_session_file(path));
    let commands = &mut *scene.commands;
    commands.extend(sessions.into_iter().next_back().map(SessionCommand::Open).map(Command::Session));
    if scene.state.view.workspace == Workspace::Lab {
        let meant = |path: PathBuf| {
            if training::is_config_file(&path) { LabCommand::Train(path) } else { LabCommand::Watch(path) }
        };
        commands.extend(others.into_iter().next_back().map(meant).map(Command::Lab));
    } else if !others.is_empty() {
        commands.push(Command::TakeInPaths(others));
    }
    // There is one network at a time: of several files the last one counts.
    commands.extend(weights.into_iter().next_back().map(|path| Command::UseWeights(WeightsSource::File(path))));
}

/// The largest rectangle of these proportions in the middle of another.
pub fn fitted(within: Rect, proportions: Vec2) -> Rect {
    let scale = (within.width() / proportions.x.max(1.0)).min(within.height() / proportions.y.max(1.0));
    Rect::from_center_size(within.center(), proportions * scale)
}
