//! The Fréchet distance of two sets of features, each taken for a normal distribution (Heusel et al. 2017):
//! `‖μ₁ - μ₂‖² + tr(C₁ + C₂ - 2 (C₁ C₂)^½)`.

use crate::evaluation::linear_algebra::singular_values;

/// Fewer samples than these say nothing of a covariance.
pub const MIN_SAMPLES: usize = 8;

/// The distance; nothing where a set is too small.
///
/// With centred rows `X₁`, `X₂` of `n₁` and `n₂` samples, `tr (C₁ C₂)^½` is the sum of the singular values of
/// `X₁ X₂ᵀ / √(n₁ n₂)`: no covariance is inverted and none needs a square root, however few the samples are.
pub fn distance(first: &[&[f32]], second: &[&[f32]]) -> Option<f64> {
    if first.len().min(second.len()) < MIN_SAMPLES {
        return None;
    }
    let ((mean1, rows1), (mean2, rows2)) = (centred(first), centred(second));
    let between: f64 = mean1.iter().zip(&mean2).map(|(a, b)| (a - b).powi(2)).sum();
    let trace = |rows: &[Vec<f64>]| rows.iter().flatten().map(|value| value * value).sum::<f64>() / rows.len() as f64;
    // The smaller set gives the columns, which is what the time goes by.
    let (few, many) = if rows1.len() <= rows2.len() { (&rows1, &rows2) } else { (&rows2, &rows1) };
    let scale = ((few.len() * many.len()) as f64).sqrt();
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let columns = few.iter().map(|a| many.iter().map(|b| dot(a, b) / scale).collect()).collect();
    let shared: f64 = singular_values(columns).iter().sum();
    Some((between + trace(&rows1) + trace(&rows2) - 2.0 * shared).max(0.0))
}

fn centred(rows: &[&[f32]]) -> (Vec<f64>, Vec<Vec<f64>>) {
    let width = rows.first().map_or(0, |row| row.len());
    let mut mean = vec![0.0; width];
    for row in rows {
        mean.iter_mut().zip(*row).for_each(|(sum, value)| *sum += f64::from(*value) / rows.len() as f64);
    }
    let centred = rows.iter().map(|row| row.iter().zip(&mean).map(|(value, mean)| f64::from(*value) - mean).collect());
    let centred = centred.collect();
    (mean, centred)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A square of points with the given centre and half side: variance `side²` along both axes.
    fn square(centre: f32, side: f32) -> Vec<Vec<f32>> {
        let corners = [[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]];
        corners.iter().cycle().take(16).map(|[x, y]| vec![centre + side * x, side * y]).collect()
    }

    fn between(first: &[Vec<f32>], second: &[Vec<f32>]) -> Option<f64> {
        fn slices(rows: &[Vec<f32>]) -> Vec<&[f32]> {
            rows.iter().map(Vec::as_slice).collect()
        }
        distance(&slices(first), &slices(second))
    }

    #[test]
    fn distances_of_known_distributions() {
        assert!(between(&square(0.0, 1.0), &square(0.0, 1.0)).unwrap() < 1e-9);
        assert!((between(&square(3.0, 1.0), &square(0.0, 1.0)).unwrap() - 9.0).abs() < 1e-6);
        // Each axis adds (2 - 1)².
        assert!((between(&square(0.0, 2.0), &square(0.0, 1.0)).unwrap() - 2.0).abs() < 1e-6);
        assert_eq!(between(&square(0.0, 1.0)[..4], &square(0.0, 1.0)), None);
    }
}
