//! A service is a value; a capability is a room.
//!
//! [`Service`] and [`Capability`] are what a service writes down. [`main`] gives a binary its commands; [`Platform`]
//! and [`Running`] start services in a process of their own or several in one; [`operate()`] is what operators do besides. [`Settings`] is all there is to configure.

mod audit;
mod capability;
mod cli;
mod directory;
mod documents;
mod event_feed;
mod health;
mod measure;
mod operate;
mod registration;
mod running;
mod server;
mod settings;

pub use capability::{Capability, Provide, Service, Starting};
pub use cli::{default_address, main, told_to_stop};
pub use operate::{Operation, operate};
pub use registration::Registration;
pub use running::{Platform, Running};
pub use settings::{Secret, Settings};

/// What handlers are written with.
pub mod web {
    pub use ::web::*;
}
