//! The workspaces. Each fills the same regions: what you look at (`picture_ui`), what you change (`controls_ui`,
//! with its height), what it means and what you can take away (`meaning_ui`). Presenter mode takes the whole window.

pub mod age;
pub mod attention;
pub mod compare;
pub mod lab;
pub mod presenter;
