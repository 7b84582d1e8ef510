//! The CPU work of one slider frame: blending the neighbouring anchors and packing the result for the GPU. The slider
//! runs no network, so this is all that a drag costs besides drawing.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use mtlface::aging::Timeline;
use mtlface::aging::change::{CROP_AREA, Change};
use mtlface::app::aged_photo::{ChangeKey, PackedChange};
use mtlface::model::AgeGroup;

/// Seven anchors of the size of real ones; the work does not depend on their values.
fn timeline() -> Timeline {
    let changes = AgeGroup::ALL.map(|group| {
        let step = group.index() as f32 + 1.0;
        Change {
            flow_px: (0..CROP_AREA).map(|i| [(i % 7) as f32 * 0.1 * step, (i % 5) as f32 * -0.1 * step]).collect(),
            residual_levels: (0..CROP_AREA).map(|i| [(i % 11) as f32 * step, 1.5 * step, -2.0 * step]).collect(),
        }
    });
    Timeline::new(changes.to_vec(), AgeGroup::ALL.map(AgeGroup::anchor_years), 32.0)
}

fn slider_frame(criterion: &mut Criterion) {
    let timeline = timeline();
    let key =
        |target_years| ChangeKey { face: 1, network: 0, own_years: 32.0, target_years, strength: 1.0, drawn: false };
    let mut target_years = 0.0;
    criterion.bench_function("slider frame: blend and pack", |bencher| {
        bencher.iter(|| {
            target_years = (target_years + 1.0) % 90.0;
            black_box(PackedChange::blend(&timeline, key(black_box(target_years))))
        });
    });
}

criterion_group!(benches, slider_frame);
criterion_main!(benches);
