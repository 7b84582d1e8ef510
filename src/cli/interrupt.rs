//! Ctrl-C, and a polite request to end, as a flag that long work looks at between steps. A second one ends the program.

use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set when the program is asked to end.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Ctrl-C, and what job schedulers and `kill` send; the same numbers on every system.
const SIGNALS: [c_int; 2] = [2, 15];
/// What a signal does by itself.
const DEFAULT: usize = 0;

unsafe extern "C" {
    /// C's own: what to do on a signal.
    fn signal(number: c_int, handler: usize) -> usize;
}

extern "C" fn interrupted(number: c_int) {
    INTERRUPTED.store(true, Ordering::Relaxed);
    // SAFETY: `signal` may be called within a handler, and the default is a handler every system has.
    unsafe { signal(number, DEFAULT) };
}

/// From now on the flag is set instead of the program ending.
pub fn flag() -> &'static AtomicBool {
    let handler: extern "C" fn(c_int) = interrupted;
    for number in SIGNALS {
        // SAFETY: the handler does nothing but store to an atomic and call `signal`, which handlers may do.
        unsafe { signal(number, handler as usize) };
    }
    &INTERRUPTED
}
