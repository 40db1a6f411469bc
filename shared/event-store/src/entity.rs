//! An aggregate with its identity: what a stream folds to.

use chrono::{DateTime, Utc};
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
    pub fn after(mut self, stored: &StoredEvent) -> Result<Self, Failure> {
        let event = decode::<A::Event>(stored)?;
        if self.version == 0 {
            self.created_at = stored.recorded_at;
            self.number.clone_from(&stored.number);
        }
        self.version = stored.version;
        self.updated_at = stored.recorded_at;
        self.hash = stored.hash;
        self.state = self.state.evolve(event);
        Ok(self)
    }

    pub fn uuid(&self) -> Uuid {
        self.id.into()
    }
}

/// The stored event as today's code knows it.
pub fn decode<E: DomainEvent>(stored: &StoredEvent) -> Result<E, Failure> {
    let (name, data) = E::upcast(&stored.name, stored.data.clone());
    serde_json::from_value(serde_json::json!({ "type": name, "data": data })).map_err(|error| Failure::Unreadable {
        event: stored.name.clone(),
        id: stored.id,
        error: error.to_string(),
    })
}
