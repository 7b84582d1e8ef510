//! How losses are drawn and written: their colours, their numbers, and the scale by powers of ten.

use eframe::egui::Color32;
use egui_plot::{GridInput, GridMark};

use crate::app::lab::{LossCurve, Run};
use crate::app::theme::Theme;

/// The colour of a loss: what it is about where that is known, else the next one that is free.
pub fn colour(theme: &Theme, run: &Run, name: &str) -> Color32 {
    let known = |name: &str| match name {
        "total" => Some(theme.text),
        "identity" => Some(theme.identity),
        "age" => Some(theme.age),
        "impostor" => Some(theme.impostor),
        "adversary" | "adversarial" | "generator" => Some(theme.danger),
        "distillation" => Some(theme.focus),
        _ => None,
    };
    if let Some(colour) = known(name) {
        return colour;
    }
    let others = [theme.good, theme.synthetic, theme.focus, theme.warning, theme.danger, theme.muted];
    let names = run.losses.iter().map(|loss| loss.name.as_str());
    let mut unknown: Vec<&str> = names.filter(|name| known(name).is_none()).collect();
    unknown.sort_unstable();
    unknown.dedup();
    let place = unknown.iter().position(|unknown| *unknown == name).unwrap_or(0);
    others[place % others.len()]
}

/// What a loss is called in lists, and by which its being drawn is remembered.
pub fn label(loss: &LossCurve) -> String {
    if loss.is_validation { format!("{}, kept back", words(&loss.name)) } else { words(&loss.name) }
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}

/// A number with about four digits.
pub fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if size >= 1000.0 => format!("{value:.0}"),
        size if size >= 100.0 => format!("{value:.1}"),
        size if size >= 10.0 => format!("{value:.2}"),
        size if size >= 0.001 => format!("{value:.3}"),
        _ => scientific(value),
    }
}

/// A number by its power of ten, as people write it.
fn scientific(value: f64) -> String {
    let text = format!("{value:.1e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    format!("{} × 10{}", digits.trim_end_matches(".0"), superscript(power))
}

fn superscript(power: &str) -> String {
    let raised = |letter: char| match letter {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        digit => digit.to_digit(10).and_then(|digit| char::from_u32(0x2070 + digit)).unwrap_or(digit),
    };
    power.chars().map(raised).collect()
}

/// A value where it is drawn: by its power of ten, or as it is. What has no power of ten is not drawn.
pub fn placed([step, value]: [f64; 2], is_logarithmic: bool) -> Option<[f64; 2]> {
    match is_logarithmic {
        true => (value > 0.0).then(|| [step, value.log10()]),
        false => Some([step, value]),
    }
}

/// The number written at a mark of the axis.
pub fn mark_text(place: f64, is_logarithmic: bool) -> String {
    if !is_logarithmic {
        return short(place);
    }
    short(10_f64.powf(place))
}

/// A round number without needless digits.
fn short(value: f64) -> String {
    if value != 0.0 && value.abs() < 0.000_95 {
        return scientific(value);
    }
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').replace('-', "−")
}

/// Marks at the powers of ten that are in sight, and at 2 and 5 times them where there are few.
pub fn power_marks(input: GridInput) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    let span = (high - low).max(1e-6);
    // More than a dozen would only be lines.
    let every = (span / 8.0).ceil().max(1.0) as i64;
    let factors: &[f64] = if span < 2.2 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let powers = (low.floor() as i64..=high.ceil() as i64).take(400).filter(|power| power.rem_euclid(every) == 0);
    let places = powers.flat_map(|power| factors.iter().map(move |factor| power as f64 + factor.log10()));
    let in_sight = places.filter(|place| (low..=high).contains(place));
    in_sight.map(|value| GridMark { value, step_size: if span < 1.6 { 1.0 } else { span / 4.0 } }).collect()
}

/// Marks at nothing and at the highest value.
pub fn end_marks(highest: f64) -> Vec<GridMark> {
    [0.0, highest].map(|value| GridMark { value, step_size: highest.max(f64::MIN_POSITIVE) }).to_vec()
}

/// A step on the axis.
pub fn step_text(step: f64) -> String {
    if step < 0.0 || step.fract() != 0.0 {
        return String::new();
    }
    crate::recognition::verdict::thousands(step as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_read_them() {
        let cases = [(1234.4, "1234"), (123.44, "123.4"), (2.0, "2.000"), (0.0123, "0.012"), (0.0, "0")];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
        assert_eq!(number(0.0003), "3 × 10⁻⁴");
        assert_eq!([mark_text(-1.0, true), mark_text(1.0, true), mark_text(0.25, false)], ["0.1", "10", "0.25"]);
        assert_eq!(mark_text(-5.0, true), "1 × 10⁻⁵");
    }

    #[test]
    fn only_marks_in_sight_are_drawn() {
        let marks = |low, high| power_marks(GridInput { bounds: (low, high), base_step_size: 1.0 });
        let places = |low, high| marks(low, high).iter().map(|mark| mark.value).collect::<Vec<_>>();
        assert_eq!(places(-3.2, 0.9), [-3.0, -2.0, -1.0, 0.0]);
        assert_eq!(places(0.1, 1.1), [2.0_f64.log10(), 5.0_f64.log10(), 1.0]);
        assert!(places(-300.0, 300.0).len() < 12);
    }

    #[test]
    fn what_has_no_power_of_ten_is_not_drawn() {
        assert_eq!(placed([1.0, 0.0], true), None);
        assert_eq!(placed([1.0, 100.0], true), Some([1.0, 2.0]));
        assert_eq!(placed([1.0, -2.0], false), Some([1.0, -2.0]));
    }
}
