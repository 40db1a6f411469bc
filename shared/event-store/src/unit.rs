//! What is committed together: events, the rows that follow from them, timers, and the records that make it happen once.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::aggregate::{Deadline, Series};
use crate::event::{Hash, Meta};
use crate::row::{RowChange, Unique};

/// One unit of work: all of it is kept, or nothing.
#[derive(Default)]
pub struct Unit {
    pub(crate) appends: Vec<Append>,
    pub(crate) rows: Vec<RowChange>,
    pub(crate) once: Option<Once>,
    pub(crate) command: Option<CommandRecord>,
}

impl Unit {
    pub fn new() -> Self {
        Self::default()
    }

    /// Rows of a view that is not any aggregate's principal row.
    pub fn rows(mut self, rows: impl IntoIterator<Item = RowChange>) -> Self {
        self.rows.extend(rows);
        self
    }

    /// Joins what another unit holds.
    pub fn with(mut self, other: Unit) -> Self {
        self.appends.extend(other.appends);
        self.rows.extend(other.rows);
        self.once = self.once.or(other.once);
        self.command = self.command.or(other.command);
        self
    }

    /// Makes the unit happen once for a command's key.
    pub fn command(mut self, record: CommandRecord) -> Self {
        self.command = Some(record);
        self
    }

    pub fn is_empty(&self) -> bool {
        self.appends.is_empty() && self.rows.is_empty()
    }

    /// An event takes effect once for each subscription, however often it is delivered.
    pub fn once(mut self, subscription: &str, event_id: Uuid, now: DateTime<Utc>) -> Self {
        self.once = Some(Once { subscription: subscription.to_owned(), event_id, now });
        self
    }

    pub(crate) fn streams(&self) -> impl Iterator<Item = Uuid> + '_ {
        self.appends.iter().map(|append| append.stream_id)
    }
}

/// Events for one stream.
pub(crate) struct Append {
    pub stream_id: Uuid,
    pub kind: &'static str,
    pub series: Series,
    pub number: String,
    /// Version that the stream must be at; 0 begins it.
    pub expected: i64,
    pub events: Vec<NewEvent>,
    pub at: DateTime<Utc>,
    pub head: Hash,
    /// The principal row, once the number is known.
    pub row: Box<dyn Fn(&str) -> RowChange + Send + Sync>,
    pub unique: &'static [Unique],
    pub deadlines: Deadlines,
}

/// How the stream's timers change.
pub(crate) enum Deadlines {
    AsBefore,
    Are(Vec<Deadline>),
}

pub(crate) struct NewEvent {
    pub id: Uuid,
    pub version: i64,
    pub name: String,
    pub text: String,
    pub meta: Meta,
    pub org_unit_id: Option<Uuid>,
    pub owner_id: Option<Uuid>,
    pub hash: Hash,
}

pub(crate) struct Once {
    pub subscription: String,
    pub event_id: Uuid,
    pub now: DateTime<Utc>,
}

/// Writes an answer, once numbers are known.
pub type Answering = Box<dyn Fn(&[String]) -> Answer + Send + Sync>;

/// Makes a command happen once: the same caller, key and request get the stored answer.
pub struct CommandRecord {
    pub key: CommandKey,
    pub now: DateTime<Utc>,
    /// The answer, given the numbers of the unit's streams.
    pub answer: Answering,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CommandKey {
    pub caller: String,
    pub key: String,
    pub request_hash: Hash,
}

/// What was answered to a command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub status: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    pub body: Value,
}

/// What became of a unit.
#[derive(Clone, Debug)]
pub struct Committed {
    /// Numbers of the streams, in the order of the unit's changes.
    pub numbers: Vec<String>,
}
