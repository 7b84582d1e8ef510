//! What one score means for one pair, in words that claim no more than was measured.

use serde::Serialize;

use super::Calibration;
use super::calibration::{ADULT_YEARS, DEFAULT_FALSE_MATCH_RATE, ImpostorScores};

/// The sentence that stands with every score.
pub const LEAD_NOT_IDENTIFICATION: &str = "Investigative lead, not an identification.";
/// From this age gap on a warning is due, in years.
pub const LARGE_GAP_YEARS: f32 = 10.0;
/// An estimated age this far above 18 may still belong to a child: about the mean error on labelled faces, in years.
const AGE_DOUBT_YEARS: f32 = 5.0;
/// A score speaks for different people where at least this many times more of them score that high than photographs
/// of one person score lower. Being rare for one person is not enough: just below the threshold a score is rarer
/// still for different people.
const TIMES_LIKELIER: f64 = 10.0;
/// The rule of three: where none of `n` is seen, the share is below `3 / n` with 95 % confidence.
const RULE_OF_THREE: f64 = 3.0;

/// What one score means for one pair.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reading {
    /// The raw score.
    pub cosine: f32,
    /// The default threshold for the ages of this pair: at most 1 in 1,000 pairs of different people reach it.
    pub threshold: f32,
    /// Whether the score reaches the threshold.
    pub same: bool,
    /// Share of different people of these ages that score this high or higher; nothing where no pair of the
    /// calibration set does, since the set can then only give an upper bound.
    pub false_match_rate: Option<f64>,
    /// Upper bound of that share (95 %) where no pair scores this high.
    pub false_match_rate_below: Option<f64>,
    /// Share of pairs of one person at this age gap that score lower; nothing where too few were measured.
    pub false_non_match_rate: Option<f64>,
    /// Share of pairs of one person with as many faces under 18 that the threshold of their ages refuses; nothing for
    /// two adults and where too few were measured.
    pub false_non_match_rate_under_18: Option<f64>,
    /// Whether all ages were pooled, since too few pairs of these were measured.
    pub pooled: bool,
    /// Pairs of different people behind the figure.
    pub impostor_pairs: u64,
    /// Who the score is held against, such as `different people aged 0–10 and 31–40 (UTKFace dev)`.
    pub calibration_name: String,
    /// A few words, such as `Supports the same person`.
    pub headline: String,
    /// Two or three sentences with the numbers of pairs.
    pub explanation: String,
    /// What changes the reading, one sentence each; the first is always [`LEAD_NOT_IDENTIFICATION`].
    pub warnings: Vec<String>,
}

/// An age and where it comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KnownAge {
    /// In years.
    pub years: f32,
    /// Whether a person stated it; estimated by the network otherwise.
    pub stated: bool,
}

impl KnownAge {
    /// An age the network estimated.
    pub fn estimated(years: f32) -> Self {
        Self { years, stated: false }
    }

    /// An age a person stated.
    pub fn stated(years: f32) -> Self {
        Self { years, stated: true }
    }

    /// Whether the age, as it is known, is below 18.
    pub fn is_under_18(self) -> bool {
        self.years < ADULT_YEARS
    }

    /// Whether the person may be under 18: an estimated age leaves more room than a stated one.
    pub fn may_be_under_18(self) -> bool {
        let doubt_years = if self.stated { 0.0 } else { AGE_DOUBT_YEARS };
        self.years < ADULT_YEARS + doubt_years
    }
}

impl Calibration {
    /// What this score means between faces of these ages.
    pub fn read(&self, cosine: f32, age_a: KnownAge, age_b: KnownAge) -> Reading {
        let impostors = self.impostors(age_a.years, age_b.years);
        let gap_years = (age_a.years - age_b.years).abs();
        let threshold = impostors.scores.threshold(DEFAULT_FALSE_MATCH_RATE);
        let (pairs, reaching) = (impostors.scores.pairs(), impostors.scores.at_least(cosine));
        let genuine = self.genuine(gap_years).map(|gap| {
            let pairs = gap.scores.pairs();
            (gap, pairs, 1.0 - gap.scores.at_least(cosine) as f64 / pairs as f64)
        });
        let same = cosine >= threshold;
        let refused_under_18 = self.refused_under_18(age_a.years, age_b.years);
        let false_non_match_rate = genuine.map(|(_, _, rate)| rate);
        let false_match_rate = (reaching > 0).then(|| reaching as f64 / pairs as f64);
        // None seen among few pairs is not never.
        let missed = genuine.map(|(_, pairs, rate)| rate.max(RULE_OF_THREE / pairs as f64));
        let mut explanation = different_people(&impostors, pairs, reaching);
        if let (Some((gap, pairs, rate)), Some(table)) = (genuine, &self.genuine) {
            explanation.push_str(&format!(
                " Among {} pairs of photographs of one person {} ({}), {} at least this high.",
                thousands(pairs),
                gap.label(),
                table.name,
                share_scoring(1.0 - rate)
            ));
        }
        Reading {
            cosine,
            threshold,
            same,
            false_match_rate,
            false_match_rate_below: (reaching == 0).then(|| RULE_OF_THREE / pairs.max(1) as f64),
            false_non_match_rate,
            false_non_match_rate_under_18: refused_under_18.as_ref().map(|refused| refused.share),
            pooled: impostors.pooled,
            impostor_pairs: pairs,
            calibration_name: impostors.people.clone(),
            headline: headline(same, false_match_rate, missed).to_owned(),
            explanation,
            warnings: warnings(same, gap_years, [age_a, age_b], &impostors, refused_under_18),
        }
    }

    /// How often the threshold of their ages misses one person when faces are under 18, in a sentence; nothing for two
    /// adults and where too few pairs were measured.
    pub fn missed_under_18(&self, age_a_years: f32, age_b_years: f32) -> Option<String> {
        self.refused_under_18(age_a_years, age_b_years).map(|refused| refused.sentence())
    }

    fn refused_under_18(&self, age_a_years: f32, age_b_years: f32) -> Option<RefusedUnder18> {
        let measured = self.genuine_under_18(age_a_years, age_b_years)?;
        let name = self.genuine.as_ref().map(|table| table.name.clone()).unwrap_or_default();
        Some(RefusedUnder18 {
            share: measured.refused()?,
            pairs: measured.scores.pairs(),
            who: measured.label(),
            set: name,
        })
    }
}

/// How often the threshold misses one person when faces are under 18 (FNMR at FMR 1e-3).
struct RefusedUnder18 {
    share: f64,
    pairs: u64,
    who: &'static str,
    set: String,
}

impl RefusedUnder18 {
    fn sentence(&self) -> String {
        let missed = match (self.share * 100.0).round() {
            _ if self.share <= 0.0 => "none".to_owned(),
            ..1.0 => "fewer than 1 in 100".to_owned(),
            in_100 => format!("{in_100:.0} in 100"),
        };
        format!(
            "Among {} pairs of photographs of one person with {} ({}), the threshold for their ages misses {missed}.",
            thousands(self.pairs),
            self.who,
            self.set
        )
    }
}

fn headline(same: bool, false_match_rate: Option<f64>, missed: Option<f64>) -> &'static str {
    match (false_match_rate, missed) {
        _ if same => "Supports the same person",
        (Some(different), Some(missed)) if different >= TIMES_LIKELIER * missed => "Supports different people",
        _ => "Inconclusive",
    }
}

/// A share in words that never round to none or all.
fn share_scoring(share: f64) -> String {
    let in_100 = (share * 100.0).round();
    match in_100 {
        _ if share <= 0.0 => "none scores".to_owned(),
        _ if share >= 1.0 => "all score".to_owned(),
        ..1.0 => "fewer than 1 in 100 score".to_owned(),
        100.0.. => "more than 99 in 100 score".to_owned(),
        _ => format!("{in_100:.0} in 100 score"),
    }
}

/// How often different people score this high. Where none does, the rule of three gives the bound: with 95 %
/// confidence the share is below 3 in the number of pairs.
fn different_people(impostors: &ImpostorScores, pairs: u64, reaching: u64) -> String {
    let people = &impostors.people;
    let among = format!("Among {} pairs of {people}, ", thousands(pairs));
    match reaching {
        0 => format!(
            "{among}none scores this high: fewer than 1 in {}.",
            thousands(rounded(pairs as f64 / RULE_OF_THREE))
        ),
        1..10 => format!("{among}only {reaching} score{} this high.", if reaching == 1 { "s" } else { "" }),
        _ if reaching * 20 > pairs => {
            format!("{among}{:.0} in 100 score this high.", 100.0 * reaching as f64 / pairs as f64)
        }
        _ => format!("{among}about 1 in {} scores this high.", thousands(rounded(pairs as f64 / reaching as f64))),
    }
}

fn warnings(
    same: bool,
    gap_years: f32,
    [a, b]: [KnownAge; 2],
    impostors: &ImpostorScores,
    refused_under_18: Option<RefusedUnder18>,
) -> Vec<String> {
    let mut warnings = vec![LEAD_NOT_IDENTIFICATION.to_owned()];
    if a.years.min(b.years) < ADULT_YEARS {
        warnings
            .push("A face here is under 18. Children resemble each other, and their ages are often misjudged.".into());
    } else if a.may_be_under_18() || b.may_be_under_18() {
        warnings.push("A face here may be under 18. Children resemble each other more than adults do.".into());
    }
    warnings.extend(refused_under_18.map(|refused| refused.sentence()));
    if gap_years >= LARGE_GAP_YEARS {
        warnings.push(format!(
            "About {gap_years:.0} years lie between the faces. Misses become more likely with the years."
        ));
    }
    if same {
        warnings.push("Relatives can score this high. Twins cannot be told apart.".into());
    }
    if !(a.stated && b.stated) {
        warnings.push("Ages are estimated by the network. State the true ages if you know them.".into());
    }
    if impostors.pooled {
        warnings.push("Too few pairs of these ages were measured; all ages are pooled.".into());
    }
    warnings
}

/// A number with two significant digits.
fn rounded(value: f64) -> u64 {
    let magnitude = 10_f64.powf(value.max(1.0).log10().floor() - 1.0).max(1.0);
    ((value / magnitude).round() * magnitude) as u64
}

/// A number with commas between thousands.
pub fn thousands(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::AgeGroup;
    use crate::recognition::Histogram;
    use crate::recognition::calibration::{GenuineGap, GenuineTable, GenuineUnder18, ImpostorCell, ImpostorTable};

    /// 20,000 pairs of different people spread evenly over 0 to 0.5, and 100 of one person over 0.3 to 0.8.
    fn calibration() -> Calibration {
        let (mut different, mut one) = (Histogram::default(), Histogram::default());
        for step in 0..20_000 {
            different.add(step as f32 / 40_000.0);
        }
        for step in 0..100 {
            one.add(0.3 + step as f32 / 200.0);
        }
        let group = AgeGroup::of_years(30.0);
        Calibration {
            version: 1,
            weights_sha256: "none".to_owned(),
            app_version: "0".to_owned(),
            impostors: ImpostorTable {
                name: "Made-up set".to_owned(),
                faces: 200,
                without_face: 0,
                alignment: "none".to_owned(),
                cells: vec![ImpostorCell { younger: group, older: group, scores: different }],
            },
            genuine: Some(GenuineTable {
                name: "Made-up pairs".to_owned(),
                gaps: vec![GenuineGap { from_years: 0.0, to_years: Some(5.0), scores: one, above_threshold: None }],
                under_18: Vec::new(),
            }),
        }
    }

    fn read(cosine: f32, a_years: f32, b_years: f32) -> Reading {
        calibration().read(cosine, KnownAge::stated(a_years), KnownAge::stated(b_years))
    }

    #[test]
    fn a_score_no_impostor_reaches_gives_a_bound_and_no_rate() {
        let reading = read(0.7, 30.0, 31.0);
        assert_eq!((reading.false_match_rate, reading.headline.as_str()), (None, "Supports the same person"));
        assert!(reading.explanation.contains("fewer than 1 in 6,700"), "{}", reading.explanation);
        assert!(reading.explanation.contains("20 in 100 score at least this high"), "{}", reading.explanation);
        assert_eq!(reading.warnings[0], LEAD_NOT_IDENTIFICATION);
    }

    #[test]
    fn the_threshold_is_where_one_in_a_thousand_gets_through() {
        let threshold = read(0.0, 30.0, 30.0).threshold;
        assert!((threshold - 0.4995).abs() < 0.003, "{threshold}");
        assert!(read(threshold, 30.0, 30.0).same);
        assert!(!read(threshold - 0.01, 30.0, 30.0).same);
    }

    #[test]
    fn low_scores_speak_for_different_people_and_middling_ones_for_nothing() {
        assert_eq!(read(0.1, 30.0, 31.0).headline, "Supports different people");
        assert_eq!(read(0.42, 30.0, 31.0).headline, "Inconclusive");
        assert_eq!(read(0.1, 30.0, 60.0).headline, "Inconclusive", "nothing was measured at this gap");
        let rare_for_both = read(0.33, 30.0, 31.0);
        assert!(rare_for_both.false_non_match_rate.is_some_and(|rate| rate < 0.1));
        assert_eq!(rare_for_both.headline, "Inconclusive", "{rare_for_both:?}");
    }

    #[test]
    fn how_often_children_are_missed_is_said_of_them_and_not_of_adults() {
        let mut calibration = calibration();
        let mut above_threshold = Histogram::default();
        for step in 0..100 {
            above_threshold.add(if step < 27 { -0.1 } else { 0.1 });
        }
        let measured = GenuineUnder18 { faces_under_18: 1, scores: above_threshold.clone(), above_threshold };
        calibration.genuine.as_mut().unwrap().under_18.push(measured);
        let read = |a: f32, b: f32| calibration.read(0.4, KnownAge::stated(a), KnownAge::stated(b));
        let child = read(9.0, 30.0);
        assert!((child.false_non_match_rate_under_18.unwrap() - 0.27).abs() < 1e-9);
        let said = |reading: &Reading| reading.warnings.iter().any(|warning| warning.contains("misses 27 in 100"));
        assert!(said(&child), "{:?}", child.warnings);
        assert!(!said(&read(25.0, 30.0)) && !said(&read(9.0, 9.0)), "two faces under 18 were not measured here");
    }

    #[test]
    fn an_estimated_age_near_18_is_a_warning_a_stated_one_is_not() {
        let warned = |age: fn(f32) -> KnownAge| {
            let reading = calibration().read(0.1, age(21.0), age(40.0));
            reading.warnings.iter().any(|warning| warning.contains("under 18"))
        };
        assert!(warned(KnownAge::estimated));
        assert!(!warned(KnownAge::stated));
    }

    #[test]
    fn shares_never_round_to_none_or_all() {
        assert_eq!(share_scoring(0.714), "71 in 100 score");
        assert_eq!(share_scoring(0.001), "fewer than 1 in 100 score");
        assert_eq!(share_scoring(0.999), "more than 99 in 100 score");
        assert_eq!((share_scoring(0.0), share_scoring(1.0)), ("none scores".to_owned(), "all score".to_owned()));
    }

    #[test]
    fn a_cell_without_pairs_is_pooled_and_says_so() {
        let reading = read(0.3, 5.0, 30.0);
        assert!(reading.calibration_name.contains("all ages"));
        assert!(reading.warnings.iter().any(|warning| warning.contains("pooled")));
        assert!(reading.warnings.iter().any(|warning| warning.contains("under 18")));
    }

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!((thousands(1_234_567), thousands(999), rounded(6_666.7)), ("1,234,567".into(), "999".into(), 6_700));
    }
}
