//! The little linear algebra that the probes and distances need, in double precision.

use rayon::prelude::*;

/// Sweeps after which singular values are taken as they are; ten are plenty.
const MAX_SWEEPS: usize = 30;
/// Columns count as orthogonal where their cosine is below this.
const ORTHOGONAL: f64 = 1e-10;

/// Ridge regression of `targets` on rows of features and a constant, which is held small like the others. Returns the
/// weights, the constant's last; nothing where the rows are empty or not numbers.
pub fn ridge(rows: &[Vec<f64>], targets: &[f64], ridge: f64) -> Option<Vec<f64>> {
    let width = rows.first()?.len() + 1;
    let value = |row: &[f64], column: usize| row.get(column).copied().unwrap_or(1.0);
    let products_with = |i: usize| {
        let mut sums = vec![0.0; i + 1];
        for row in rows {
            let own = value(row, i);
            sums.iter_mut().zip(row.iter().chain(&[1.0])).for_each(|(sum, other)| *sum += own * other);
        }
        sums
    };
    let mut normal: Vec<Vec<f64>> = (0..width).into_par_iter().map(products_with).collect();
    for (i, row) in normal.iter_mut().enumerate() {
        row[i] += ridge;
    }
    let right =
        (0..width).map(|i| rows.iter().zip(targets).map(|(row, target)| value(row, i) * target).sum()).collect();
    solve(normal, right)
}

/// What ridge weights predict for a row.
pub fn predict(weights: &[f64], row: &[f64]) -> f64 {
    let constant = weights.last().copied().unwrap_or(0.0);
    weights.iter().zip(row).map(|(weight, value)| weight * value).sum::<f64>() + constant
}

/// Solves `A x = b` for a positive definite A, of which the lower triangle is given, by Cholesky's method.
fn solve(mut lower: Vec<Vec<f64>>, mut b: Vec<f64>) -> Option<Vec<f64>> {
    let size = b.len();
    for i in 0..size {
        let (done, rest) = lower.split_at_mut(i);
        let row = &mut rest[0];
        for (j, above) in done.iter().enumerate() {
            let sum: f64 = row[..j].iter().zip(&above[..j]).map(|(a, b)| a * b).sum();
            row[j] = (row[j] - sum) / above[j];
        }
        let rest = row[i] - row[..i].iter().map(|value| value * value).sum::<f64>();
        if rest.is_nan() || rest <= 0.0 {
            return None;
        }
        row[i] = rest.sqrt();
    }
    for i in 0..size {
        let sum: f64 = lower[i][..i].iter().zip(&b).map(|(a, b)| a * b).sum();
        b[i] = (b[i] - sum) / lower[i][i];
    }
    for i in (0..size).rev() {
        let sum: f64 = (i + 1..size).map(|below| lower[below][i] * b[below]).sum();
        b[i] = (b[i] - sum) / lower[i][i];
    }
    Some(b)
}

/// The singular values of the matrix with these columns, by one-sided Jacobi rotations: accurate for small ones too.
pub fn singular_values(mut columns: Vec<Vec<f64>>) -> Vec<f64> {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    for _ in 0..MAX_SWEEPS {
        let mut rotated = false;
        for p in 1..columns.len() {
            let (before, rest) = columns.split_at_mut(p);
            let second = &mut rest[0];
            for first in before {
                let (a, b, c) = (dot(first, first), dot(second, second), dot(first, second));
                if c.abs() <= ORTHOGONAL * (a * b).sqrt() || c == 0.0 {
                    continue;
                }
                rotated = true;
                let zeta = (b - a) / (2.0 * c);
                let tangent = zeta.signum() / (zeta.abs() + (1.0 + zeta * zeta).sqrt());
                let cosine = 1.0 / (1.0 + tangent * tangent).sqrt();
                let sine = cosine * tangent;
                for (x, y) in first.iter_mut().zip(second.iter_mut()) {
                    (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
                }
            }
        }
        if !rotated {
            break;
        }
    }
    columns.iter().map(|column| dot(column, column).sqrt()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ridge_finds_a_plane() {
        let rows: Vec<Vec<f64>> = (0..50).map(|i| vec![f64::from(i % 7), f64::from(i % 5)]).collect();
        let targets: Vec<f64> = rows.iter().map(|row| 2.0 * row[0] - 3.0 * row[1] + 4.0).collect();
        let weights = ridge(&rows, &targets, 1e-9).unwrap();
        for (weight, expected) in weights.iter().zip([2.0, -3.0, 4.0]) {
            assert!((weight - expected).abs() < 1e-6, "{weights:?}");
        }
        assert!((predict(&weights, &[1.0, 1.0]) - 3.0).abs() < 1e-6);
        let held = ridge(&rows, &targets, 100.0).unwrap();
        assert!(held[0].abs() < weights[0].abs(), "ridge pulls towards zero");
        assert_eq!(ridge(&[], &[], 1.0), None);
    }

    #[test]
    fn singular_values_of_a_known_matrix() {
        // [[3, 0], [4, 5]] has the singular values √45 and √5.
        let mut values = singular_values(vec![vec![3.0, 4.0], vec![0.0, 5.0]]);
        values.sort_by(f64::total_cmp);
        assert!((values[0] - 5f64.sqrt()).abs() < 1e-9 && (values[1] - 45f64.sqrt()).abs() < 1e-9, "{values:?}");
        let equal = singular_values(vec![vec![1.0, 1.0], vec![1.0, 1.0]]);
        assert!((equal.iter().sum::<f64>() - 2.0).abs() < 1e-9, "{equal:?}");
    }
}
