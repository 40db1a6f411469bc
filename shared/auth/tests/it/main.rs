//! The crate as its users see it: identity signs, the other services verify.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod forge;
mod forgeries;
mod http_keys;
mod key_refresh;
mod lifetime;
mod stage;
