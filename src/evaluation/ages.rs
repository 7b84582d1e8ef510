//! Age estimation against labels: mean absolute error, bias, the cumulative score curve, and the same by decade,
//! gender and ethnicity.

use std::collections::BTreeMap;

use serde::Serialize;

use super::bootstrap::mean_interval;
use super::chart::{Axis, Chart, Marks, Panel, Series, Unit};

/// The cumulative score is told up to this error, in years.
const CURVE_YEARS: usize = 15;

/// One estimated age and what is known of the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EstimatedAge<'a> {
    /// The true age in years.
    pub known_years: f32,
    /// The estimated age in years.
    pub estimated_years: f32,
    /// Who it shows, if that is known.
    pub identity: Option<&'a str>,
    /// As the labels say it.
    pub gender: Option<&'a str>,
    /// As the labels say it.
    pub ethnicity: Option<&'a str>,
}

impl EstimatedAge<'_> {
    fn error_years(&self) -> f64 {
        f64::from(self.estimated_years - self.known_years)
    }
}

/// What age estimation measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AgeReport {
    /// Figures of all pictures.
    #[serde(flatten)]
    pub all: AgeFigures,
    /// Share judged within 0, 1, … 15 years.
    pub cumulative_score: Vec<f64>,
    /// Persons who are drawn for the intervals; each picture where identities are not known.
    pub persons: usize,
    /// By decade of the true age, such as `20–29`.
    pub by_decade: BTreeMap<String, AgeFigures>,
    /// By gender, where labelled.
    pub by_gender: BTreeMap<String, AgeFigures>,
    /// By ethnicity, where labelled.
    pub by_ethnicity: BTreeMap<String, AgeFigures>,
}

/// Figures of some pictures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AgeFigures {
    /// Mean absolute error in years.
    pub mae_years: f64,
    /// Its 95 % interval.
    pub mae_ci95: Option<[f64; 2]>,
    /// Mean error in years; positive where faces are judged too old.
    pub bias_years: f64,
    /// Share judged within five years.
    pub cs5: f64,
    /// Pictures measured.
    pub images: usize,
}

/// Compares estimated ages with true ones. `seed` decides the bootstrap.
pub fn report(ages: &[EstimatedAge<'_>], seed: u64) -> AgeReport {
    let decade = |age: &EstimatedAge<'_>| {
        let first = (age.known_years / 10.0) as u32 * 10;
        Some(format!("{first:02}–{:02}", first + 9))
    };
    AgeReport {
        all: figures(ages, seed),
        cumulative_score: (0..=CURVE_YEARS).map(|years| within(ages, years as f64)).collect(),
        persons: persons(ages).1,
        by_decade: grouped(ages, decade, seed),
        by_gender: grouped(ages, |age| age.gender.map(str::to_owned), seed),
        by_ethnicity: grouped(ages, |age| age.ethnicity.map(str::to_owned), seed),
    }
}

fn grouped<'a>(
    ages: &[EstimatedAge<'a>],
    key: impl Fn(&EstimatedAge<'a>) -> Option<String>,
    seed: u64,
) -> BTreeMap<String, AgeFigures> {
    let mut groups: BTreeMap<String, Vec<EstimatedAge<'a>>> = BTreeMap::new();
    for age in ages {
        if let Some(key) = key(age) {
            groups.entry(key).or_default().push(*age);
        }
    }
    groups.into_iter().map(|(key, ages)| (key, figures(&ages, seed))).collect()
}

fn figures(ages: &[EstimatedAge<'_>], seed: u64) -> AgeFigures {
    let (numbers, persons) = persons(ages);
    let errors: Vec<(u32, f64)> =
        numbers.into_iter().zip(ages).map(|(person, age)| (person, age.error_years().abs())).collect();
    let count = ages.len().max(1) as f64;
    AgeFigures {
        mae_years: errors.iter().map(|(_, error)| error).sum::<f64>() / count,
        mae_ci95: mean_interval(persons, seed, &errors),
        bias_years: ages.iter().map(EstimatedAge::error_years).sum::<f64>() / count,
        cs5: within(ages, 5.0),
        images: ages.len(),
    }
}

/// Persons numbered from 0; a picture without identity is a person of its own.
fn persons(ages: &[EstimatedAge<'_>]) -> (Vec<u32>, usize) {
    let mut known: BTreeMap<&str, u32> = BTreeMap::new();
    let mut count = 0;
    let mut next = || {
        count += 1;
        count - 1
    };
    let numbers = ages.iter().map(|age| match age.identity {
        Some(identity) => *known.entry(identity).or_insert_with(&mut next),
        None => next(),
    });
    let numbers: Vec<u32> = numbers.collect();
    (numbers, count as usize)
}

fn within(ages: &[EstimatedAge<'_>], years: f64) -> f64 {
    let held = ages.iter().filter(|age| age.error_years().abs() <= years).count();
    held as f64 / ages.len().max(1) as f64
}

impl AgeReport {
    /// A table for people.
    pub fn text(&self) -> String {
        let all = &self.all;
        let mut text = format!(
            "mean absolute error  {}\nbias                 {:+.2} years\nwithin five years    {:.1} %\n",
            mae_text(all),
            all.bias_years,
            all.cs5 * 100.0
        );
        let parts = [("decade", &self.by_decade), ("gender", &self.by_gender), ("ethnicity", &self.by_ethnicity)];
        for (title, groups) in parts.into_iter().filter(|(_, groups)| !groups.is_empty()) {
            text.push_str(&format!("by {title}\n"));
            for (group, figures) in groups {
                text.push_str(&format!(
                    "  {group:<12} {}, bias {:+.2}, {:.0} % within five years\n",
                    mae_text(figures),
                    figures.bias_years,
                    figures.cs5 * 100.0
                ));
            }
        }
        text
    }

    /// The cumulative score curve, and error and bias by decade.
    pub fn chart(&self, title: &str, subtitle: &str) -> Chart {
        let curve = self.cumulative_score.iter().enumerate().map(|(years, share)| [years as f64, *share]).collect();
        let mae: Vec<f64> = self.by_decade.values().map(|figures| figures.mae_years).collect();
        let bias: Vec<f64> = self.by_decade.values().map(|figures| figures.bias_years).collect();
        let ends = mae.iter().chain(&bias).copied().chain([0.0]);
        let panels = vec![
            Panel {
                title: "Cumulative score".to_owned(),
                x: Axis::linear("Error of at most, in years", Unit::Number, [0.0, CURVE_YEARS as f64]),
                y: Axis::linear("Share of pictures", Unit::Share, [0.0, 1.0]),
                series: vec![Series::new("share of pictures", Marks::Line(curve))],
            },
            Panel {
                title: "By decade of the true age".to_owned(),
                x: Axis::categories("True age in years", self.by_decade.keys().cloned()),
                y: Axis::around("Years", Unit::Number, ends),
                series: vec![
                    Series::new("mean absolute error", Marks::Bars(mae)),
                    Series::new("bias (above zero: judged too old)", Marks::Bars(bias)),
                ],
            },
        ];
        let all = &self.all;
        let subtitle = format!("{}, bias {:+.2} years. {subtitle}", mae_text(all), all.bias_years);
        Chart { title: title.to_owned(), subtitle, panels }
    }
}

fn mae_text(figures: &AgeFigures) -> String {
    let interval = figures.mae_ci95.map_or_else(String::new, |[low, high]| format!(" ({low:.2}–{high:.2})"));
    format!("{:.2}{interval} years over {} pictures", figures.mae_years, figures.images)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aged(known_years: f32, estimated_years: f32, gender: Option<&str>) -> EstimatedAge<'_> {
        EstimatedAge { known_years, estimated_years, gender, ..EstimatedAge::default() }
    }

    #[test]
    fn errors_are_counted_by_decade_and_gender() {
        let ages = [aged(20.0, 22.0, Some("male")), aged(25.0, 15.0, Some("female")), aged(40.0, 40.0, None)];
        let report = report(&ages, 1);
        assert_eq!((report.all.images, report.all.mae_years, report.all.cs5), (3, 4.0, 2.0 / 3.0));
        let twenties = report.by_decade["20–29"];
        assert_eq!((twenties.mae_years, twenties.bias_years, twenties.images), (6.0, -4.0, 2));
        assert_eq!((report.by_gender["male"].bias_years, report.by_gender.len()), (2.0, 2));
        assert_eq!((report.cumulative_score[0], report.cumulative_score[10]), (1.0 / 3.0, 1.0));
        assert!(report.by_ethnicity.is_empty());
    }

    #[test]
    fn pictures_of_one_person_are_drawn_together() {
        let of = |identity| EstimatedAge { identity, ..aged(20.0, 22.0, None) };
        let ages = [of(Some("anna")), of(Some("anna")), of(None), of(None)];
        assert_eq!(report(&ages, 1).persons, 3);
    }
}
