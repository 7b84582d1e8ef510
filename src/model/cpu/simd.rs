//! Wide arithmetic for the kernels beside: AVX-512 or AVX2 with fused multiply-add where the processor has them, what
//! every processor of the target has otherwise.

use pulp::{Simd, WithSimd};

/// Registers of neighbouring numbers.
pub trait Lanes: Copy {
    /// Numbers in a register.
    const WIDTH: usize;
    /// A register.
    type Register: Copy;

    /// The same number everywhere.
    fn splat(self, value: f32) -> Self::Register;
    /// Numbers from the beginning of a slice that holds at least that many.
    fn load(self, from: &[f32]) -> Self::Register;
    /// `a · b + c`.
    fn mul_add(self, a: Self::Register, b: Self::Register, c: Self::Register) -> Self::Register;
    /// Numbers to the beginning of a slice that holds at least that many.
    fn store(self, to: &mut [f32], values: Self::Register);
}

/// Work written once for registers of any width.
pub trait Kernel {
    /// Does the work. Must be inlined, so that it is compiled for the instructions it is run with.
    fn run<L: Lanes>(self, lanes: L);
}

/// Whether registers of sixteen numbers are used, of which there are thirty-two.
pub fn has_wide_registers() -> bool {
    #[cfg(target_arch = "x86_64")]
    return is_x86_feature_detected!("avx512f");
    #[cfg(not(target_arch = "x86_64"))]
    return false;
}

/// Runs a kernel with the widest registers there are.
pub fn run_kernel<K: Kernel>(kernel: K) {
    #[cfg(target_arch = "x86_64")]
    if has_wide_registers() {
        // SAFETY: the processor has these instructions.
        return unsafe { avx512::run(kernel) };
    }
    run(Narrower(kernel));
}

/// Runs an operation compiled for AVX2, or for what every processor of the target has.
pub fn run<O: WithSimd>(operation: O) -> O::Output {
    #[cfg(target_arch = "x86_64")]
    if let Some(simd) = pulp::x86::V3::try_new() {
        return Simd::vectorize(simd, operation);
    }
    pulp::Arch::new().dispatch(operation)
}

/// A kernel through the registers `pulp` knows.
struct Narrower<K>(K);

impl<K: Kernel> WithSimd for Narrower<K> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.0.run(Pulp(simd));
    }
}

#[derive(Clone, Copy)]
struct Pulp<S>(S);

impl<S: Simd> Lanes for Pulp<S> {
    const WIDTH: usize = S::F32_LANES;
    type Register = S::f32s;

    #[inline(always)]
    fn splat(self, value: f32) -> S::f32s {
        self.0.splat_f32s(value)
    }

    #[inline(always)]
    fn load(self, from: &[f32]) -> S::f32s {
        load::<S>(from)
    }

    #[inline(always)]
    fn mul_add(self, a: S::f32s, b: S::f32s, c: S::f32s) -> S::f32s {
        self.0.mul_add_e_f32s(a, b, c)
    }

    #[inline(always)]
    fn store(self, to: &mut [f32], values: S::f32s) {
        S::as_mut_simd_f32s(&mut to[..S::F32_LANES]).0[0] = values;
    }
}

#[cfg(target_arch = "x86_64")]
mod avx512 {
    use std::arch::x86_64::{__m512, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_set1_ps, _mm512_storeu_ps};

    use super::{Kernel, Lanes};

    /// Sixteen numbers. Only [`run`] makes one, so that whoever holds one may use the instructions.
    #[derive(Clone, Copy)]
    pub struct Avx512(());

    /// Runs a kernel.
    ///
    /// # Safety
    /// The processor must have AVX-512F.
    #[target_feature(enable = "avx512f,avx2,fma")]
    pub unsafe fn run<K: Kernel>(kernel: K) {
        kernel.run(Avx512(()));
    }

    impl Lanes for Avx512 {
        const WIDTH: usize = 16;
        type Register = __m512;

        #[inline(always)]
        fn splat(self, value: f32) -> __m512 {
            // SAFETY: an `Avx512` exists, so the processor has the instruction.
            unsafe { _mm512_set1_ps(value) }
        }

        #[inline(always)]
        fn load(self, from: &[f32]) -> __m512 {
            let from = &from[..Self::WIDTH];
            // SAFETY: as above; the slice holds sixteen numbers.
            unsafe { _mm512_loadu_ps(from.as_ptr()) }
        }

        #[inline(always)]
        fn mul_add(self, a: __m512, b: __m512, c: __m512) -> __m512 {
            // SAFETY: as above.
            unsafe { _mm512_fmadd_ps(a, b, c) }
        }

        #[inline(always)]
        fn store(self, to: &mut [f32], values: __m512) {
            let to = &mut to[..Self::WIDTH];
            // SAFETY: as above; the slice holds sixteen numbers.
            unsafe { _mm512_storeu_ps(to.as_mut_ptr(), values) }
        }
    }
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
