//! Presenter mode, without drawing: one face on the whole screen that goes through its ages by itself, before an
//! audience. It has an age, a change and photos of its own, so that nothing it does touches what a person made; when it
//! is left, the window is as before. Drawing is `workspaces::presenter`.
//!
//! | file | what it holds |
//! |---|---|
//! | `state`, `shown` | what it knows, and questions asked of it: which photo, which face, how old |
//! | `commands`, `keys` | what can be asked of it, and by which of the few keys it listens to |
//! | `playing`, `round` | what plays when |
//! | [`camera`] | pictures from a camera: off until somebody switches it on, gone when it is switched off |

pub mod camera;
mod commands;
mod keys;
mod playing;
mod round;
mod shown;
mod state;

pub use commands::PresenterCommand;
pub use keys::{commands as key_commands, leave_out_held};
pub use state::{CameraStage, Note, Presenter};
