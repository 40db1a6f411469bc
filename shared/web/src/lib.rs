//! What every endpoint does alike, so that a handler does not repeat it.
//!
//! A handler says in its signature who asks ([`Caller`]), about what ([`Key`], [`Reference`]), with what ([`Valid`],
//! [`MergePatch`], [`Params`]) and what carries it out ([`Commands`]); its answer is a [`Reply`]. Reading lists, items,
//! their history and their past is a [`Collection`]. Whatever goes wrong becomes a [`Problem`].
//!
//! The OpenAPI document is not only a description: [`operations`] reads from it which scope an operation needs and
//! which parameters it knows, and [`gate`] enforces just that. [`document`] finishes what the handlers declare.

pub mod caller;
pub mod collection;
pub mod commands;
pub mod directory;
pub mod document;
pub mod gate;
pub mod import;
mod input;
pub mod operations;
mod problem;
mod reply;
pub mod schema;
pub mod words;

pub use actix_web::{delete, get, patch, post, put};
pub use caller::{Caller, Facts, FactsOf, Visible};
pub use collection::Collection;
pub use commands::Commands;
pub use directory::{Directory, EmployeeEntry, UnitEntry};
pub use import::{ImportContext, ImportFile, ImportRow, Imported};
pub use input::{Key, MergePatch, Params, Reference, Text, Valid};
pub use problem::Problem;
pub use reply::{Done, Reply, shown};

/// Where a capability lists its handlers.
pub type Routes<'a> = utoipa_actix_web::service_config::ServiceConfig<'a>;
