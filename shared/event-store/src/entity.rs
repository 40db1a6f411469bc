//! An aggregate with its identity: what a stream folds to.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::Failure;
use crate::aggregate::{Aggregate, DomainEvent};
use crate::event::{HASH_OF_NOTHING, Hash, StoredEvent};

/// The state of an aggregate at one version of its stream.
#[derive(Clone, Debug)]
pub struct Entity<A: Aggregate> {
    pub id: A::Id,
    /// Empty until the first events are stored: numbers are drawn in that transaction.
    pub number: String,
    /// How many events made it; 0 for what does not exist yet.
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// Of the newest event; the next one is chained to it.
    pub hash: Hash,
    pub state: A,
}

impl<A: Aggregate> Entity<A> {
    /// Before the first event.
    pub fn unborn(id: A::Id) -> Self {
        Self {
            id,
            number: String::new(),
            version: 0,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
            hash: HASH_OF_NOTHING,
            state: A::default(),
        }
    }

    pub fn exists(&self) -> bool {
        self.version > 0
    }

    /// The entity after one more event of its stream.
    pub fn after(self, stored: &StoredEvent) -> Result<Self, Failure> {
        let event = decode::<A::Event>(stored)?;
        Ok(self.advanced(stored.version, stored.recorded_at, stored.hash, Some(&stored.number), event))
    }

    /// `number` is needed of the first event alone.
    pub(crate) fn advanced(
        mut self,
        version: i64,
        at: DateTime<Utc>,
        hash: Hash,
        number: Option<&str>,
        event: A::Event,
    ) -> Self {
        if self.version == 0 {
            self.created_at = at;
            self.number = number.unwrap_or_default().to_owned();
        }
        self.version = version;
        self.updated_at = at;
        self.hash = hash;
        self.state = self.state.evolve(event);
        self
    }

    pub fn uuid(&self) -> Uuid {
        self.id.into()
    }
}

/// The stored event as today's code knows it.
pub fn decode<E: DomainEvent>(stored: &StoredEvent) -> Result<E, Failure> {
    decode_data(&stored.name, stored.data.clone()).map_err(|error| Failure::Unreadable {
        event: stored.name.clone(),
        id: stored.id,
        error,
    })
}

/// The data of an event, brought to today's shape; what is wrong with them otherwise.
pub(crate) fn decode_data<E: DomainEvent>(name: &str, data: Value) -> Result<E, String> {
    let (name, data) = E::upcast(name, data);
    let tagged = Map::from_iter([("type".to_owned(), Value::String(name)), ("data".to_owned(), data)]);
    serde_json::from_value(Value::Object(tagged)).map_err(|error| error.to_string())
}
