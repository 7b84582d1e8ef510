//! STUB
/// STUB
pub fn upsample_flow(_flow: &[f32], _window: &[f32]) -> Vec<[f32; 2]> {
    todo!()
}
