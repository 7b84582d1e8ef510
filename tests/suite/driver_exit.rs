//! Ends a test process without tearing the graphics driver down: Mesa's software Vulkan may crash there, after every
//! test has passed, because its threads still run. Only GNU systems, where Mesa is the driver, need it.

/// Call after a device was opened: of the handlers that run at the end of the process the last one named comes first.
pub fn skip_driver_teardown() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        use std::ffi::{c_int, c_void};
        unsafe extern "C" {
            fn on_exit(handler: extern "C" fn(c_int, *mut c_void), argument: *mut c_void) -> c_int;
            fn _exit(status: c_int) -> !;
        }
        extern "C" fn leave(status: c_int, _: *mut c_void) {
            // SAFETY: ends the process with the status it was about to end with; output was flushed before.
            unsafe { _exit(status) }
        }
        // SAFETY: the handler is a plain function that needs no argument and returns to nobody.
        unsafe { on_exit(leave, std::ptr::null_mut()) };
    }
}
