//! Channels in the order and with the numbers a person asked for.

use super::view::ChannelOrder;
use crate::engine::AttentionMaps;
use crate::model::CELLS;

/// The channels that are offered: all, or those that a search names, in an order.
pub fn offered(maps: &AttentionMaps, order: ChannelOrder, search: &str) -> Vec<usize> {
    let count = maps.channel_gate.len();
    let mut channels: Vec<usize> = match wanted(search) {
        None => (0..count).collect(),
        Some(wanted) => (0..count).filter(|channel| wanted.iter().any(|wish| wish.names(*channel))).collect(),
    };
    match order {
        ChannelOrder::Network => {}
        ChannelOrder::Gate => {
            channels.sort_by(|a, b| maps.channel_gate[*b].total_cmp(&maps.channel_gate[*a]));
        }
        ChannelOrder::Response => {
            let strengths: Vec<f32> = (0..count).map(|channel| response(maps, channel)).collect();
            channels.sort_by(|a, b| strengths[*b].total_cmp(&strengths[*a]));
        }
    }
    channels
}

/// How strongly a channel responds to the face: the mean of `|x|` over its cells.
pub fn response(maps: &AttentionMaps, channel: usize) -> f32 {
    maps.activity(channel).iter().flatten().sum::<f32>() / (CELLS * CELLS) as f32
}

/// The channel so many places away from the one kept; the first where none was kept or it is not offered.
pub fn moved(offered: &[usize], kept: Option<usize>, places: i64) -> Option<usize> {
    let last = offered.len().checked_sub(1)?;
    let place = kept.and_then(|kept| offered.iter().position(|channel| *channel == kept));
    let Some(place) = place else { return offered.first().copied() };
    let moved = (place as i64).saturating_add(places).clamp(0, last as i64) as usize;
    offered.get(moved).copied()
}

/// Channels that a search names.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wish {
    /// Numbers that begin with these digits.
    Digits(usize, u32),
    /// All from one to another.
    Range(usize, usize),
}

impl Wish {
    fn names(self, channel: usize) -> bool {
        match self {
            Self::Range(first, last) => (first..=last).contains(&channel),
            Self::Digits(number, digits) => {
                let has = channel.checked_ilog10().unwrap_or(0) + 1;
                has >= digits && channel / 10_usize.pow(has - digits) == number
            }
        }
    }
}

/// What is searched for: numbers such as `12` (and all that begin so) and ranges such as `100-120`, apart by commas or
/// spaces. Nothing where nothing was typed.
fn wanted(search: &str) -> Option<Vec<Wish>> {
    let words: Vec<&str> =
        search.split(|letter: char| letter == ',' || letter.is_whitespace()).filter(|word| !word.is_empty()).collect();
    (!words.is_empty()).then(|| words.into_iter().filter_map(wish).collect())
}

fn wish(word: &str) -> Option<Wish> {
    // More digits name no channel of any network and would only overflow.
    let number = |text: &str| text.parse().ok().filter(|_| text.len() <= 6);
    match word.split_once(['-', '–']) {
        Some((first, last)) => Some(Wish::Range(number(first)?, number(last).unwrap_or(usize::MAX))),
        None => Some(Wish::Digits(number(word)?, word.len() as u32)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn maps() -> AttentionMaps {
        let channel_gate: Vec<f32> = (0..200).map(|channel| (channel * 37 % 200) as f32 / 200.0).collect();
        let activity = (0..200 * CELLS * CELLS).map(|at| (at / (CELLS * CELLS)) as f32).collect();
        AttentionMaps {
            identity_share: [[0.5; CELLS]; CELLS],
            spatial_gate: [[0.5; CELLS]; CELLS],
            channel_gate,
            channel_activity: activity,
        }
    }

    #[test]
    fn numbers_are_found_by_their_first_digits_and_in_ranges() {
        let found = |search: &str| offered(&maps(), ChannelOrder::Network, search);
        assert_eq!(found("19"), [19, 190, 191, 192, 193, 194, 195, 196, 197, 198, 199]);
        assert_eq!(found("7, 198-"), [7, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 198, 199]);
        assert_eq!(found("3-5"), [3, 4, 5]);
        assert_eq!(found("0"), [0]);
        assert_eq!((found("").len(), found("eyes").len(), found("99999999999999999999").len()), (200, 0, 0));
    }

    #[test]
    fn orders_begin_with_what_is_most() {
        let maps = maps();
        let by_gate = offered(&maps, ChannelOrder::Gate, "");
        assert!(by_gate.windows(2).all(|pair| maps.channel_gate[pair[0]] >= maps.channel_gate[pair[1]]));
        assert_eq!(offered(&maps, ChannelOrder::Response, "")[..2], [199, 198]);
    }

    #[test]
    fn moving_stays_among_the_offered() {
        let offered = [4, 9, 2];
        assert_eq!([moved(&offered, None, 1), moved(&offered, Some(9), 1)], [Some(4), Some(2)]);
        assert_eq!(
            [moved(&offered, Some(2), 5), moved(&offered, Some(7), -1), moved(&[], None, 1)],
            [Some(2), Some(4), None]
        );
    }
}
