//! Axes: which numbers a panel shows, where each one lies, and the ticks that are written beside them.

/// How the numbers of an axis are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// As they are.
    Number,
    /// 0 to 1, in per cent.
    Share,
}

/// One axis of a panel.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What it measures, with its unit.
    pub label: String,
    pub(super) scale: Scale,
    pub(super) unit: Unit,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Scale {
    Linear([f64; 2]),
    Logarithmic([f64; 2]),
    /// Names, at 0, 1, 2, …
    Categories(Vec<String>),
}

impl Axis {
    /// Even steps from one number to another.
    pub fn linear(label: &str, unit: Unit, ends: [f64; 2]) -> Self {
        Self { label: label.to_owned(), scale: Scale::Linear(ends), unit }
    }

    /// Even steps that hold all these numbers, with round ends.
    pub fn around(label: &str, unit: Unit, values: impl IntoIterator<Item = f64>) -> Self {
        let finite = values.into_iter().filter(|value| value.is_finite());
        let (low, high) =
            finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        if low > high {
            return Self::linear(label, unit, [0.0, 1.0]);
        }
        let step = step(low, high.max(low + 1e-6));
        let ends = [(low / step).floor() * step, (high / step).ceil() * step];
        Self::linear(label, unit, if ends[0] < ends[1] { ends } else { [ends[0], ends[0] + step] })
    }

    /// Even steps of powers of ten; both ends are greater than 0.
    pub fn logarithmic(label: &str, unit: Unit, ends: [f64; 2]) -> Self {
        Self { label: label.to_owned(), scale: Scale::Logarithmic(ends), unit }
    }

    /// Names instead of numbers: the first lies at 0, the next at 1.
    pub fn categories<T: Into<String>>(label: &str, names: impl IntoIterator<Item = T>) -> Self {
        let names = names.into_iter().map(Into::into).collect();
        Self { label: label.to_owned(), scale: Scale::Categories(names), unit: Unit::Number }
    }

    /// Where a value lies, 0 at the beginning and 1 at the end; values beyond the ends lie at them.
    pub(super) fn place(&self, value: f64) -> f64 {
        let place = match &self.scale {
            Scale::Linear([from, to]) => (value - from) / (to - from),
            Scale::Logarithmic([from, to]) => (value.max(*from) / from).ln() / (to / from).ln(),
            Scale::Categories(names) => (value + 0.5) / names.len().max(1) as f64,
        };
        if place.is_finite() { place.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// The ticks: value and what is written there.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        match &self.scale {
            Scale::Categories(names) => {
                names.iter().enumerate().map(|(index, name)| (index as f64, name.clone())).collect()
            }
            Scale::Linear([from, to]) => {
                let step = step(*from, *to);
                let first = (from / step - 1e-6).ceil() as i64;
                let last = (to / step + 1e-6).floor() as i64;
                (first..=last).map(|index| (index as f64 * step, self.written(index as f64 * step, step))).collect()
            }
            Scale::Logarithmic([from, to]) => {
                let (first, last) = ((from.log10() - 1e-6).ceil() as i32, (to.log10() + 1e-6).floor() as i32);
                (first..=last).map(|power| 10f64.powi(power)).map(|value| (value, self.written(value, value))).collect()
            }
        }
    }

    /// Whether it has names instead of numbers.
    pub(super) fn names(&self) -> Option<&[String]> {
        match &self.scale {
            Scale::Categories(names) => Some(names),
            _ => None,
        }
    }

    /// A value with as many decimals as the step between ticks needs.
    fn written(&self, value: f64, step: f64) -> String {
        let (factor, ending) = if self.unit == Unit::Share { (100.0, " %") } else { (1.0, "") };
        let decimals = (-(step * factor).abs().log10() - 1e-6).ceil().clamp(0.0, 6.0) as usize;
        let value = value * factor;
        // Minus zero has no sign.
        let value = if value.abs() < 1e-9 { 0.0 } else { value };
        format!("{value:.decimals$}{ending}").replace('-', "−")
    }
}

/// A round step that gives about five ticks.
fn step(from: f64, to: f64) -> f64 {
    let rough = ((to - from).abs() / 5.0).max(f64::MIN_POSITIVE);
    let power = 10f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| rough <= factor * power * 1.001).unwrap_or(10.0);
    factor * power
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(axis: &Axis) -> Vec<String> {
        axis.ticks().into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(
            written(&Axis::linear("", Unit::Share, [0.0, 1.0])),
            ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]
        );
        assert_eq!(written(&Axis::linear("", Unit::Number, [-0.5, 0.5])), ["−0.4", "−0.2", "0.0", "0.2", "0.4"]);
        assert_eq!(
            written(&Axis::logarithmic("", Unit::Share, [1e-4, 1.0])),
            ["0.01 %", "0.1 %", "1 %", "10 %", "100 %"]
        );
    }

    #[test]
    fn round_ends_hold_all_values() {
        let axis = Axis::around("", Unit::Number, [3.2, 17.9]);
        assert_eq!((axis.place(3.2) > 0.0, axis.place(17.9) < 1.0), (true, true));
        assert_eq!(written(&axis).first().map(String::as_str), Some("0"));
        assert_eq!(Axis::around("", Unit::Number, []).scale, Scale::Linear([0.0, 1.0]));
    }
}
