//! The identity-conditional module: identity features seen from one age group (CVPR 2021 §3.2; ARCHITECTURE §0.3–0.4,
//! ARCHITECTURE-compact §5). Each group owns a slice of channels. `sliced` runs the slices asked for and nothing else;
//! `dense` runs all channels and masks them, which training needs, since its batch norms see every sample.

mod dense;
mod sliced;

use super::age_group::GROUP_COUNT;
use super::layers::Source;
use super::{ParameterError, Parameters};

pub use dense::DenseIdentityConditional;
pub use sliced::IdentityConditional;

/// Share of its slice a group has in common with the next, CVPR 2021.
pub const CVPR2021_OVERLAP: f64 = 0.1;
/// The same in TPAMI 2022.
pub const TPAMI2022_OVERLAP: f64 = 0.125;
/// Residual units of every published routed block.
pub const PUBLISHED_RESIDUAL_UNITS: usize = 4;

/// Channels of a routed block whose groups have `unit` channels each and share `overlap` of them with the next group.
/// The published code truncates in double precision, and so must this.
pub fn routed_width(unit: usize, overlap: f64) -> usize {
    let groups = GROUP_COUNT as f64;
    ((groups - (groups - 1.0) * overlap) * unit as f64) as usize
}

/// First channel of each group's slice, by the published rule.
pub fn routed_starts(unit: usize, overlap: f64) -> [usize; GROUP_COUNT] {
    let mut start = 0;
    std::array::from_fn(|_| {
        let this = start;
        start = (start as f64 + (1.0 - overlap) * unit as f64) as usize;
        this
    })
}

/// Which channels of a routed block each group owns, as the weights' own table says.
#[derive(Clone, Debug, PartialEq)]
struct Slices {
    unit: usize,
    start: Vec<usize>,
}

impl Slices {
    /// From the tables `name.router._unit_mapping` and of every residual unit, which must agree.
    fn published(name: &str, width: usize, parameters: &Parameters) -> Result<Self, ParameterError> {
        let table = |router: &str| Self::from_table(&parameters.get(router, &[GROUP_COUNT, width])?, router, width);
        let slices = table(&format!("{name}.router._unit_mapping"))?;
        for unit in 0..PUBLISHED_RESIDUAL_UNITS {
            for half in 1..=2 {
                let router = format!("{name}.transform.{unit}.router{half}._unit_mapping");
                if table(&router)? != slices {
                    return Err(ParameterError::Config(format!("the table “{router}” differs from the block's")));
                }
            }
        }
        Ok(slices)
    }

    /// Every row of a table is one run of ones of the same length.
    fn from_table(table: &[f32], name: &str, width: usize) -> Result<Self, ParameterError> {
        let broken = || ParameterError::Config(format!("the table “{name}” does not give each age group one slice"));
        let unit = table.iter().take(width).filter(|value| **value != 0.0).count();
        let mut start = Vec::with_capacity(GROUP_COUNT);
        for row in table.chunks(width.max(1)) {
            let first = row.iter().position(|value| *value != 0.0).ok_or_else(broken)?;
            let is_slice = |(channel, value): (usize, &f32)| {
                *value == if (first..first + unit).contains(&channel) { 1.0 } else { 0.0 }
            };
            if first + unit > width || !row.iter().enumerate().all(is_slice) {
                return Err(broken());
            }
            start.push(first);
        }
        Ok(Self { unit, start })
    }
}

/// The routed part of a network by name: its channels and where its parameters come from.
#[derive(Clone, Copy, Debug)]
pub struct RoutedBlock<'a> {
    /// Prefix of its parameters, such as `generator` or `encoder.aging1`.
    pub name: &'a str,
    /// Channels that enter and leave.
    pub channels: usize,
    /// Channels of one group.
    pub unit: usize,
    /// All its parameters and the device.
    pub source: Source<'a>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ARCHITECTURE §0.3.
    #[test]
    fn slices_lie_where_the_papers_code_puts_them() {
        assert_eq!((routed_width(128, 0.1), routed_starts(128, 0.1)), (819, [0, 115, 230, 345, 460, 575, 690]));
        assert_eq!((routed_width(16, 0.1), routed_starts(16, 0.1)), (102, [0, 14, 28, 42, 56, 70, 84]));
        assert_eq!((routed_width(64, 0.125), routed_starts(64, 0.125)), (400, [0, 56, 112, 168, 224, 280, 336]));
        assert_eq!((routed_width(4, 0.125), routed_starts(4, 0.125)), (25, [0, 3, 6, 9, 12, 15, 18]));
    }

    #[test]
    fn a_table_with_a_hole_is_refused() {
        let mut table = vec![0.0; GROUP_COUNT * 9];
        for group in 0..GROUP_COUNT {
            table[group * 9 + group..group * 9 + group + 3].fill(1.0);
        }
        assert_eq!(Slices::from_table(&table, "t", 9).unwrap().start, [0, 1, 2, 3, 4, 5, 6]);
        table[9 + 2] = 0.0;
        let error = Slices::from_table(&table, "t", 9).unwrap_err().to_string();
        assert!(error.contains("“t”"), "{error}");
    }
}
