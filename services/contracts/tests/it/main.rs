#![allow(clippy::unwrap_used)] // a test that fails says where

mod calendar;
mod contracts;
mod golden;
mod ministry;
mod timers;
mod vendors;
