//! The standard protocols that measure recognition. STUB (owner: evaluation).
