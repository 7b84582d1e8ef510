//! What the faces show, counted: people, ages by group and by decade, gender, ethnicity.

use std::fmt::Write as _;

use serde::Serialize;

use super::{DataKind, Gender, Sample};
use crate::model::AgeGroup;
use crate::pictures::UTKFACE_ETHNICITIES;

/// What the faces of all sources show.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Statistics {
    /// How many pictures there are.
    pub pictures: usize,
    /// Each source.
    pub sources: Vec<SourceStatistics>,
    /// Pictures by gender.
    pub genders: ByGender,
    /// The labelled people.
    pub identities: Identities,
    /// Pictures of each of the seven age groups.
    pub age_groups: Vec<Row>,
    /// Pictures of each decade, from 0–9 to the oldest.
    pub decades: Vec<Row>,
    /// Pictures without an age.
    pub without_age: ByGender,
    /// Pictures of each ethnicity; empty when none is labelled.
    pub ethnicities: Vec<Row>,
}

/// One source.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SourceStatistics {
    /// As the config gives it.
    pub path: String,
    /// How it is stored.
    pub kind: DataKind,
    /// How many pictures it has.
    pub pictures: usize,
    /// How many pictures its labels name that are not there.
    pub missing: usize,
    /// Name of the first of those.
    pub first_missing: Option<String>,
}

/// The labelled people.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Identities {
    /// How many there are.
    pub people: usize,
    /// How many pictures show them.
    pub pictures: usize,
    /// Fewest pictures of one person.
    pub least: usize,
    /// Pictures of the person in the middle.
    pub median: usize,
    /// Most pictures of one person.
    pub most: usize,
}

/// Pictures by gender.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct ByGender {
    /// Of men and boys.
    pub male: usize,
    /// Of women and girls.
    pub female: usize,
    /// Without gender.
    pub unknown: usize,
}

/// Pictures of one kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Which kind, such as `21–30`.
    pub name: String,
    /// How many.
    #[serde(flatten)]
    pub pictures: ByGender,
}

impl ByGender {
    /// All of them.
    pub fn all(&self) -> usize {
        self.male + self.female + self.unknown
    }

    fn of<'a>(samples: impl Iterator<Item = &'a Sample>) -> Self {
        samples.fold(Self::default(), |mut counts, sample| {
            match sample.gender {
                Some(Gender::Male) => counts.male += 1,
                Some(Gender::Female) => counts.female += 1,
                None => counts.unknown += 1,
            }
            counts
        })
    }
}

impl Statistics {
    pub(super) fn new(samples: &[Sample], sources: Vec<SourceStatistics>) -> Self {
        let rows = |names: Vec<String>, kind: &dyn Fn(&Sample) -> Option<usize>| -> Vec<Row> {
            let of = |index: usize| ByGender::of(samples.iter().filter(move |sample| kind(sample) == Some(index)));
            names.into_iter().enumerate().map(|(index, name)| Row { name, pictures: of(index) }).collect()
        };
        let decade = |sample: &Sample| sample.age_years.map(|age_years| (age_years / 10.0) as usize);
        let decades = samples.iter().filter_map(decade).max().map_or(0, |oldest| oldest + 1);
        let has_ethnicity = samples.iter().any(|sample| sample.ethnicity.is_some());
        let ethnicities: &[&str] = if has_ethnicity { &UTKFACE_ETHNICITIES } else { &[] };
        Self {
            pictures: samples.len(),
            sources,
            genders: ByGender::of(samples.iter()),
            identities: Identities::of(samples),
            age_groups: rows(AgeGroup::ALL.iter().map(|group| group.label().to_owned()).collect(), &|sample| {
                sample.age_years.map(|age_years| AgeGroup::of_years(age_years).index())
            }),
            decades: rows((0..decades).map(|decade| format!("{}–{}", 10 * decade, 10 * decade + 9)).collect(), &decade),
            without_age: ByGender::of(samples.iter().filter(|sample| sample.age_years.is_none())),
            ethnicities: rows(ethnicities.iter().map(|name| (*name).to_owned()).collect(), &|sample| {
                sample.ethnicity.map(usize::from)
            }),
        }
    }

    /// The same as tables for people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) {
        // Writing to a string cannot fail.
        let mut line = |line: String| _ = writeln!(text, "{line}");
        line(format!("{} pictures", thousands(self.pictures)));
        for source in &self.sources {
            let missing = source.first_missing.as_ref().map_or_else(String::new, |first| {
                format!(", {} more named and not there, “{first}” the first of them", thousands(source.missing))
            });
            line(format!("  {}: {}{missing}", source.path, thousands(source.pictures)));
        }
        let people = &self.identities;
        if people.people > 0 {
            let (least, median, most) = (thousands(people.least), thousands(people.median), thousands(people.most));
            line(format!(
                "{} people in {} of them; {least} to {most} pictures of each, half of the people {median} or fewer",
                thousands(people.people),
                thousands(people.pictures)
            ));
        }
        let total = self.pictures;
        if self.without_age.all() < total {
            let without = Row { name: "without".to_owned(), pictures: self.without_age };
            let groups: Vec<&Row> = self.age_groups.iter().chain([&without]).collect();
            line(table("age group", &groups, total));
            line(table("decade", &self.decades.iter().collect::<Vec<_>>(), total));
        }
        if !self.ethnicities.is_empty() {
            line(table("ethnicity", &self.ethnicities.iter().collect::<Vec<_>>(), total));
        }
        let all = Row { name: "all".to_owned(), pictures: self.genders };
        line(table("", &[&all], total));
    }
}

impl Identities {
    fn of(samples: &[Sample]) -> Self {
        let mut counts = std::collections::BTreeMap::new();
        for identity in samples.iter().filter_map(|sample| sample.identity) {
            *counts.entry(identity).or_insert(0_usize) += 1;
        }
        let mut counts: Vec<usize> = counts.into_values().collect();
        counts.sort_unstable();
        let at = |index: usize| counts.get(index).copied().unwrap_or_default();
        Self {
            people: counts.len(),
            pictures: counts.iter().sum(),
            least: at(0),
            median: at(counts.len().saturating_sub(1) / 2),
            most: at(counts.len().saturating_sub(1)),
        }
    }
}

/// A table of pictures by gender, with the share of each row.
fn table(title: &str, rows: &[&Row], total: usize) -> String {
    let mut text = format!("\n{title:<12}{:>10}{:>10}{:>10}{:>10}{:>9}", "male", "female", "unknown", "all", "share");
    for row in rows {
        let ByGender { male, female, unknown } = row.pictures;
        let [male, female, unknown, all] = [male, female, unknown, row.pictures.all()].map(thousands);
        let share = 100.0 * row.pictures.all() as f64 / total.max(1) as f64;
        // Writing to a string cannot fail.
        let _ = write!(text, "\n{:<12}{male:>10}{female:>10}{unknown:>10}{all:>10}{share:>7.1} %", row.name);
    }
    text
}

/// A number with commas between thousands.
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let comma = |place: usize| place > 0 && (digits.len() - place).is_multiple_of(3);
    let spaced =
        digits.chars().enumerate().flat_map(|(place, digit)| comma(place).then_some(',').into_iter().chain([digit]));
    spaced.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_counted_once() {
        let sample = |age_years, gender, identity| Sample { age_years, gender, identity, ..Sample::default() };
        let samples = [
            sample(Some(10.0), Some(Gender::Male), Some(0)),
            sample(Some(10.5), Some(Gender::Female), Some(0)),
            sample(Some(70.0), None, Some(1)),
            Sample { ethnicity: Some(3), ..Sample::default() },
        ];
        let statistics = Statistics::new(&samples, Vec::new());
        assert_eq!(statistics.age_groups[0].pictures, ByGender { male: 1, female: 0, unknown: 0 });
        assert_eq!(statistics.age_groups[1].pictures, ByGender { male: 0, female: 1, unknown: 0 });
        assert_eq!(statistics.decades[1].pictures.all(), 2);
        assert_eq!((statistics.decades.len(), statistics.decades[7].name.as_str()), (8, "70–79"));
        assert_eq!(statistics.decades[0].name, "0–9");
        assert_eq!((statistics.without_age.unknown, statistics.ethnicities[3].pictures.all()), (1, 1));
        let Identities { people, pictures, least, median, most } = statistics.identities.clone();
        assert_eq!((people, pictures, least, median, most), (2, 3, 1, 1, 2));
        let text = statistics.text();
        assert!(text.contains("4 pictures") && text.contains("age group") && text.contains("25.0 %"), "{text}");
    }

    #[test]
    fn thousands_have_commas() {
        assert_eq!([0, 999, 1_000, 5_800_000].map(thousands), ["0", "999", "1,000", "5,800,000"]);
    }
}
