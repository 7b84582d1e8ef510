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

/// The colour between age (0) and identity (1).
pub fn diverging(position: f32) -> Rgb<u8> {
    let at = position.clamp(0.0, 1.0) * (DIVERGING.len() - 1) as f32;
    let low = (at.floor() as usize).min(DIVERGING.len() - 2);
    let share = at - low as f32;
    let (from, to) = (DIVERGING[low], DIVERGING[low + 1]);
    Rgb(std::array::from_fn(|channel| (from[channel] + (to[channel] - from[channel]) * share).round() as u8))
}
