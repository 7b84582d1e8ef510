//! The order of names as people read them: `img2` before `img10`, capitals beside small letters.

use std::cmp::Ordering;

/// Which of two names comes first: runs of digits count as numbers, letters without regard to case. Names that differ
/// in nothing else are ordered as they are written, so that the order is always the same.
pub fn compare(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a, b);
    loop {
        match (left.chars().next(), right.chars().next()) {
            (None, None) => return a.cmp(b),
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let (digits, others) = (number(left), number(right));
                let order = by_value(digits, others);
                if order.is_ne() {
                    return order;
                }
                (left, right) = (&left[digits.len()..], &right[others.len()..]);
            }
            (Some(x), Some(y)) => {
                let order = x.to_lowercase().cmp(y.to_lowercase());
                if order.is_ne() {
                    return order;
                }
                (left, right) = (&left[x.len_utf8()..], &right[y.len_utf8()..]);
            }
        }
    }
}

/// The digits a text begins with.
fn number(text: &str) -> &str {
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    &text[..end]
}

/// Two runs of digits by the numbers they stand for, however long.
fn by_value(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(mut names: Vec<&str>) -> Vec<&str> {
        names.sort_by(|a, b| compare(a, b));
        names
    }

    #[test]
    fn numbers_count_as_numbers() {
        assert_eq!(sorted(vec!["img10.jpg", "img9.jpg", "img2.jpg"]), ["img2.jpg", "img9.jpg", "img10.jpg"]);
        assert_eq!(sorted(vec!["1.10", "1.9", "01.2"]), ["01.2", "1.9", "1.10"]);
        let long = ["a99999999999999999999999999999998", "a99999999999999999999999999999999"];
        assert_eq!(sorted(vec![long[1], long[0]]), long);
    }

    #[test]
    fn case_and_zeros_decide_only_where_nothing_else_does() {
        assert_eq!(sorted(vec!["b", "A", "a", "B"]), ["A", "a", "B", "b"]);
        assert_eq!(sorted(vec!["x01", "x1", "x001"]), ["x001", "x01", "x1"]);
        assert_eq!(sorted(vec!["Straße 2", "straße 10", ""]), ["", "Straße 2", "straße 10"]);
        assert_eq!(compare("same", "same"), Ordering::Equal);
    }
}
