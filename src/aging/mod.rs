//! A face's timeline: seven anchors, every age in between, and the change taken back into the whole photo.
//! Pictures and numbers only; the networks that make the anchors live in `model` and are run by `engine`.

pub mod change;
pub mod export;
pub mod paste_back;
mod sample;
pub mod timeline;

pub use change::Change;
pub use paste_back::{age_crop, age_photo};
pub use timeline::{Anchor, Between, MAX_AGE_YEARS, OwnAnchor, Timeline};
