//! One conformance suite over each way that events travel: in process, and through Apache Kafka when
//! `DARBAZI_TEST_KAFKA` names a broker. Databases as in the event store's suite.

#![allow(clippy::unwrap_used)] // a test that fails says where

#[path = "../../../event-store/tests/it/lamp.rs"]
mod lamp;
mod leases;
mod poison;
mod suite;
mod tally;
