//! What the Age workspace is, without drawing: how it is looked at, what can be asked of it, the slider that goes by
//! itself, zoom, and which faces of a photo are aged to which age. Drawing is `workspaces::age`.

mod changes;
mod choices;
mod commands;
mod play;
mod zoom;

pub use choices::{AgeChoices, Faces, LoopMode, Together, ZoomStep};
pub use commands::{AgeCommand, BLINK_RANGE_S};
pub use play::{PLAY_YEARS_PER_S, SPEEDS};
pub use zoom::{Lens, Place, Zoom};
