//! Pair lists in every layout in use, and the verification report on them.

use std::collections::BTreeSet;

use serde::Serialize;

use super::verification::{FoldAccuracy, ScoredPair, TrueAcceptRate, accuracy, roc, true_accept_rate};
use super::{ReadPictures, Skipped};

/// Folds where a list does not say.
const DEFAULT_FOLDS: usize = 10;

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
    /// Folds.
    pub folds: usize,
    /// Mean accuracy over the folds, 0 to 1.
    pub accuracy: f64,
    /// Its standard deviation.
    pub accuracy_std: f64,
    /// True accept rates by false match rate, `1e-2` and `1e-3`.
    pub tar: std::collections::BTreeMap<&'static str, TrueAcceptRate>,
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
    for (index, pair) in pairs.iter_mut().enumerate() {
        pair.fold = match header {
            Some([folds, per_kind]) => (index / (2 * per_kind).max(1)).min(folds.saturating_sub(1)),
            None => index * DEFAULT_FOLDS / total.max(1),
        };
    }
    Ok(pairs)
}

fn parse_line(line: &str) -> Option<Pair> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let lfw = |name: &str, number: &str| -> Option<String> {
        Some(format!("{name}/{name}_{:04}", number.parse::<u32>().ok()?))
    };
    let (pictures, same) = match fields.as_slice() {
        [a, b, verdict @ ("1" | "0" | "-1")] if a.contains('.') || b.contains('.') => {
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
    let without_ending = |name: &str| name.rsplit_once('.').map_or(name.to_owned(), |(stem, _)| stem.to_owned());
    let matches = |name: &&String| {
        let tail = |whole: &str, part: &str| whole == part || whole.ends_with(&format!("/{part}"));
        tail(name, wanted) || tail(&without_ending(name), wanted)
    };
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
    let FoldAccuracy { mean, std, folds } = accuracy(&scored);
    let rate = |false_match_rate| true_accept_rate(&scored, false_match_rate);
    PairsReport {
        pairs: scored.len(),
        folds: folds.len(),
        accuracy: mean,
        accuracy_std: std,
        tar: [("1e-2", rate(1e-2)), ("1e-3", rate(1e-3))].into(),
        roc: roc(&scored),
        pairs_left_out: pairs.len() - scored.len(),
        skipped,
    }
}

impl PairsReport {
    /// A table for people.
    pub fn text(&self) -> String {
        let mut text = format!(
            "accuracy            {:.2} % ± {:.2} over {} folds, {} pairs\n",
            self.accuracy * 100.0,
            self.accuracy_std * 100.0,
            self.folds,
            self.pairs
        );
        for (name, rate) in &self.tar {
            text.push_str(&format!(
                "TAR at FMR {name}     {:.2} % at cosine {:.3} ({} genuine and {} impostor pairs)\n",
                rate.rate * 100.0,
                rate.threshold,
                rate.genuine_pairs,
                rate.impostor_pairs
            ));
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
        assert!(parse("only two").unwrap_err().contains("line 1"));
    }

    #[test]
    fn pictures_are_found_with_and_without_ending() {
        let names: BTreeSet<String> = ["images/Anna/Anna_0001.webp".to_owned(), "b/00001.jpg".to_owned()].into();
        assert!(resolve(&names, "Anna/Anna_0001").is_some());
        assert!(resolve(&names, "b/00001.jpg").is_some());
        assert!(resolve(&names, "Anna/Anna_0002").is_none());
    }
}
