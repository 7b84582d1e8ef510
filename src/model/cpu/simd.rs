//! Wide arithmetic for the kernels beside: AVX2 with fused multiply-add where the processor has them, what every
//! processor of the target has otherwise.

use pulp::{Simd, WithSimd};

/// Runs an operation compiled for the widest instructions the kernels use.
pub fn run<O: WithSimd>(operation: O) -> O::Output {
    #[cfg(target_arch = "x86_64")]
    if let Some(simd) = pulp::x86::V3::try_new() {
        return Simd::vectorize(simd, operation);
    }
    pulp::Arch::new().dispatch(operation)
}

/// As many numbers as fit a register, from the beginning of a slice that holds at least that many.
#[inline(always)]
pub fn load<S: Simd>(from: &[f32]) -> S::f32s {
    S::as_simd_f32s(&from[..S::F32_LANES]).0[0]
}

/// A register's numbers to the beginning of a slice; the slice may hold fewer.
#[inline(always)]
pub fn store<S: Simd>(simd: S, to: &mut [f32], values: S::f32s) {
    if to.len() >= S::F32_LANES {
        S::as_mut_simd_f32s(&mut to[..S::F32_LANES]).0[0] = values;
    } else {
        simd.partial_store_f32s(to, values);
    }
}
