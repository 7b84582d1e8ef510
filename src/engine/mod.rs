//! The one owner of device and network. [`Pipeline`] is the work called directly (command line, evaluation);
//! [`worker`] runs a pipeline on its own thread for the window: one enum of requests in, one enum of replies out
//! ([`requests`]).
//! Every result is a plain struct: no tensor leaves this room.

mod ageing;
mod cache;
pub mod device;
mod features;
mod memory;
pub mod pipeline;
mod queue;
pub mod reading;
mod regions;
pub mod requests;
mod styled;
mod thread;
pub mod worker;

pub use ageing::TimelineWatch;
pub use device::{DeviceKind, DevicePreference, DeviceReport, SharedGpu};
pub use features::FaceFeatures;
pub use pipeline::{EngineError, Pipeline, StageTimes};
pub use reading::{AgeEstimate, AttentionMaps, FaceReading};
pub use regions::RegionReading;
pub use requests::{FaceId, ModelInUse, OpeningStep, PhotoId, Reply, Request, WeightsSource};
pub use styled::{AnchorMade, DrawnAge};
pub use worker::Engine;
