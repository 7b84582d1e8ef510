//! Memory of a network that is not in use any more. The allocator of GNU systems keeps what was given back to it, and
//! with a published network that is a gigabyte.

/// Gives memory that nothing uses back to the system, where the allocator would keep it.
pub(super) fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        use std::ffi::c_int;
        unsafe extern "C" {
            fn malloc_trim(pad: usize) -> c_int;
        }
        // SAFETY: may be called at any time and from any thread; it only hands back pages that hold nothing.
        unsafe { malloc_trim(0) };
    }
}
