//! Age estimation against labels: mean absolute error, share within five years, by decade.

use std::collections::BTreeMap;

use serde::Serialize;

/// What age estimation measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AgeReport {
    /// Mean absolute error in years.
    pub mae_years: f64,
    /// Mean error in years; positive where faces are judged too old.
    pub bias_years: f64,
    /// Share judged within five years.
    pub cs5: f64,
    /// Pictures measured.
    pub images: usize,
    /// Mean absolute error by decade of the true age, such as `20–29`.
    pub by_decade: BTreeMap<String, Decade>,
}

/// One decade's figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decade {
    /// Mean absolute error in years.
    pub mae_years: f64,
    /// Mean error in years.
    pub bias_years: f64,
    /// Pictures measured.
    pub images: usize,
}

/// Compares `(true, estimated)` ages in years.
pub fn report(ages: &[(f32, f32)]) -> AgeReport {
    let mut decades: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for (known, estimated) in ages {
        decades.entry((known / 10.0) as u32).or_default().push(f64::from(estimated - known));
    }
    let errors: Vec<f64> = ages.iter().map(|(known, estimated)| f64::from(estimated - known)).collect();
    let within = errors.iter().filter(|error| error.abs() <= 5.0).count();
    let by_decade = decades
        .into_iter()
        .map(|(decade, errors)| {
            let figures = Decade { mae_years: mae(&errors), bias_years: mean(&errors), images: errors.len() };
            (format!("{:02}–{:02}", decade * 10, decade * 10 + 9), figures)
        })
        .collect();
    AgeReport {
        mae_years: mae(&errors),
        bias_years: mean(&errors),
        cs5: within as f64 / errors.len().max(1) as f64,
        images: errors.len(),
        by_decade,
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn mae(errors: &[f64]) -> f64 {
    errors.iter().map(|error| error.abs()).sum::<f64>() / errors.len().max(1) as f64
}

impl AgeReport {
    /// A table for people.
    pub fn text(&self) -> String {
        let mut text = format!(
            "mean absolute error  {:.2} years over {} pictures (bias {:+.2})\nwithin five years    {:.1} %",
            self.mae_years,
            self.images,
            self.bias_years,
            self.cs5 * 100.0
        );
        for (decade, figures) in &self.by_decade {
            text.push_str(&format!(
                "\n  {decade}   {:>5.2} years, bias {:+.2}, {} pictures",
                figures.mae_years, figures.bias_years, figures.images
            ));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_counted_by_decade() {
        let report = report(&[(20.0, 22.0), (25.0, 15.0), (40.0, 40.0)]);
        assert_eq!((report.images, report.mae_years, report.cs5), (3, 4.0, 2.0 / 3.0));
        assert_eq!(report.by_decade["20–29"], Decade { mae_years: 6.0, bias_years: -4.0, images: 2 });
    }
}
