//! How many convolutions this thread has run: what a step costs, as a number that does not depend on the machine. A
//! test asks it whether moving the slider runs anything that does not depend on the age.

use std::cell::Cell;

thread_local! {
    static RUN: Cell<u64> = const { Cell::new(0) };
}

/// Convolutions this thread has run so far; a transposed one counts as one.
pub fn convolutions_run() -> u64 {
    RUN.get()
}

/// Counts one more.
pub(super) fn count() {
    RUN.set(RUN.get() + 1);
}
