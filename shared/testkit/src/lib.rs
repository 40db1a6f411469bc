//! What tests are written with.
//!
//! Rules: [`given`]`::<Device>([…]).when(command).then([…])` or `.refused("device-not-in-stock")`.
//! Released events: [`golden::check`]. Storage: [`databases`] gives a test one of each kind.

mod database;
pub mod golden;
mod rules;

pub use database::{TestDatabase, databases, postgres, sqlite};
pub use rules::{Decided, Given, given, given_nothing};

/// A variable that tells tests where a real server is.
#[allow(clippy::disallowed_methods)] // tests are configured by their environment
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
