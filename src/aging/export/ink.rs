//! The colours of exported pictures. They are the window's light theme by role, kept here because a build without the
//! window exports the same pictures.

use image::Rgb;

/// Paper.
pub const PAPER: Rgb<u8> = Rgb([0xFF, 0xFF, 0xFF]);
/// Text.
pub const TEXT: Rgb<u8> = Rgb([0x1B, 0x24, 0x30]);
/// Text of lesser weight.
pub const MUTED: Rgb<u8> = Rgb([0x5B, 0x67, 0x76]);
/// Lines and the empty part of bars.
pub const LINE: Rgb<u8> = Rgb([0xD8, 0xDE, 0xE6]);
/// Identity, and nothing else.
pub const IDENTITY: Rgb<u8> = Rgb([0x14, 0x80, 0x8D]);
/// Age, and nothing else.
pub const AGE: Rgb<u8> = Rgb([0xB8, 0x66, 0x0F]);
/// Synthetic, and nothing else: the label's ground and the writing on it.
pub const SYNTHETIC: Rgb<u8> = Rgb([0xA7, 0x8B, 0xFA]);
/// Writing on the synthetic label.
pub const ON_SYNTHETIC: Rgb<u8> = Rgb([0x17, 0x1B, 0x21]);
/// Ground of the photograph's label.
pub const PHOTOGRAPH: Rgb<u8> = Rgb([0x17, 0x1B, 0x21]);
/// Writing on the photograph's label.
pub const ON_PHOTOGRAPH: Rgb<u8> = Rgb([0xFF, 0xFF, 0xFF]);

/// Stops of the map between age (0) and identity (1), through a neutral; told apart under every common
/// colour-vision deficiency.
const DIVERGING: [[f32; 3]; 5] =
    [[184.0, 102.0, 15.0], [242.0, 176.0, 106.0], [247.0, 245.0, 241.0], [124.0, 196.0, 204.0], [20.0, 128.0, 141.0]];

/// Stops from nothing (0) to much (1): lightness alone tells them, in a blue that means neither identity nor age.
const SEQUENTIAL: [[f32; 3]; 5] =
    [[18.0, 26.0, 38.0], [44.0, 72.0, 109.0], [84.0, 128.0, 179.0], [157.0, 191.0, 226.0], [243.0, 248.0, 254.0]];
/// Stops around zero for numbers that are neither identity nor age.
const SIGNED: [[f32; 3]; 5] =
    [[31.0, 79.0, 149.0], [121.0, 165.0, 220.0], [243.0, 243.0, 241.0], [185.0, 178.0, 76.0], [102.0, 94.0, 0.0]];

/// The colour between age (0) and identity (1).
pub fn diverging(position: f32) -> Rgb<u8> {
    mixed(&DIVERGING, position)
}

/// The colour between nothing (0) and much (1).
pub fn sequential(position: f32) -> Rgb<u8> {
    mixed(&SEQUENTIAL, position)
}

/// The colour between far below zero (0) and far above (1).
pub fn signed(position: f32) -> Rgb<u8> {
    mixed(&SIGNED, position)
}

fn mixed(stops: &[[f32; 3]; 5], position: f32) -> Rgb<u8> {
    let at = position.clamp(0.0, 1.0) * (stops.len() - 1) as f32;
    let low = (at.floor() as usize).min(stops.len() - 2);
    let share = at - low as f32;
    let (from, to) = (stops[low], stops[low + 1]);
    Rgb(std::array::from_fn(|channel| (from[channel] + (to[channel] - from[channel]) * share).round() as u8))
}

/// A colour as SVG writes it.
pub fn hex(Rgb([red, green, blue]): Rgb<u8>) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}
