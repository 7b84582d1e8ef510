//! The Age workspace: the photo with the face at any age, the slider and the seven anchors, what is known of the face,
//! and how much of its identity is kept.
//!
//! | file | what it draws |
//! |---|---|
//! | `picture`, `landmarks` | the photo; the five points placed by hand |
//! | `controls`, `play` | age, slider and filmstrip; the slider that goes by itself |
//! | `meaning`, `look`, `group`, `identity`, `save` | the right-hand panel: face, view, several faces, identity kept, saving |
//! | `actions` | nothing: it lists what can be done by name |

mod actions;
mod controls;
mod group;
mod identity;
mod landmarks;
mod look;
mod meaning;
mod picture;
mod play;
mod save;

pub use actions::actions;
pub use controls::{controls_height, controls_ui};
pub use meaning::meaning_ui;
pub use picture::picture_ui;
pub use save::footer_ui;
