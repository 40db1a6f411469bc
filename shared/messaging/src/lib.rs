//! The way of an event: from the log to whoever it concerns, in order, with an effect that happens once.
//!
//! A service writes [`Reaction`]s; [`Subscriptions`] run them on the events that a [`Broker`] brings: Kafka, filled by
//! the `relay` of each service, or the other services' logs in the same process. What cannot be handled is `parked`
//! by key, so that nothing overtakes it. [`timers`] fires what is due. Operators look through [`place`], [`topics`] and [`dead_letters`]. [`CloudEvent`] is how an event looks outside.

pub mod asyncapi;
mod broker;
mod cloud_event;
pub mod dead_letters;
mod in_process;
mod kafka;
mod lease;
pub mod parked;
pub mod place;
mod reaction;
mod record;
mod relay;
mod schema;
mod subscriptions;
pub mod timers;
pub mod topics;

pub use broker::Broker;
pub use cloud_event::CloudEvent;
pub use lease::Lease;
pub use reaction::{Reaction, Received};
pub use record::Record;
pub use schema::MIGRATIONS;
pub use subscriptions::Subscriptions;

/// What topics and consumer groups begin with, unless configured otherwise.
pub const PREFIX: &str = "darbazi";

/// Where a service's events are published, unless configured otherwise.
pub fn topic(service: &str) -> String {
    format!("{PREFIX}.{service}.v1")
}
