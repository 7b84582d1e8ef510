//! The window. STUB (owner: app).
/// What to open.
#[derive(Debug)]
pub struct Launch {
    /// Photo.
    pub photo: Option<std::path::PathBuf>,
    /// Device.
    pub device: crate::engine::DevicePreference,
    /// Weights.
    pub weights: Option<std::path::PathBuf>,
}
/// Opens the window.
///
/// # Errors
/// When no window can open.
pub fn run(_launch: Launch) -> anyhow::Result<()> {
    anyhow::bail!("not yet")
}
