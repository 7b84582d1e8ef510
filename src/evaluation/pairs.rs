//! Pair lists in every layout in use, and the verification report on them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::verification::{FoldResult, ScoredPair, TrueAcceptRate, accuracy, roc, true_accept_rate};
use super::{ReadPictures, Skipped};

/// Folds where a list does not say.
const DEFAULT_FOLDS: usize = 10;
/// False match rates at which the true accept rate is told.
const FALSE_MATCH_RATES: [(&str, f64); 2] = [("1e-2", 1e-2), ("1e-3", 1e-3)];

/// One line of a pair list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Picture paths inside the set, without an ending in LFW's own layout.
    pub pictures: [String; 2],
    /// Whether both show one person.
    pub same: bool,
    /// Which fold it belongs to.
    pub fold: usize,
}

/// What verification on a pair list measured.
#[derive(Clone, Debug, Serialize)]
pub struct PairsReport {
    /// Pairs that were scored.
    pub pairs: usize,
    /// Folds that hold pairs.
    pub folds: usize,
    /// Mean accuracy over the folds, 0 to 1; nothing where fewer than two folds hold pairs.
    pub accuracy: Option<f64>,
    /// Its standard deviation.
    pub accuracy_std: Option<f64>,
    /// Each fold's own figures.
    pub by_fold: Vec<FoldResult>,
    /// True accept rates, 0 to 1, by false match rate, `1e-2` and `1e-3`; nothing where the pairs are too few for it.
    pub tar: BTreeMap<&'static str, Option<f64>>,
    /// The same with thresholds and numbers of pairs.
    pub tar_details: BTreeMap<&'static str, Option<TrueAcceptRate>>,
    /// False match rate and true accept rate along the curve.
    pub roc: Vec<[f64; 2]>,
    /// Pictures that could not be used; their pairs are left out.
    pub skipped: Vec<Skipped>,
    /// Pairs left out because a picture could not be used.
    pub pairs_left_out: usize,
}

/// Reads a pair list: `a b 1`, `a b -1`, `a b 0`, or LFW's `name i j` and `name1 i name2 j` behind a header with the
/// number of folds and of pairs in each.
///
/// # Errors
/// The number of a line that is none of these, and what is wrong with it.
pub fn parse(text: &str) -> Result<Vec<Pair>, String> {
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).peekable();
    let header = lines.peek().and_then(|(_, line)| {
        let numbers: Vec<usize> = line.split_whitespace().map(str::parse).collect::<Result<_, _>>().ok()?;
        <[usize; 2]>::try_from(numbers).ok()
    });
    if header.is_some() {
        lines.next();
    }
    let mut pairs = lines
        .map(|(number, line)| {
            parse_line(line).ok_or_else(|| format!("line {} is no pair: “{}”", number + 1, line.trim()))
        })
        .collect::<Result<Vec<Pair>, String>>()?;
    let total = pairs.len();
    // A list that its header does not describe, and one without a header, is cut into equal runs.
    let folds = header.map_or(DEFAULT_FOLDS, |[folds, _]| if folds < 2 { DEFAULT_FOLDS } else { folds });
    for (index, pair) in pairs.iter_mut().enumerate() {
        pair.fold = index * folds / total.max(1);
    }
    Ok(pairs)
}

fn parse_line(line: &str) -> Option<Pair> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let lfw = |name: &str, number: &str| -> Option<String> {
        Some(format!("{name}/{name}_{:04}", number.parse::<u32>().ok()?))
    };
    let (pictures, same) = match fields.as_slice() {
        // In LFW's own lines the second field is a number; `a b 1` names two pictures, with or without ending.
        [a, b, verdict @ ("1" | "0" | "-1")] if b.parse::<u32>().is_err() => {
            ([(*a).to_owned(), (*b).to_owned()], *verdict == "1")
        }
        [name, i, j] => ([lfw(name, i)?, lfw(name, j)?], true),
        [name1, i, name2, j] => ([lfw(name1, i)?, lfw(name2, j)?], false),
        _ => return None,
    };
    Some(Pair { pictures, same, fold: 0 })
}

/// The picture of the set that a pair list means: the same path, with or without its ending, in any subfolder.
pub fn resolve<'a>(names: &'a BTreeSet<String>, wanted: &str) -> Option<&'a String> {
    let is_tail = |whole: &str| whole.strip_suffix(wanted).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
    let matches = |name: &&String| is_tail(name) || name.rsplit_once('.').is_some_and(|(stem, _)| is_tail(stem));
    names.get(wanted).or_else(|| names.iter().find(matches))
}

/// Scores the pairs whose pictures were read.
pub fn report(pairs: &[(Pair, Option<[String; 2]>)], read: &ReadPictures) -> PairsReport {
    let mut scored = Vec::new();
    let mut skipped = read.skipped.clone();
    for (pair, files) in pairs {
        let Some([a, b]) = files else {
            let file = pair.pictures.join(" and ");
            skipped.push(Skipped { file, reason: "Not among the pictures of the set.".to_owned() });
            continue;
        };
        if let (Some(a), Some(b)) = (read.faces.get(a), read.faces.get(b)) {
            scored.push(ScoredPair { fold: pair.fold, same: pair.same, cosine: a.embedding.cosine(&b.embedding) });
        }
    }
    let accuracy = accuracy(&scored);
    let tar_details: BTreeMap<_, _> =
        FALSE_MATCH_RATES.into_iter().map(|(name, rate)| (name, true_accept_rate(&scored, rate))).collect();
    PairsReport {
        pairs: scored.len(),
        folds: accuracy.as_ref().map_or(0, |accuracy| accuracy.folds.len()),
        accuracy: accuracy.as_ref().map(|accuracy| accuracy.mean),
        accuracy_std: accuracy.as_ref().map(|accuracy| accuracy.std),
        by_fold: accuracy.map(|accuracy| accuracy.folds).unwrap_or_default(),
        tar: tar_details.iter().map(|(name, rate)| (*name, rate.as_ref().map(|rate| rate.rate))).collect(),
        tar_details,
        roc: roc(&scored),
        pairs_left_out: pairs.len() - scored.len(),
        skipped,
    }
}

impl PairsReport {
    /// A table for people.
    pub fn text(&self) -> String {
        let mut text = match (self.accuracy, self.accuracy_std) {
            (Some(mean), Some(std)) => format!(
                "accuracy            {:.2} % ± {:.2} over {} folds, {} pairs\n",
                mean * 100.0,
                std * 100.0,
                self.folds,
                self.pairs
            ),
            _ => format!("accuracy            not told: {} pairs do not fill two folds\n", self.pairs),
        };
        for (name, rate) in &self.tar_details {
            text.push_str(&format!("TAR at FMR {name}     "));
            match rate {
                Some(rate) => text.push_str(&format!(
                    "{:.2} % at cosine {:.3} ({} genuine pairs; {} of {} impostor pairs reach it)\n",
                    rate.rate * 100.0,
                    rate.threshold,
                    rate.genuine_pairs,
                    rate.false_matches,
                    rate.impostor_pairs
                )),
                None => text.push_str("not told: too few pairs for this rate\n"),
            }
        }
        text.push_str(&format!("left out            {} pairs, {} pictures", self.pairs_left_out, self.skipped.len()));
        for skipped in self.skipped.iter().take(10) {
            text.push_str(&format!("\n  {}: {}", skipped.file, skipped.reason));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_layouts_are_read() {
        let lfw = parse("2\t1\nAnna\t1\t4\nAnna\t1\tBob\t2\nCid\t1\t2\nCid\t1\tDan\t1\n").unwrap();
        assert_eq!(lfw.len(), 4);
        assert_eq!(lfw[0].pictures, ["Anna/Anna_0001", "Anna/Anna_0004"]);
        assert_eq!((lfw[1].same, lfw[1].fold, lfw[2].fold), (false, 0, 1));
        let plain = parse("a/00001.jpg a/00002.jpg 1\na/00003.jpg a/00004.jpg -1\nx.png y.png 0").unwrap();
        assert_eq!(plain.iter().map(|pair| pair.same).collect::<Vec<_>>(), [true, false, false]);
        let without_ending = parse("anna/1 anna/2 1\nanna/1 bob/1 0").unwrap();
        assert_eq!((without_ending[0].pictures[1].as_str(), without_ending[1].same), ("anna/2", false));
        assert!(parse("only two").unwrap_err().contains("line 1"));
    }

    #[test]
    fn folds_are_those_of_the_header_or_ten() {
        let lines = "Anna 1 2\nAnna 1 Bob 1\n".repeat(10);
        let folds = |text: String| parse(&text).unwrap().iter().map(|pair| pair.fold).collect::<Vec<_>>();
        assert_eq!(folds(format!("5 2\n{lines}")), (0..20).map(|index| index / 4).collect::<Vec<_>>());
        assert_eq!(folds(lines.clone()), (0..20).map(|index| index / 2).collect::<Vec<_>>());
        assert_eq!(folds(format!("1 10\n{lines}")), folds(lines));
    }

    #[test]
    fn pictures_are_found_with_and_without_ending() {
        let names: BTreeSet<String> = ["images/Anna/Anna_0001.webp".to_owned(), "b/00001.jpg".to_owned()].into();
        assert!(resolve(&names, "Anna/Anna_0001").is_some());
        assert!(resolve(&names, "b/00001.jpg").is_some());
        assert!(resolve(&names, "Anna/Anna_0002").is_none());
    }
}
