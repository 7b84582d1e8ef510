//! What a person judged of two faces, feature by feature, with notes. Kept in the document for each pair of faces in
//! whatever order they stand, and in sessions. Never combined with the score.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::features::{self, Feature};
use crate::engine::FaceId;

/// What stands above every checklist that leaves the window.
pub const OWN_JUDGEMENT: &str =
    "The judgement of a person who looked at the photographs. It is not combined with any score.";

/// Two faces in whatever order: A with B is B with A.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FacePair([FaceId; 2]);

impl FacePair {
    /// The pair of two faces.
    pub fn new(a: FaceId, b: FaceId) -> Self {
        Self([a.min(b), a.max(b)])
    }

    /// Both faces, in an order of their own.
    pub fn faces(&self) -> [FaceId; 2] {
        self.0
    }
}

/// How a feature looks in two photographs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assessment {
    /// Alike.
    Similar,
    /// Not alike.
    Different,
    /// It cannot be seen or judged in one of them.
    NotVisible,
}

impl Assessment {
    /// All, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::Similar, Self::Different, Self::NotVisible];

    /// In a word or two.
    pub fn label(self) -> &'static str {
        match self {
            Self::Similar => "Similar",
            Self::Different => "Different",
            Self::NotVisible => "Not visible",
        }
    }
}

/// What a person says of one feature.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Judgement {
    /// How it looks in both; nothing where it was not judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assessment: Option<Assessment>,
    /// What they noted.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// Everything a person judged of two faces, by the features' names (`nose.tip`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Checklist {
    judgements: BTreeMap<String, Judgement>,
}

/// How many features were judged how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Alike.
    pub similar: usize,
    /// Not alike.
    pub different: usize,
    /// Not to be judged.
    pub not_visible: usize,
    /// Not judged yet.
    pub open: usize,
    /// With a note.
    pub notes: usize,
}

impl Checklist {
    /// What was said of a feature.
    pub fn of(&self, key: &str) -> Judgement {
        self.judgements.get(key).cloned().unwrap_or_default()
    }

    /// Says how a feature looks, or takes that back.
    pub fn assess(&mut self, key: &str, assessment: Option<Assessment>) {
        self.change(key, |judgement| judgement.assessment = assessment);
    }

    /// Notes something of a feature.
    pub fn note(&mut self, key: &str, note: String) {
        self.change(key, |judgement| judgement.note = note);
    }

    fn change(&mut self, key: &str, change: impl FnOnce(&mut Judgement)) {
        let mut judgement = self.of(key);
        change(&mut judgement);
        if judgement == Judgement::default() {
            self.judgements.remove(key);
        } else {
            self.judgements.insert(key.to_owned(), judgement);
        }
    }

    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        self.judgements.is_empty()
    }

    /// How many features were judged how.
    pub fn counts(&self) -> Counts {
        self.counts_of(features::all())
    }

    /// The same of some features.
    pub fn counts_of(&self, features: impl Iterator<Item = Feature>) -> Counts {
        let mut counts = Counts::default();
        for feature in features {
            let judgement = self.of(&feature.key());
            *match judgement.assessment {
                Some(Assessment::Similar) => &mut counts.similar,
                Some(Assessment::Different) => &mut counts.different,
                Some(Assessment::NotVisible) => &mut counts.not_visible,
                None => &mut counts.open,
            } += 1;
            counts.notes += usize::from(!judgement.note.is_empty());
        }
        counts
    }
}

/// The checklist as text for a letter or a file: what was judged and noted, and how much was not.
pub fn to_text(checklist: &Checklist, names: [&str; 2]) -> String {
    let counts = checklist.counts();
    let mut lines = vec![
        format!("A: {}", names[0]),
        format!("B: {}", names[1]),
        OWN_JUDGEMENT.to_owned(),
        format!(
            "Similar {}, different {}, not visible {}, not judged {}.",
            counts.similar, counts.different, counts.not_visible, counts.open
        ),
    ];
    let mut component = "";
    for feature in features::all() {
        let judgement = checklist.of(&feature.key());
        if judgement == Judgement::default() {
            continue;
        }
        if component != feature.component.title {
            component = feature.component.title;
            lines.extend([String::new(), component.to_owned()]);
        }
        let assessment = judgement.assessment.map_or("not judged", Assessment::label).to_lowercase();
        let note = if judgement.note.is_empty() { String::new() } else { format!(" ({})", judgement.note) };
        lines.push(format!("  {}: {assessment}{note}", feature.title));
    }
    lines.join("\n") + "\n"
}

/// The whole checklist as a table: component, feature, assessment, note (RFC 4180).
pub fn to_csv(checklist: &Checklist) -> String {
    let mut table = "component,feature,assessment,note\r\n".to_owned();
    for feature in features::all() {
        let judgement = checklist.of(&feature.key());
        let assessment = judgement.assessment.map_or("", Assessment::label);
        let fields = [feature.component.title, feature.title, assessment, &judgement.note].map(quoted);
        table += &(fields.join(",") + "\r\n");
    }
    table
}

/// In quotation marks where the text needs them. A field that a spreadsheet would take for a formula gets a space.
fn quoted(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@', '\t']) { format!(" {text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checklist() -> Checklist {
        let mut checklist = Checklist::default();
        checklist.assess("nose.tip", Some(Assessment::Different));
        checklist.note("nose.tip", "round, \"bulbous\" in B".to_owned());
        checklist.assess("ears.lobe", Some(Assessment::NotVisible));
        checklist.assess("skin.tone", Some(Assessment::Similar));
        checklist
    }

    #[test]
    fn what_was_judged_is_counted_and_can_be_taken_back() {
        let mut checklist = checklist();
        let open = features::count() - 3;
        let counts = Counts { similar: 1, different: 1, not_visible: 1, open, notes: 1 };
        assert_eq!(checklist.counts(), counts);
        checklist.assess("skin.tone", None);
        checklist.assess("ears.lobe", None);
        checklist.note("nose.tip", String::new());
        checklist.assess("nose.tip", None);
        assert!(checklist.is_empty());
    }

    #[test]
    fn a_pair_is_the_same_in_either_order() {
        assert_eq!(FacePair::new(FaceId(7), FaceId(2)), FacePair::new(FaceId(2), FaceId(7)));
        assert_eq!(FacePair::new(FaceId(7), FaceId(2)).faces(), [FaceId(2), FaceId(7)]);
    }

    #[test]
    fn what_is_kept_comes_back() {
        let text = serde_json::to_string(&checklist()).unwrap();
        assert_eq!(serde_json::from_str::<Checklist>(&text).unwrap(), checklist());
        let partial: Checklist = serde_json::from_str(r#"{"nose.tip":{"assessment":"similar"}}"#).unwrap();
        assert_eq!(partial.of("nose.tip").assessment, Some(Assessment::Similar));
    }

    #[test]
    fn text_and_table_hold_every_judgement_and_note() {
        let text = to_text(&checklist(), ["old.jpg", "new.jpg"]);
        assert!(text.contains("Tip: different (round, \"bulbous\" in B)") && text.contains(OWN_JUDGEMENT), "{text}");
        let table = to_csv(&checklist());
        assert_eq!(table.lines().count(), features::count() + 1);
        assert!(table.contains("Nose,Tip,Different,\"round, \"\"bulbous\"\" in B\"\r\n"), "{table}");
        assert_eq!(quoted("=1+1"), " =1+1");
    }
}
