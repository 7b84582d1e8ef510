//! The window. STUB (owner: app).
