//! STUB (owner: engine). Which device runs the networks, and why.
use serde::Serialize;

/// What the user asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum, serde::Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DevicePreference {
    /// A real GPU if there is one, the CPU otherwise; says which and why.
    #[default]
    Auto,
    /// A GPU or an error.
    Gpu,
    /// The CPU.
    Cpu,
    /// An NVIDIA card through CUDA (needs a build with the `cuda` feature).
    Cuda,
}

/// What runs the networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// burn's CPU backend.
    Cpu,
    /// A GPU through wgpu.
    Gpu,
    /// CUDA.
    Cuda,
}

/// The device in use, as shown and written to every output.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeviceReport {
    /// What kind of device.
    pub kind: DeviceKind,
    /// Its name, such as `NVIDIA GeForce RTX 4070 · wgpu (Vulkan)` or `CPU, 2 threads`.
    pub name: String,
    /// Why this one, as a sentence.
    pub reason: String,
}

/// The window's own GPU device, which the networks may share.
#[derive(Clone, Debug)]
pub struct SharedGpu {
    /// wgpu instance.
    pub instance: wgpu::Instance,
    /// wgpu adapter.
    pub adapter: wgpu::Adapter,
    /// wgpu device.
    pub device: wgpu::Device,
    /// wgpu queue.
    pub queue: wgpu::Queue,
}
