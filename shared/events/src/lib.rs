//! The published language: what one service reads of another's events.
//!
//! Readers are tolerant: they name only what they need, and anything else may come and go. Each module is a producing
//! service; its golden samples are fed through these types by a test.

pub mod assets;
pub mod contracts;
pub mod identity;
pub mod incidents;
pub mod software;

/// An event that other services react to.
pub trait Published: serde::de::DeserializeOwned + Send + 'static {
    /// The producing service.
    const SERVICE: &'static str;
    /// The released name: `employee.left.v1`.
    const NAME: &'static str;
}
