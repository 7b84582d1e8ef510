//! Which device runs the networks, and why. Software Vulkan counts as no GPU: burn's CPU backend is far faster.

use burn::tensor::Device;
use burn::tensor::wgpu::WgpuSetup;
use serde::{Deserialize, Serialize};

use super::EngineError;

/// What the user asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum, Deserialize, Serialize)]
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
    /// Its name, such as `NVIDIA GeForce RTX 4070 · wgpu (Vulkan)` or `CPU · 2 threads`.
    pub name: String,
    /// Why this one, as a sentence.
    pub reason: String,
    /// Driver name and version, where there is one.
    pub driver: Option<String>,
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

impl From<SharedGpu> for WgpuSetup {
    fn from(gpu: SharedGpu) -> Self {
        let backend = gpu.adapter.get_info().backend;
        Self { instance: gpu.instance, adapter: gpu.adapter, device: gpu.device, queue: gpu.queue, backend }
    }
}

/// Chooses a device. `shared` is the window's GPU, if there is a window.
///
/// # Errors
/// When the device asked for by name is not there; `Auto` never fails.
pub fn choose(preference: DevicePreference, shared: Option<SharedGpu>) -> Result<(Device, DeviceReport), EngineError> {
    match preference {
        DevicePreference::Cpu => Ok(cpu("you asked for the CPU".to_owned())),
        DevicePreference::Cuda => cuda(),
        DevicePreference::Gpu => gpu(shared).map_err(|why| {
            EngineError::Device(format!("No GPU can run the networks: {why}. Use --device cpu, or install the driver."))
        }),
        DevicePreference::Auto => Ok(gpu(shared).unwrap_or_else(cpu)),
    }
}

/// burn's CPU backend, with the sentence that says why it was chosen.
pub(super) fn cpu(reason: String) -> (Device, DeviceReport) {
    let threads = rayon::current_num_threads();
    let name = format!("CPU · {threads} thread{}", if threads == 1 { "" } else { "s" });
    (Device::flex(), DeviceReport { kind: DeviceKind::Cpu, name, reason, driver: None })
}

/// A real GPU, or the reason why there is none.
fn gpu(shared: Option<SharedGpu>) -> Result<(Device, DeviceReport), String> {
    let shares_window = shared.is_some();
    let (device, adapter) = match shared {
        Some(gpu) => {
            refuse_software(&gpu.adapter)?;
            let adapter = gpu.adapter.clone();
            let device = Device::wgpu_options().setup(gpu.into()).init();
            (device.map_err(|error| format!("the GPU could not be opened ({error})"))?, adapter)
        }
        None => {
            refuse_software(&best_adapter()?)?;
            let opened = Device::wgpu_options().init_with_setup();
            let (device, setup) = opened.map_err(|_| "this machine has no usable graphics driver".to_owned())?;
            refuse_software(&setup.adapter)?;
            (device, setup.adapter)
        }
    };
    let info = adapter.get_info();
    let reason = if shares_window { "the window's own GPU" } else { "the fastest GPU found" };
    let report = DeviceReport {
        kind: DeviceKind::Gpu,
        name: format!("{} · wgpu ({:?})", info.name, info.backend),
        reason: reason.to_owned(),
        driver: Some(format!("{} {}", info.driver, info.driver_info).trim().to_owned()),
    };
    Ok((device, report))
}

/// The adapter that would be opened. Looked at before anything is opened: software drivers do not like to be closed.
fn best_adapter() -> Result<wgpu::Adapter, String> {
    let options =
        wgpu::RequestAdapterOptions { power_preference: wgpu::PowerPreference::HighPerformance, ..Default::default() };
    pollster::block_on(wgpu::Instance::default().request_adapter(&options))
        .map_err(|_| "this machine has no usable graphics driver".to_owned())
}

fn refuse_software(adapter: &wgpu::Adapter) -> Result<(), String> {
    let info = adapter.get_info();
    match info.device_type {
        wgpu::DeviceType::Cpu => Err(format!("the only graphics driver here is software ({})", info.name)),
        _ => Ok(()),
    }
}

#[cfg(feature = "cuda")]
fn cuda() -> Result<(Device, DeviceReport), EngineError> {
    let device = std::panic::catch_unwind(|| {
        let device = Device::cuda(0);
        device.sync().map(|()| device)
    });
    match device {
        Ok(Ok(device)) => Ok((
            device,
            DeviceReport {
                kind: DeviceKind::Cuda,
                name: "CUDA device 0".to_owned(),
                reason: "you asked for CUDA".to_owned(),
                driver: None,
            },
        )),
        _ => Err(EngineError::Device(
            "No CUDA device answers. Use --device auto, or install the NVIDIA driver.".to_owned(),
        )),
    }
}

#[cfg(not(feature = "cuda"))]
fn cuda() -> Result<(Device, DeviceReport), EngineError> {
    Err(EngineError::Device(
        "This build has no CUDA. Build it with `--features cuda`, or use --device auto.".to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_is_always_there_and_says_why() {
        let (_, report) = choose(DevicePreference::Cpu, None).unwrap();
        assert_eq!(report.kind, DeviceKind::Cpu);
        assert!(report.name.starts_with("CPU · "));
        assert_eq!(report.reason, "you asked for the CPU");
    }

    #[test]
    fn auto_always_finds_a_device_and_gives_a_reason() {
        let (_, report) = choose(DevicePreference::Auto, None).unwrap();
        assert!(!report.reason.is_empty());
    }

    #[cfg(not(feature = "cuda"))]
    #[test]
    fn a_build_without_cuda_says_how_to_get_one() {
        let message = choose(DevicePreference::Cuda, None).unwrap_err().to_string();
        assert!(message.contains("--features cuda"), "{message}");
    }
}
