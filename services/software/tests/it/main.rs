#![allow(clippy::unwrap_used)] // a test that fails says where

mod catalogue;
mod criticality;
mod golden;
mod ministry;
