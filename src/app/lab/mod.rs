//! Training as the window sees it: a run's folder, read while it grows, and a process of this program that trains.
//! The window learns nothing itself, and a run goes on when it closes.
//!
//! | file | purpose |
//! |---|---|
//! | `watcher` | the thread that reads, starts and tells; sends finished data, the latest only |
//! | `reader`, `appended`, `records` | a run's folder: what was added to its files since the last look, and what it says |
//! | `run`, `curve`, `gates`, `samples` | what is kept of it, however long the run: thinned, never more than can be seen |
//! | `trainer`, `config`, `process` | the process that trains, the phase a config means, whether a process is there |
//! | `state`, `view`, `commands` | what the window knows, how it is looked at, what can be asked for |

mod appended;
mod commands;
mod config;
mod curve;
mod gates;
mod process;
mod reader;
mod records;
mod run;
mod samples;
mod state;
mod trainer;
mod view;
mod watcher;

pub use commands::{LabCommand, is_config_file};
pub use curve::Curve;
pub use gates::{ChannelGate, GateRecord};
pub use records::RunState;
pub use run::{LossCurve, Run};
pub use samples::SampleColumns;
pub use state::{LabPrompt, LabState, Training};
pub use view::{LabView, Pane, Zoom};
pub use watcher::{Order, Watcher};
