//! The event store on SQLite, and the same on PostgreSQL when `DARBAZI_TEST_POSTGRES` names a server.

#![allow(clippy::unwrap_used)] // a test that fails says where

mod lamp;
mod replicas;
mod store;
