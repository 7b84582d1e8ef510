//! Every design decision in one place: colours by role (dark and light), the type scale, spacing, radii, and how
//! they reach egui's own style. No other file of the window holds a colour literal. What is drawn is not known here.

use std::sync::Arc;

use eframe::egui::{
    self, Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, RichText, Stroke, TextStyle,
};

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
    faint: Color32::from_rgb(0x66, 0x70, 0x85),
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
    faint: Color32::from_rgb(0x8A, 0x94, 0xA3),
    identity: Color32::from_rgb(0x14, 0x80, 0x8D),
    on_identity: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    age: Color32::from_rgb(0xB8, 0x66, 0x0F),
    synthetic: Color32::from_rgb(0x6D, 0x4B, 0xD8),
    on_synthetic: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    warning: Color32::from_rgb(0x94, 0x62, 0x00),
    danger: Color32::from_rgb(0xB8, 0x32, 0x3E),
    good: Color32::from_rgb(0x21, 0x7A, 0x48),
    focus: Color32::from_rgb(0x2F, 0x6F, 0xE4),
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

/// Stops of the map between age (0) and identity (1) through a neutral. Amber and teal stay apart under every common
/// colour-vision deficiency, and lightness falls evenly to both sides.
const DIVERGING_STOPS: [[u8; 3]; 5] =
    [[0xB4, 0x5A, 0x06], [0xF2, 0xA6, 0x5A], [0xF4, 0xF2, 0xEE], [0x4F, 0xB3, 0xBF], [0x0B, 0x66, 0x72]];

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

/// The colour between age (0) and identity (1), mixed in OKLab so that equal steps look equal.
pub fn diverging(position: f32) -> Color32 {
    let place = position.clamp(0.0, 1.0) * (DIVERGING_STOPS.len() - 1) as f32;
    let index = (place.floor() as usize).min(DIVERGING_STOPS.len() - 2);
    let (low, high) = (oklab(DIVERGING_STOPS[index]), oklab(DIVERGING_STOPS[index + 1]));
    let share = place - index as f32;
    from_oklab(std::array::from_fn(|channel| low[channel] + (high[channel] - low[channel]) * share))
}

/// sRGB to OKLab (Ottosson 2020).
fn oklab(rgb: [u8; 3]) -> [f32; 3] {
    let [r, g, b] = rgb.map(|level| {
        let value = f32::from(level) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    });
    let l = (0.412_221_46 * r + 0.536_332_55 * g + 0.051_445_995 * b).cbrt();
    let m = (0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b).cbrt();
    let s = (0.088_302_46 * r + 0.281_718_85 * g + 0.629_978_7 * b).cbrt();
    [
        0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
        1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
        0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
    ]
}

/// OKLab to sRGB.
fn from_oklab([lightness, a, b]: [f32; 3]) -> Color32 {
    let l = (lightness + 0.396_337_78 * a + 0.215_803_76 * b).powi(3);
    let m = (lightness - 0.105_561_346 * a - 0.063_854_17 * b).powi(3);
    let s = (lightness - 0.089_484_18 * a - 1.291_485_5 * b).powi(3);
    let linear = [
        4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s,
        -1.268_438 * l + 2.609_757_4 * m - 0.341_319_38 * s,
        -0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s,
    ];
    let [r, g, b] = linear.map(|value| {
        let value = value.clamp(0.0, 1.0);
        let gamma = if value <= 0.003_130_8 { value * 12.92 } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 };
        (gamma * 255.0).round() as u8
    });
    Color32::from_rgb(r, g, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_passes_through_its_stops() {
        for (index, [r, g, b]) in DIVERGING_STOPS.into_iter().enumerate() {
            let colour = diverging(index as f32 / 4.0);
            for (is, should) in [(colour.r(), r), (colour.g(), g), (colour.b(), b)] {
                assert!(is.abs_diff(should) <= 1, "{colour:?} at stop {index}");
            }
        }
    }

    /// WCAG contrast of body text, captions and readings on the grounds they stand on.
    #[test]
    fn text_can_be_read_in_both_themes() {
        for theme in [DARK, LIGHT] {
            for ground in [theme.panel, theme.background, theme.raised] {
                for text in [theme.text, theme.muted, theme.identity, theme.warning, theme.danger] {
                    assert!(contrast(text, ground) >= 3.9, "{text:?} on {ground:?}: {}", contrast(text, ground));
                }
                // The age is written in 30 points and drawn as marks, for which WCAG asks 3.
                assert!(contrast(theme.age, ground) >= 3.0, "age on {ground:?}: {}", contrast(theme.age, ground));
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
