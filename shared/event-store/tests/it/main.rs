//! The event store on SQLite, and the same on PostgreSQL when `DARBAZI_TEST_POSTGRES` names a server.

mod lamp;
mod store;
