//! What a domain writes: state, commands, events, and the two pure functions between them.

use chrono::{DateTime, Utc};
use kernel::Fault;
use kernel::id::Id;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// A thing whose state is the fold of its events.
///
/// `Default` is the state before the first event. Nothing here does I/O or reads a clock: facts that cost
/// others time are looked up first and arrive inside the command, the time arrives in the [`Context`].
pub trait Aggregate: Clone + Default + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Singular, `snake_case`: `device`.
    const KIND: &'static str;
    /// How its human numbers look.
    const SERIES: Series;
    /// Raise when the serialised state changes shape, so that older snapshots are ignored.
    const SNAPSHOT_SCHEMA: u16 = 1;

    type Id: Id;
    type Command: Clone + Send + Sync + 'static;
    type Event: DomainEvent;
    type Refusal: Into<Fault>;

    /// The rule table. No events means: nothing to do.
    fn decide(&self, command: Self::Command, context: &Context) -> Result<Vec<Self::Event>, Self::Refusal>;

    fn evolve(self, event: Self::Event) -> Self;

    /// What this state is waiting for. The kit keeps one timer for each and calls [`Self::on_deadline`] when it is due.
    fn deadlines(&self) -> Vec<Deadline> {
        vec![]
    }

    /// The command that a due deadline stands for.
    fn on_deadline(&self, _name: &str) -> Option<Self::Command> {
        None
    }
}

/// The events of an aggregate: an enum, adjacently tagged, whose variants carry their released name:
///
/// ```ignore
/// #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
/// #[serde(tag = "type", content = "data")]
/// enum DeviceEvent {
///     #[serde(rename = "device.assigned.v1")]
///     DeviceAssigned { to: Holder },
/// }
/// ```
///
/// A released name never changes its meaning; a changed event gets a new version, and [`DomainEvent::upcast`]
/// turns what older versions wrote into today's.
pub trait DomainEvent: Clone + Serialize + DeserializeOwned + ToSchema + Send + Sync + 'static {
    /// Brings data of an older version to a version that still has a variant.
    fn upcast(name: &str, data: Value) -> (String, Value) {
        (name.to_owned(), data)
    }
}

/// How an aggregate's human numbers look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Series {
    /// `DEV-000123`
    Running(&'static str),
    /// `INC-2026-000123`, begun anew each year of Tbilisi's calendar.
    Yearly(&'static str),
}

impl Series {
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Running(prefix) | Self::Yearly(prefix) => prefix,
        }
    }

    /// The counter that a number drawn at `now` comes from: `DEV` or `INC-2026`.
    pub fn counter(self, now: DateTime<Utc>) -> String {
        use chrono::Datelike;
        match self {
            Self::Running(prefix) => prefix.to_owned(),
            Self::Yearly(prefix) => format!("{prefix}-{}", kernel::tbilisi::day(now).year()),
        }
    }

    pub fn number(counter: &str, count: i64) -> String {
        format!("{counter}-{count:06}")
    }
}

/// Something a state is waiting for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// Unique within the aggregate: `response`, `expiry-30`.
    pub name: String,
    pub due_at: DateTime<Utc>,
}

impl Deadline {
    pub fn new(name: impl Into<String>, due_at: DateTime<Utc>) -> Self {
        Self { name: name.into(), due_at }
    }
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Actor {
    pub id: Uuid,
    /// A user name, or the name of the part of the system that acts by itself.
    pub name: String,
    /// The employee who acts, when it is a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employee: Option<Uuid>,
}

impl Actor {
    /// A part of the system acting by itself.
    pub fn system(name: &str) -> Self {
        Self { id: Uuid::nil(), name: name.to_owned(), employee: None }
    }
}

/// The circumstances of a command.
#[derive(Clone, Debug, PartialEq)]
pub struct Context {
    pub now: DateTime<Utc>,
    pub actor: Actor,
    /// Why, in the caller's words (`X-Change-Reason`).
    pub reason: Option<String>,
    /// Joins everything that one request led to.
    pub correlation: Option<String>,
    /// The event that this reacts to.
    pub causation: Option<Uuid>,
    /// W3C trace context.
    pub traceparent: Option<String>,
}

impl Context {
    pub fn new(now: DateTime<Utc>, actor: Actor) -> Self {
        Self { now, actor, reason: None, correlation: None, causation: None, traceparent: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_begins_at_midnight_in_tbilisi() {
        let new_year_in_tbilisi = "2026-12-31T20:00:00Z".parse().unwrap();
        assert_eq!(Series::Yearly("INC").counter(new_year_in_tbilisi), "INC-2027");
        assert_eq!(Series::number("INC-2027", 123), "INC-2027-000123");
    }
}
