//! A curve of any length in little memory: neighbouring points share a bucket that keeps their lowest and highest, so
//! that no peak is lost. Buckets grow as the curve does; there are never more than a screen can show.

/// More than this and neighbours are joined; half of it is left.
const MOST_BUCKETS: usize = 1024;

/// Points by their steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    buckets: Vec<Bucket>,
    /// Doublings so far: a full bucket holds two to the power of this points.
    doublings: u32,
}

/// Neighbouring points.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Bucket {
    count: u64,
    sum: f64,
    /// The lowest point and the highest, as step and value.
    low: [f64; 2],
    high: [f64; 2],
    first_step: f64,
    /// The last point.
    last: [f64; 2],
}

impl Bucket {
    fn of(point: [f64; 2]) -> Self {
        Self { count: 1, sum: point[1], low: point, high: point, first_step: point[0], last: point }
    }

    fn join(&mut self, other: &Self) {
        self.count += other.count;
        self.sum += other.sum;
        if other.low[1] < self.low[1] {
            self.low = other.low;
        }
        if other.high[1] > self.high[1] {
            self.high = other.high;
        }
        self.last = other.last;
    }

    fn mean(&self) -> f64 {
        self.sum / self.count as f64
    }

    fn middle_step(&self) -> f64 {
        f64::midpoint(self.first_step, self.last[0])
    }
}

impl Curve {
    /// Adds a point. Steps behind it, of a run that went back to its checkpoint, are forgotten; what is no number is
    /// left out.
    pub fn push(&mut self, step: u64, value: f64) {
        if !value.is_finite() {
            return;
        }
        let point = [step as f64, value];
        while self.buckets.last().is_some_and(|bucket| bucket.last[0] >= point[0]) {
            self.buckets.pop();
        }
        match self.buckets.last_mut() {
            Some(bucket) if bucket.count < 1 << self.doublings => bucket.join(&Bucket::of(point)),
            _ => self.buckets.push(Bucket::of(point)),
        }
        if self.buckets.len() > MOST_BUCKETS {
            self.halve();
        }
    }

    fn halve(&mut self) {
        let joined = self.buckets.chunks(2).filter_map(|pair| {
            let (first, others) = pair.split_first()?;
            let mut bucket = *first;
            others.iter().for_each(|other| bucket.join(other));
            Some(bucket)
        });
        self.buckets = joined.collect();
        self.doublings += 1;
    }

    /// The latest value.
    pub fn latest(&self) -> Option<f64> {
        self.buckets.last().map(|bucket| bucket.last[1])
    }

    /// The points to draw, as step and value: every bucket's lowest and highest in their order.
    pub fn points(&self) -> Vec<[f64; 2]> {
        let mut points = Vec::with_capacity(2 * self.buckets.len());
        for Bucket { low, high, .. } in &self.buckets {
            let (first, second) = if low[0] <= high[0] { (low, high) } else { (high, low) };
            points.push(*first);
            if first[0] < second[0] {
                points.push(*second);
            }
        }
        points
    }

    /// The exponential mean over the buckets, of which each keeps this share of the one before; without bias at the
    /// beginning (Kingma and Ba 2015).
    pub fn smoothed(&self, keep: f64) -> Vec<[f64; 2]> {
        let (mut mean, mut weight) = (0.0, 0.0);
        let smooth = self.buckets.iter().map(|bucket| {
            mean = keep * mean + (1.0 - keep) * bucket.mean();
            weight = keep * weight + (1.0 - keep);
            [bucket.middle_step(), mean / weight]
        });
        smooth.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_thousand_steps_keep_their_peaks_in_little_memory() {
        let mut curve = Curve::default();
        for step in 1..=100_000_u64 {
            let value = match step {
                54_321 => 40.0,
                77_777 => -3.0,
                _ => 1.0 + (step as f64 / 900.0).sin(),
            };
            curve.push(step, value);
        }
        let points = curve.points();
        assert!(points.len() <= 2 * MOST_BUCKETS && curve.buckets.len() > MOST_BUCKETS / 2);
        assert!(points.contains(&[54_321.0, 40.0]) && points.contains(&[77_777.0, -3.0]));
        assert!(points.windows(2).all(|pair| pair[0][0] < pair[1][0]), "in the order of the steps");
        assert_eq!(points.first().unwrap()[0].min(2.0), 1.0);
        assert_eq!(curve.latest(), Some(1.0 + (100_000.0_f64 / 900.0).sin()));
    }

    #[test]
    fn few_points_stay_as_they_are() {
        let mut curve = Curve::default();
        for (step, value) in [(10, 3.0), (20, f64::NAN), (30, 2.0)] {
            curve.push(step, value);
        }
        assert_eq!(curve.points(), [[10.0, 3.0], [30.0, 2.0]]);
        assert_eq!(curve.smoothed(0.0), [[10.0, 3.0], [30.0, 2.0]]);
        let smooth = curve.smoothed(0.5);
        assert!((smooth[0][1] - 3.0).abs() < 1e-12 && (smooth[1][1] - 7.0 / 3.0).abs() < 1e-12, "{smooth:?}");
    }

    #[test]
    fn steps_made_again_replace_those_before() {
        let mut curve = Curve::default();
        for step in 1..=5 {
            curve.push(step, 1.0);
        }
        curve.push(3, 9.0);
        assert_eq!(curve.points(), [[1.0, 1.0], [2.0, 1.0], [3.0, 9.0]]);
    }
}
