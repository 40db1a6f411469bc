//! What the services promise, and whether they keep it.
//!
//! `specs` compares the documents with the committed ones; `authorization`, `api` and `reading` [`walk`] all [`operations`] of a running
//! platform with some things in it (the [`stage`]), and every answer is held to its document ([`answers`]). [`monitoring`]
//! holds alerts and dashboard to what is measured.

mod answers;
mod api;
mod authorization;
mod monitoring;
mod operations;
mod reading;
mod sight;
mod specs;
mod stage;
mod tokens;
mod walk;
