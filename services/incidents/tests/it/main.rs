//! The incidents service, running.
#![allow(clippy::unwrap_used)] // helpers of tests, too

mod desk;
mod golden;
mod house;
mod policy;
mod reactions;
mod timers;
