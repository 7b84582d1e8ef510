//! STUB
/// STUB
pub fn expected_age(_logits: &[f32]) -> (f32, f32) {
    todo!()
}
