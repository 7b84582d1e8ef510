//! STUB (owner: face). Which face comes first.
