//! Every design decision in one place: colours by role (dark and light), the type scale, spacing, radii, and how
//! they reach egui's own style. No other file of the window holds a colour literal. What is drawn is not known here.

mod maps;

use std::sync::Arc;

use eframe::egui::{
    self, Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, RichText, Stroke, TextStyle,
};

pub use maps::{diverging, sequential, signed};

/// Gaps between things, in points.
pub const GAP_XS: f32 = 4.0;
/// Inside a control, between rows.
pub const GAP_S: f32 = 8.0;
/// Around a region's content.
pub const GAP_M: f32 = 12.0;
/// Between regions.
pub const GAP_L: f32 = 20.0;

/// Corners of pictures, in points.
pub const RADIUS_PICTURE: u8 = 4;
/// Corners of buttons and fields.
pub const RADIUS_CONTROL: u8 = 6;
/// Corners of list rows.
pub const RADIUS_ROW: u8 = 8;

/// Height of buttons and segmented controls, in points.
pub const CONTROL_HEIGHT: f32 = 30.0;

/// Colours by role. Teal always means identity, amber age, violet synthetic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Theme {
    /// Behind pictures.
    pub background: Color32,
    /// Side panels and bars.
    pub panel: Color32,
    /// Buttons, chosen rows.
    pub raised: Color32,
    /// Buttons and rows under the pointer.
    pub hovered: Color32,
    /// One-pixel separations and the empty part of bars.
    pub line: Color32,
    /// Text.
    pub text: Color32,
    /// Text of lesser weight.
    pub muted: Color32,
    /// Hints.
    pub faint: Color32,
    /// Identity, and the one primary action.
    pub identity: Color32,
    /// Text on `identity`.
    pub on_identity: Color32,
    /// Age.
    pub age: Color32,
    /// Synthetic.
    pub synthetic: Color32,
    /// Text on `synthetic`.
    pub on_synthetic: Color32,
    /// What a reading should be taken with.
    pub warning: Color32,
    /// What went wrong.
    pub danger: Color32,
    /// What is well.
    pub good: Color32,
    /// Keyboard focus and links.
    pub focus: Color32,
    /// Different people in a distribution.
    pub impostor: Color32,
    /// Shadow of what floats.
    pub shadow: Color32,
}

/// The dark theme.
pub const DARK: Theme = Theme {
    background: Color32::from_rgb(0x10, 0x13, 0x17),
    panel: Color32::from_rgb(0x17, 0x1B, 0x21),
    raised: Color32::from_rgb(0x1F, 0x25, 0x2D),
    hovered: Color32::from_rgb(0x27, 0x2E, 0x38),
    line: Color32::from_rgb(0x2A, 0x31, 0x3B),
    text: Color32::from_rgb(0xE8, 0xEB, 0xF0),
    muted: Color32::from_rgb(0x98, 0xA2, 0xB3),
    faint: Color32::from_rgb(0x85, 0x8F, 0xA2),
    identity: Color32::from_rgb(0x4F, 0xB3, 0xBF),
    on_identity: Color32::from_rgb(0x10, 0x13, 0x17),
    age: Color32::from_rgb(0xF2, 0xA6, 0x5A),
    synthetic: Color32::from_rgb(0xA7, 0x8B, 0xFA),
    on_synthetic: Color32::from_rgb(0x16, 0x10, 0x26),
    warning: Color32::from_rgb(0xE5, 0xB5, 0x67),
    danger: Color32::from_rgb(0xE5, 0x64, 0x6E),
    good: Color32::from_rgb(0x58, 0xB3, 0x7C),
    focus: Color32::from_rgb(0x6E, 0xA8, 0xFE),
    impostor: Color32::from_rgb(0x6B, 0x75, 0x88),
    shadow: Color32::from_black_alpha(96),
};

/// The light theme.
pub const LIGHT: Theme = Theme {
    background: Color32::from_rgb(0xF4, 0xF6, 0xF8),
    panel: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    raised: Color32::from_rgb(0xEE, 0xF1, 0xF5),
    hovered: Color32::from_rgb(0xE4, 0xE9, 0xEF),
    line: Color32::from_rgb(0xD8, 0xDE, 0xE6),
    text: Color32::from_rgb(0x1B, 0x24, 0x30),
    muted: Color32::from_rgb(0x5B, 0x67, 0x76),
    faint: Color32::from_rgb(0x63, 0x6E, 0x7D),
    identity: Color32::from_rgb(0x0E, 0x72, 0x7E),
    on_identity: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    age: Color32::from_rgb(0x9C, 0x54, 0x09),
    synthetic: Color32::from_rgb(0x6D, 0x4B, 0xD8),
    on_synthetic: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    warning: Color32::from_rgb(0x94, 0x62, 0x00),
    danger: Color32::from_rgb(0xB8, 0x32, 0x3E),
    good: Color32::from_rgb(0x21, 0x7A, 0x48),
    focus: Color32::from_rgb(0x28, 0x60, 0xCB),
    impostor: Color32::from_rgb(0x9A, 0xA5, 0xB4),
    shadow: Color32::from_black_alpha(40),
};

/// Ground of labels on a photograph, in both themes.
pub const ON_PHOTO_GROUND: Color32 = Color32::from_rgba_premultiplied(14, 14, 16, 178);
/// Writing and lines on a photograph, in both themes.
pub const ON_PHOTO: Color32 = Color32::from_rgb(0xFF, 0xFF, 0xFF);
/// What is drawn inside a white handle on a photograph.
pub const ON_HANDLE: Color32 = Color32::from_rgb(0x1B, 0x24, 0x30);
/// Violet writing on `ON_PHOTO_GROUND`, in both themes.
pub const SYNTHETIC_ON_PHOTO: Color32 = Color32::from_rgb(0xC4, 0xB5, 0xFD);

/// Writing that can be read on a colour of a map.
pub fn on(ground: Color32) -> Color32 {
    let light = 0.299 * f32::from(ground.r()) + 0.587 * f32::from(ground.g()) + 0.114 * f32::from(ground.b());
    if light > 128.0 { ON_HANDLE } else { ON_PHOTO }
}

impl Theme {
    /// The theme of this `Ui`.
    pub fn of(ui: &egui::Ui) -> &'static Self {
        if ui.visuals().dark_mode { &DARK } else { &LIGHT }
    }

    /// The theme of a context, for layers without a `Ui`.
    pub fn of_context(ctx: &egui::Context) -> &'static Self {
        if ctx.theme() == egui::Theme::Dark { &DARK } else { &LIGHT }
    }

    /// A one-pixel line.
    pub fn hairline(&self) -> Stroke {
        Stroke::new(1.0, self.line)
    }
}

/// The type scale. Sizes in points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// 10, medium: tags on small pictures.
    Tag,
    /// 11: captions, axis labels.
    Caption,
    /// 11, semibold: heads of sections.
    Section,
    /// 12: explanations.
    Note,
    /// 13: everything else.
    Body,
    /// 13, medium: what is chosen.
    Medium,
    /// 13, semibold: the primary action.
    Strong,
    /// 14, semibold: the product's name.
    Wordmark,
    /// 16, semibold: a reading in words.
    Reading,
    /// 30, semibold: the number that matters.
    Number,
    /// 38, semibold: the one number of the whole window.
    Hero,
}

impl Type {
    /// The font for egui.
    pub fn font(self) -> FontId {
        let (size, weight) = match self {
            Self::Tag => (10.0, MEDIUM),
            Self::Caption => (11.0, REGULAR),
            Self::Section => (11.0, SEMIBOLD),
            Self::Note => (12.0, REGULAR),
            Self::Body => (13.0, REGULAR),
            Self::Medium => (13.0, MEDIUM),
            Self::Strong => (13.0, SEMIBOLD),
            Self::Wordmark => (14.0, SEMIBOLD),
            Self::Reading => (16.0, SEMIBOLD),
            Self::Number => (30.0, SEMIBOLD),
            Self::Hero => (38.0, SEMIBOLD),
        };
        FontId::new(size, family(weight))
    }

    /// Text of this type in a colour.
    pub fn text(self, text: impl Into<String>, colour: Color32) -> RichText {
        RichText::new(text).font(self.font()).color(colour)
    }
}

/// The type scale of presenter mode, read from the back row: sizes are shares of the height of what it is shown on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageType {
    /// 30 %, semibold: the age.
    Age,
    /// 3.8 %, medium: what the age means.
    Words,
    /// 2.7 %, semibold: labels of pictures.
    Tag,
    /// 2.4 %: sentences.
    Sentence,
    /// 1.9 %: the timeline's ages, the device, the product's name.
    Caption,
}

impl StageType {
    /// The font for egui, for a stage so many points high.
    pub fn font(self, height: f32) -> FontId {
        let (share, weight) = match self {
            Self::Age => (0.30, SEMIBOLD),
            Self::Words => (0.038, MEDIUM),
            Self::Tag => (0.027, SEMIBOLD),
            Self::Sentence => (0.024, REGULAR),
            Self::Caption => (0.019, REGULAR),
        };
        FontId::new((share * height).round().max(Type::Caption.font().size), family(weight))
    }
}

const REGULAR: &str = "Inter Regular";
const MEDIUM: &str = "Inter Medium";
const SEMIBOLD: &str = "Inter SemiBold";

fn family(weight: &str) -> FontFamily {
    if weight == REGULAR { FontFamily::Proportional } else { FontFamily::Name(weight.into()) }
}

/// Gives a context the fonts and both themes' styles.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
    ctx.set_style_of(egui::Theme::Dark, style(&DARK, egui::Style { visuals: egui::Visuals::dark(), ..style_base() }));
    ctx.set_style_of(
        egui::Theme::Light,
        style(&LIGHT, egui::Style { visuals: egui::Visuals::light(), ..style_base() }),
    );
}

fn style_base() -> egui::Style {
    egui::Style::default()
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let fallbacks = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let files: [(&str, &'static [u8]); 3] = [
        (REGULAR, include_bytes!("../../assets/fonts/Inter-Regular.ttf")),
        (MEDIUM, include_bytes!("../../assets/fonts/Inter-Medium.ttf")),
        (SEMIBOLD, include_bytes!("../../assets/fonts/Inter-SemiBold.ttf")),
    ];
    for (name, bytes) in files {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
        let mut order = vec![name.to_owned()];
        order.extend(fallbacks.iter().cloned());
        fonts.families.insert(family(name), order);
    }
    fonts
}

fn style(theme: &Theme, mut style: egui::Style) -> egui::Style {
    style.text_styles = [
        (TextStyle::Small, Type::Caption.font()),
        (TextStyle::Body, Type::Body.font()),
        (TextStyle::Button, Type::Body.font()),
        (TextStyle::Heading, Type::Reading.font()),
        (TextStyle::Monospace, Type::Body.font()),
    ]
    .into();
    let spacing = &mut style.spacing;
    spacing.item_spacing = egui::vec2(GAP_S, GAP_S);
    spacing.button_padding = egui::vec2(GAP_M, 6.0);
    spacing.interact_size = egui::vec2(CONTROL_HEIGHT, CONTROL_HEIGHT);
    spacing.menu_margin = egui::Margin::same(GAP_M as i8);
    spacing.scroll = egui::style::ScrollStyle::thin();
    spacing.tooltip_width = 320.0;
    style.interaction.tooltip_delay = 0.35;
    style.interaction.selectable_labels = false;
    style.animation_time = 0.12;
    colour_visuals(theme, &mut style.visuals);
    style
}

fn colour_visuals(theme: &Theme, visuals: &mut egui::Visuals) {
    visuals.panel_fill = theme.panel;
    visuals.window_fill = theme.panel;
    visuals.window_stroke = theme.hairline();
    visuals.window_corner_radius = CornerRadius::same(RADIUS_ROW);
    visuals.menu_corner_radius = CornerRadius::same(RADIUS_ROW);
    visuals.extreme_bg_color = theme.background;
    visuals.faint_bg_color = theme.raised;
    visuals.hyperlink_color = theme.focus;
    visuals.warn_fg_color = theme.warning;
    visuals.error_fg_color = theme.danger;
    visuals.selection.bg_fill = theme.focus.gamma_multiply(0.35);
    visuals.selection.stroke = Stroke::new(1.0, theme.text);
    visuals.popup_shadow = egui::Shadow { offset: [0, 4], blur: 16, spread: 0, color: theme.shadow };
    visuals.window_shadow = egui::Shadow { offset: [0, 8], blur: 32, spread: 0, color: theme.shadow };
    let radius = CornerRadius::same(RADIUS_CONTROL);
    let widgets = &mut visuals.widgets;
    let states = [
        (&mut widgets.noninteractive, theme.panel, theme.line, theme.text),
        (&mut widgets.inactive, theme.raised, theme.line, theme.text),
        (&mut widgets.hovered, theme.hovered, theme.line, theme.text),
        (&mut widgets.active, theme.hovered, theme.faint, theme.text),
        (&mut widgets.open, theme.raised, theme.line, theme.text),
    ];
    for (widget, fill, stroke, text) in states {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::new(1.0, stroke);
        widget.fg_stroke = Stroke::new(1.0, text);
        widget.corner_radius = radius;
        widget.expansion = 0.0;
    }
}

/// The grey between black (0) and white (1), as a picture's levels are.
pub fn grey(share: f32) -> Color32 {
    Color32::from_gray((share.clamp(0.0, 1.0) * 255.0).round() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG AA for every colour that text is written in, on every ground it stands on.
    #[test]
    fn text_can_be_read_in_both_themes() {
        for theme in [DARK, LIGHT] {
            let texts = [
                ("text", theme.text),
                ("muted", theme.muted),
                ("faint", theme.faint),
                ("identity", theme.identity),
                ("age", theme.age),
                ("warning", theme.warning),
                ("danger", theme.danger),
                ("good", theme.good),
                ("focus", theme.focus),
            ];
            for ground in [theme.panel, theme.background, theme.raised] {
                for (name, text) in texts {
                    assert!(contrast(text, ground) >= 4.5, "{name} on {ground:?}: {}", contrast(text, ground));
                }
            }
            assert!(contrast(theme.on_identity, theme.identity) >= 4.5);
            assert!(contrast(theme.on_synthetic, theme.synthetic) >= 4.5);
        }
    }

    fn contrast(a: Color32, b: Color32) -> f32 {
        let luminance = |colour: Color32| {
            let [r, g, b] = [colour.r(), colour.g(), colour.b()].map(|level| {
                let value = f32::from(level) / 255.0;
                if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
            });
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }
}
