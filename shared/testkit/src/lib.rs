//! What tests are written with.
//!
//! Rules: [`given`]`::<Device>([…]).when(command).then([…])` or `.refused("device-not-in-stock")`.
//! Released events: [`golden::check`]. Storage: [`databases`] gives a test one of each kind. A whole service:
//! [`TestService`], spoken to with a [`Client`]; what takes its time is awaited with [`eventually`].

mod client;
mod database;
pub mod golden;
mod rules;
mod running;

pub use client::{Answered, Client, Request};
pub use database::{TestDatabase, TestDatabases, databases, postgres, sqlite};
pub use rules::{Decided, Given, given, given_nothing};
pub use running::{TestData, TestService, eventually, serve_keys};

/// A variable that tells tests where a real server is.
#[allow(clippy::disallowed_methods)] // tests are configured by their environment
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
