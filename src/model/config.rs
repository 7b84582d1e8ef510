//! Presets: the numbers that decide a network's widths. A weights file carries its own.
use serde::{Deserialize, Serialize};

/// The compact preset (ARCHITECTURE-compact): widths of every part. STUB: owner `model`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CompactConfig {}
