//! How long frames take: kept for the last few seconds while somebody wants to see it. Measured by the window itself,
//! drawn by `widgets::frame_times`.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Frames remembered.
const KEPT: usize = 240;
/// A longer pause is no slow frame: nothing was to be drawn.
const PAUSE: Duration = Duration::from_millis(250);

/// The last frames.
#[derive(Clone, Debug, Default)]
pub struct FrameTimes {
    work_ms: VecDeque<f32>,
    between_ms: VecDeque<f32>,
    last: Option<Instant>,
}

/// What they say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Frames looked at.
    pub frames: usize,
    /// Half of the frames took less, in milliseconds.
    pub median_ms: f32,
    /// 19 of 20 frames took less, in milliseconds.
    pub p95_ms: f32,
    /// The slowest, in milliseconds.
    pub slowest_ms: f32,
}

impl FrameTimes {
    /// One more frame began, and the one before it worked this long.
    pub fn add(&mut self, now: Instant, work: Option<Duration>) {
        if let Some(work) = work {
            push(&mut self.work_ms, work);
        }
        if let Some(last) = self.last.replace(now) {
            let between = now.duration_since(last);
            if between < PAUSE {
                push(&mut self.between_ms, between);
            }
        }
    }

    /// The window's own work in each frame, drawing included.
    pub fn work(&self) -> Option<Summary> {
        summary(&self.work_ms)
    }

    /// From one frame to the next while it goes on without a pause: what a person sees.
    pub fn between(&self) -> Option<Summary> {
        summary(&self.between_ms)
    }

    /// The work of each frame in milliseconds, oldest first.
    pub fn work_ms(&self) -> impl ExactSizeIterator<Item = f32> + '_ {
        self.work_ms.iter().copied()
    }
}

fn push(times: &mut VecDeque<f32>, time: Duration) {
    if times.len() == KEPT {
        times.pop_front();
    }
    times.push_back(time.as_secs_f32() * 1e3);
}

fn summary(times: &VecDeque<f32>) -> Option<Summary> {
    let mut sorted: Vec<f32> = times.iter().copied().collect();
    sorted.sort_by(f32::total_cmp);
    let at = |share: f32| sorted.get(((sorted.len() as f32 * share) as usize).min(sorted.len().saturating_sub(1)));
    Some(Summary { frames: sorted.len(), median_ms: *at(0.5)?, p95_ms: *at(0.95)?, slowest_ms: *sorted.last()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_no_slow_frames_and_the_slowest_are_counted() {
        let (mut times, begun) = (FrameTimes::default(), Instant::now());
        assert_eq!(times.between(), None);
        let mut now = begun;
        for frame in 0..100 {
            times.add(now, Some(Duration::from_millis(if frame < 90 { 4 } else { 30 })));
            now += Duration::from_millis(if frame == 50 { 5000 } else { 16 });
        }
        let (work, between) = (times.work().unwrap(), times.between().unwrap());
        assert_eq!((work.frames, work.median_ms, work.p95_ms), (100, 4.0, 30.0));
        assert_eq!((between.frames, between.slowest_ms), (98, 16.0));
    }
}
