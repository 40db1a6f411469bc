//! Aggregates, their streams, the rows that follow from them, and every past state.
//!
//! Start with [`aggregate`] (what a domain writes) and [`Store::execute`] (the way of a command). [`row`] is the
//! principal read model: a function of state, written in the append's transaction. [`committer`] is the only writer;
//! [`tail`] reads the whole log in order without ever skipping a slow writer; [`past`] answers "as of"; [`rebuild`] makes
//! read models anew; [`verify`] walks the [`chain`] of hashes. Personal fields pass through the [`vault`].

pub mod aggregate;
mod batch;
pub mod chain;
mod change;
mod committer;
mod database;
mod entity;
mod event;
mod failure;
mod fold;
pub mod past;
pub mod rebuild;
pub mod row;
mod sealed;
mod snapshot;
mod store;
pub mod tail;
pub mod timers;
mod unit;
mod upserts;
pub mod vault;
pub mod verify;

pub use aggregate::{Actor, Aggregate, Context, Deadline, DomainEvent, Series};
pub use change::{Change, request_hash};
pub use database::{Database, MIGRATIONS, Migration, statement};
pub use entity::{Entity, decode};
pub use event::{Hash, Meta, SELECT, StoredEvent};
pub use failure::Failure;
pub use row::{Record, Row, RowChange, Unique};
pub use sealed::Sealed;
pub use store::{Expect, Store};
pub use unit::{Answer, CommandKey, CommandRecord, Committed, Unit};
pub use upserts::write_rows;
