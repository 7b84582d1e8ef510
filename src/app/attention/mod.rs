//! What the Attention workspace knows and does apart from drawing: which faces are looked at and with which map, the
//! channels in order, how the gates change along the ages, and what can be taken away.
//!
//! | file | purpose |
//! |---|---|
//! | `view`, `commands` | how it is looked at, what can be asked for |
//! | `shown` | the faces on screen: the photograph, a second face, synthetic ages |
//! | `maps` | the map of a layer, the difference of two, and the numbers its colours stand for |
//! | `channels`, `ages` | channels ordered and searched; readings along the seven ages |
//! | `save` | files written from what is shown |

pub mod ages;
pub mod channels;
mod commands;
pub mod maps;
pub mod save;
pub mod shown;
mod view;

pub use commands::AttentionCommand;
pub use save::AttentionFormat;
pub use view::{AgeShown, AttentionLayer, AttentionView, Below, Beside, Cells, ChannelOrder, MapScale, RegionMeasure};
