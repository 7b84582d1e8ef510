//! Colours for numbers: between age and identity, from nothing to much, and around zero. All are mixed in OKLab, so
//! that equal steps look equal, and stay readable under every common colour-vision deficiency.

use eframe::egui::Color32;

/// Stops of the map between age (0) and identity (1) through a neutral. Amber and teal stay apart under every common
/// colour-vision deficiency, and lightness falls evenly to both sides.
const DIVERGING: [[u8; 3]; 5] =
    [[0xB4, 0x5A, 0x06], [0xF2, 0xA6, 0x5A], [0xF4, 0xF2, 0xEE], [0x4F, 0xB3, 0xBF], [0x0B, 0x66, 0x72]];

/// Stops from nothing (0) to much (1): lightness alone tells them, in a blue that means neither identity nor age.
const SEQUENTIAL: [[u8; 3]; 5] =
    [[0x12, 0x1A, 0x26], [0x2C, 0x48, 0x6D], [0x54, 0x80, 0xB3], [0x9D, 0xBF, 0xE2], [0xF3, 0xF8, 0xFE]];

/// Stops around zero for numbers that are neither identity nor age: blue below, olive above.
const SIGNED: [[u8; 3]; 5] =
    [[0x1F, 0x4F, 0x95], [0x79, 0xA5, 0xDC], [0xF3, 0xF3, 0xF1], [0xB9, 0xB2, 0x4C], [0x66, 0x5E, 0x00]];

/// The colour between age (0) and identity (1).
pub fn diverging(position: f32) -> Color32 {
    mixed(&DIVERGING, position)
}

/// The colour between nothing (0) and much (1).
pub fn sequential(position: f32) -> Color32 {
    mixed(&SEQUENTIAL, position)
}

/// The colour between far below zero (0) and far above (1), for numbers that are neither identity nor age.
pub fn signed(position: f32) -> Color32 {
    mixed(&SIGNED, position)
}

fn mixed(stops: &[[u8; 3]; 5], position: f32) -> Color32 {
    let place = position.clamp(0.0, 1.0) * (stops.len() - 1) as f32;
    let index = (place.floor() as usize).min(stops.len() - 2);
    let (low, high) = (oklab(stops[index]), oklab(stops[index + 1]));
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

    /// What each colour becomes for someone without one of the three cones, in linear RGB: Machado, Oliveira and
    /// Fernandes, "A physiologically-based model for simulation of color vision deficiency", IEEE TVCG 15 (2009),
    /// severity 1.0: protanopia, deuteranopia, tritanopia.
    const DEFICIENCIES: [[[f32; 3]; 3]; 3] = [
        [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]],
        [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]],
        [[1.255_528, -0.076_749, -0.178_779], [-0.078_411, 0.930_809, 0.147_602], [0.004_733, 0.691_367, 0.303_900]],
    ];
    /// In OKLab: two colours this far apart are told apart at a glance, side by side or not.
    const CLEARLY_APART: f32 = 0.1;

    /// The colour in OKLab as it is seen, with all three cones or without one.
    fn seen(colour: Color32, deficiency: Option<&[[f32; 3]; 3]>) -> [f32; 3] {
        let rgb = [colour.r(), colour.g(), colour.b()];
        let Some(matrix) = deficiency else { return oklab(rgb) };
        let linear = rgb.map(|level| {
            let value = f32::from(level) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        });
        let seen = matrix.map(|row| row.iter().zip(linear).map(|(weight, value)| weight * value).sum::<f32>());
        oklab(seen.map(|value| {
            let value = value.clamp(0.0, 1.0);
            let gamma = if value <= 0.003_130_8 { value * 12.92 } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 };
            (gamma * 255.0).round() as u8
        }))
    }

    fn distance(a: [f32; 3], b: [f32; 3]) -> f32 {
        a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f32>().sqrt()
    }

    fn everyone() -> impl Iterator<Item = Option<&'static [[f32; 3]; 3]>> {
        std::iter::once(None).chain(DEFICIENCIES.iter().map(Some))
    }

    #[test]
    fn the_map_passes_through_its_stops() {
        for (index, [r, g, b]) in DIVERGING.into_iter().enumerate() {
            let colour = diverging(index as f32 / 4.0);
            for (is, should) in [(colour.r(), r), (colour.g(), g), (colour.b(), b)] {
                assert!(is.abs_diff(should) <= 1, "{colour:?} at stop {index}");
            }
        }
    }

    #[test]
    fn both_sides_of_a_diverging_map_stay_apart_for_everyone() {
        for (name, map) in [("diverging", diverging as fn(f32) -> Color32), ("signed", signed)] {
            for deficiency in everyone() {
                for reach in [0.5, 0.35, 0.25] {
                    let [low, middle, high] = [0.5 - reach, 0.5, 0.5 + reach].map(|at| seen(map(at), deficiency));
                    let apart = [distance(low, high), distance(low, middle), distance(high, middle)];
                    assert!(
                        apart.iter().all(|apart| *apart > CLEARLY_APART),
                        "{name} ±{reach}, {deficiency:?}: {apart:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn lightness_falls_evenly_to_both_sides() {
        for (name, map) in [("diverging", diverging as fn(f32) -> Color32), ("signed", signed)] {
            for deficiency in everyone() {
                let light = |at: f32| seen(map(at), deficiency)[0];
                for step in 0..10 {
                    let (near, far) = (0.05 * step as f32, 0.05 * (step + 1) as f32);
                    for side in [-1.0, 1.0] {
                        let fall = light(0.5 + side * near) - light(0.5 + side * far);
                        assert!(fall > 0.0, "{name}, {deficiency:?}: at {}", side * far);
                    }
                    let sides = (light(0.5 - far) - light(0.5 + far)).abs();
                    assert!(sides < 0.12, "{name}, {deficiency:?}: one side is darker at {far}: {sides}");
                }
            }
        }
    }

    #[test]
    fn more_is_always_lighter() {
        for deficiency in everyone() {
            let light: Vec<f32> = (0..=20).map(|step| seen(sequential(step as f32 / 20.0), deficiency)[0]).collect();
            let steps: Vec<f32> = light.windows(2).map(|pair| pair[1] - pair[0]).collect();
            assert!(steps.iter().all(|step| *step > 0.02), "{deficiency:?}: {steps:?}");
            assert!(light[20] - light[0] > 0.7, "{deficiency:?}");
        }
    }

    /// Teal, amber and violet mean identity, age and synthetic: activity must look like none of them.
    #[test]
    fn activity_takes_no_colour_that_means_something() {
        let theme = crate::app::theme::DARK;
        for meant in [theme.identity, theme.age, theme.synthetic] {
            for step in 0..=20 {
                let apart = distance(seen(sequential(step as f32 / 20.0), None), seen(meant, None));
                assert!(apart > 0.06, "{meant:?} at {step}: {apart}");
            }
        }
    }
}
