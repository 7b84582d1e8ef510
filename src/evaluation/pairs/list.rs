//! Pair lists in every layout in use, and the pictures of a set they mean.

use std::collections::{BTreeSet, HashMap};

/// Folds where a list does not say.
const DEFAULT_FOLDS: usize = 10;

/// One pair of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// Picture paths inside the set, without an ending in LFW's own layout.
    pub pictures: [String; 2],
    /// Whether both show one person.
    pub same: bool,
    /// Which fold it belongs to.
    pub fold: usize,
    /// Ages in years, where the list has them.
    pub ages_years: [Option<f32>; 2],
}

impl Pair {
    fn new(a: impl Into<String>, b: impl Into<String>, same: bool) -> Self {
        Self { pictures: [a.into(), b.into()], same, fold: 0, ages_years: [None, None] }
    }
}

/// Reads a pair list:
/// - `a b 1`, `a b -1` or `a b 0`, as converted from insightface's files (AgeDB-30) and in ECAF's `image_pairs`; the
///   ages of both faces may follow;
/// - LFW's `name i j` and `name1 i name2 j`, behind a header with the number of folds and of pairs in each or without;
/// - CALFW's two lines for a pair, `a 1` and `b 1`, where 0 stands for different people.
///
/// # Errors
/// The number of a line that is none of these, and what is wrong with it.
pub fn parse(text: &str) -> Result<Vec<Pair>, String> {
    let lines: Vec<(usize, Vec<&str>)> = text
        .trim_start_matches('\u{feff}')
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.split_whitespace().collect::<Vec<_>>()))
        .filter(|(_, fields)| !fields.is_empty())
        .collect();
    if lines.iter().all(|(_, fields)| is_half(fields)) && !lines.is_empty() {
        return halves(&lines);
    }
    let header = lines.first().and_then(|(_, fields)| numbers(fields));
    let listed = &lines[usize::from(header.is_some())..];
    let mut pairs = listed
        .iter()
        .map(|(number, fields)| {
            parse_line(fields).ok_or_else(|| format!("line {number} is no pair: “{}”", fields.join(" ")))
        })
        .collect::<Result<Vec<Pair>, String>>()?;
    // A list that its header does not describe, and one without a header, is cut into equal runs.
    let folds = header.map_or(DEFAULT_FOLDS, |[folds, _]| if folds < 2 { DEFAULT_FOLDS } else { folds });
    let total = pairs.len().max(1);
    for (index, pair) in pairs.iter_mut().enumerate() {
        pair.fold = index * folds / total;
    }
    Ok(pairs)
}

/// CACD-VS has no list: its pictures are named `0000_0.jpg` and `0000_1.jpg`, 400 pairs to a fold, the first half of
/// them of one person. Nothing where no picture is named like that.
pub fn cacd_vs(names: &BTreeSet<String>) -> Vec<Pair> {
    let number = |name: &str| {
        let file_name = name.rsplit('/').next()?;
        let number = file_name.split_once("_0.")?.0;
        (number.len() == 4).then(|| number.parse::<usize>().ok())?
    };
    let pair = |first: &String| {
        let number = number(first)?;
        let at = first.rfind("_0.")?;
        let second = format!("{}_1.{}", &first[..at], &first[at + 3..]);
        let pair = Pair::new(first.as_str(), second.as_str(), number % 400 < 200);
        names.contains(&second).then_some(Pair { fold: number / 400, ..pair })
    };
    names.iter().filter_map(pair).collect()
}

fn numbers(fields: &[&str]) -> Option<[usize; 2]> {
    let numbers: Vec<usize> = fields.iter().map(|field| field.parse()).collect::<Result<_, _>>().ok()?;
    numbers.try_into().ok()
}

/// Half of a CALFW pair: a picture with its ending, and a number.
fn is_half(fields: &[&str]) -> bool {
    matches!(fields, [picture, number] if picture.contains('.') && number.parse::<u32>().is_ok())
}

/// Two lines for a pair. All pairs of one person come first; a fold is a tenth of them and a tenth of the others.
fn halves(lines: &[(usize, Vec<&str>)]) -> Result<Vec<Pair>, String> {
    if let [.., (number, _)] = lines
        && lines.len() % 2 == 1
    {
        return Err(format!("line {number} is half a pair: the list has two lines for each"));
    }
    let mut pairs: Vec<Pair> =
        lines.chunks(2).map(|two| Pair::new(two[0].1[0], two[1].1[0], two[0].1[1] != "0")).collect();
    let mut counts = [0, 0];
    let totals = [true, false].map(|same| pairs.iter().filter(|pair| pair.same == same).count().max(1));
    for pair in &mut pairs {
        let kind = usize::from(!pair.same);
        pair.fold = counts[kind] * DEFAULT_FOLDS / totals[kind];
        counts[kind] += 1;
    }
    Ok(pairs)
}

fn parse_line(fields: &[&str]) -> Option<Pair> {
    let lfw = |name: &str, number: &str| -> Option<String> {
        Some(format!("{name}/{name}_{:04}", number.parse::<u32>().ok()?))
    };
    match fields {
        // In LFW's own lines the second field is a number; `a b 1` names two pictures, with or without ending.
        [a, b, verdict @ ("1" | "0" | "-1")] if b.parse::<u32>().is_err() => Some(Pair::new(*a, *b, *verdict == "1")),
        [a, b, verdict @ ("1" | "0" | "-1"), age_a, age_b] => {
            let ages_years = [Some(age_a.parse().ok()?), Some(age_b.parse().ok()?)];
            Some(Pair { ages_years, ..Pair::new(*a, *b, *verdict == "1") })
        }
        [name, i, j] => Some(Pair::new(lfw(name, i)?, lfw(name, j)?, true)),
        [name1, i, name2, j] => Some(Pair::new(lfw(name1, i)?, lfw(name2, j)?, false)),
        _ => None,
    }
}

/// The pictures of a set by how a list may name them.
#[derive(Debug)]
pub struct NamedPictures<'a> {
    names: &'a BTreeSet<String>,
    /// By file name without ending.
    by_stem: HashMap<&'a str, Vec<&'a String>>,
}

impl<'a> NamedPictures<'a> {
    /// Of all pictures of a set.
    pub fn new(names: &'a BTreeSet<String>) -> Self {
        let mut by_stem: HashMap<&str, Vec<&String>> = HashMap::new();
        for name in names {
            by_stem.entry(without_ending(file_name(name))).or_default().push(name);
        }
        Self { names, by_stem }
    }

    /// The picture that a list means: the same path, with or without its ending, in any subfolder; else the only one
    /// of that file name, for lists whose folders are those of another copy (`image_data/lfw_mtcnn/00001.jpg`).
    pub fn find(&self, wanted: &str) -> Option<&'a String> {
        let ends_with =
            |whole: &str| whole.strip_suffix(wanted).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
        let exact = self.names.get(wanted);
        // A name may itself hold a point without having an ending.
        let stems = [without_ending(file_name(wanted)), file_name(wanted)];
        let held = || stems.iter().filter_map(|stem| self.by_stem.get(stem)).flatten().copied();
        let by_path = || held().find(|name| ends_with(name) || ends_with(without_ending(name)));
        let only = || {
            let mut found = held();
            found.next().filter(|_| found.next().is_none())
        };
        exact.or_else(by_path).or_else(only)
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn without_ending(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(stem, _)| stem)
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
        let aged = parse("a.jpg b.jpg 1 5 61.5").unwrap();
        assert_eq!(aged[0].ages_years, [Some(5.0), Some(61.5)]);
        assert!(parse("only two").unwrap_err().contains("line 1"));
    }

    #[test]
    fn calfw_has_two_lines_for_a_pair() {
        let same: String = (0..10).map(|i| format!("Anna_000{i}.jpg {}\nAnna_001{i}.jpg {}\n", i + 1, i + 1)).collect();
        let different: String = (0..20).map(|i| format!("Anna_000{i}.jpg 0\nBob_000{i}.jpg 0\n")).collect();
        let pairs = parse(&format!("{same}{different}")).unwrap();
        assert_eq!((pairs.len(), pairs[1].pictures[1].as_str()), (30, "Anna_0011.jpg"));
        for fold in 0..10 {
            let of = |same| pairs.iter().filter(|pair| (pair.fold, pair.same) == (fold, same)).count();
            assert_eq!((of(true), of(false)), (1, 2));
        }
        assert!(parse("Anna_0001.jpg 1\nAnna_0002.jpg 1\nBob_0001.jpg 0").unwrap_err().contains("line 3"));
    }

    #[test]
    fn cacd_vs_is_told_by_its_names() {
        let names = ["0000_0.jpg", "0000_1.jpg", "0200_0.jpg", "0200_1.jpg", "0400_0.jpg", "0400_1.jpg", "0401_0.jpg"];
        let names: BTreeSet<String> = names.iter().map(|name| format!("CACD_VS/{name}")).collect();
        let pairs: Vec<_> = cacd_vs(&names).into_iter().map(|pair| (pair.same, pair.fold)).collect();
        assert_eq!(pairs, [(true, 0), (false, 0), (true, 1)]);
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
        let names = ["images/Anna/Anna_0001.webp", "b/00001.jpg", "c/00001.jpg", "c/00002.jpg", "d/e.f_0001.png"];
        let names: BTreeSet<String> = names.map(str::to_owned).into();
        let pictures = NamedPictures::new(&names);
        let found = |wanted: &str| pictures.find(wanted).map(String::as_str);
        assert_eq!(found("Anna/Anna_0001"), Some("images/Anna/Anna_0001.webp"));
        assert_eq!(found("b/00001.jpg"), Some("b/00001.jpg"));
        assert_eq!(found("e.f_0001"), Some("d/e.f_0001.png"));
        assert_eq!(found("image_data/lfw_mtcnn/00002.jpg"), Some("c/00002.jpg"));
        assert_eq!((found("other/00001.jpg"), found("Anna/Anna_0002")), (None, None), "two have that name, none has");
    }
}
