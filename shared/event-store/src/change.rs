//! A decision about one aggregate, before it is kept.

use sha2::{Digest, Sha256};

use crate::aggregate::Context;
use crate::entity::Entity;
use crate::event::{HASH_OF_NOTHING, Link, Meta};
use crate::row::{Record, Row, RowChange};
use crate::unit::{Append, Deadlines, NewEvent, Unit};
use crate::{Failure, Store};

/// The events that a command leads to, and the entity after them.
pub struct Change<A: Record> {
    pub before: Entity<A>,
    /// Its number is empty while the stream does not exist yet.
    pub after: Entity<A>,
    events: Vec<NewEvent>,
}

impl<A: Record> Change<A> {
    /// Decides `command` on `before`.
    pub(crate) async fn decide(
        store: &Store,
        before: Entity<A>,
        command: A::Command,
        context: &Context,
    ) -> Result<Self, Failure> {
        // A clock that was put back does not take a stream's time back with it.
        let context = Context { now: context.now.max(before.updated_at), ..context.clone() };
        let decided = before.state.decide(command, &context).map_err(Into::into)?;
        let mut change = Self { after: before.clone(), before, events: vec![] };
        for event in decided {
            change.add(store, event, &context).await?;
        }
        change.seal_off(&context);
        Ok(change)
    }

    async fn add(&mut self, store: &Store, event: A::Event, context: &Context) -> Result<(), Failure> {
        let (name, mut data) = named(&event)?;
        store.vault().seal(&mut data).await?;
        self.after.version += 1;
        self.events.push(NewEvent {
            id: kernel::id::random(),
            version: self.after.version,
            name,
            text: data.to_string(),
            meta: Meta::from(context),
            org_unit_id: None,
            owner_id: None,
            hash: HASH_OF_NOTHING,
        });
        if self.before.version == 0 {
            self.after.created_at = context.now;
        }
        self.after.updated_at = context.now;
        self.after.state = std::mem::take(&mut self.after.state).evolve(event);
        Ok(())
    }

    /// Whose eyes the events are for follows from the state after all of them; with that the chain is complete.
    fn seal_off(&mut self, context: &Context) {
        let row = RowChange::put(<A::Row>::from(&self.after));
        let (org_unit_id, owner_id) = (row.uuid("org_unit_id"), row.uuid("owner_id"));
        for event in &mut self.events {
            (event.org_unit_id, event.owner_id) = (org_unit_id, owner_id);
            event.hash = Link {
                id: event.id,
                stream_id: self.before.uuid(),
                kind: A::KIND,
                version: event.version,
                name: &event.name,
                recorded_at: context.now,
                meta: &event.meta,
                org_unit_id,
                owner_id,
                text: &event.text,
            }
            .chained_to(&self.after.hash);
            self.after.hash = event.hash;
        }
    }

    /// Whether there is anything to keep.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The entity after the change, once its number is known.
    pub fn settled(&self, number: &str) -> Entity<A> {
        Entity { number: number.to_owned(), ..self.after.clone() }
    }

    pub(crate) fn into_append(self) -> Append {
        let deadlines = self.after.state.deadlines();
        let unchanged = self.before.state.deadlines() == deadlines;
        let (expected, number, at) = (self.before.version, self.before.number, self.after.updated_at);
        let (stream_id, head) = (self.after.uuid(), self.after.hash);
        let after = self.after;
        Append {
            stream_id,
            kind: A::KIND,
            series: A::SERIES,
            number,
            expected,
            events: self.events,
            at,
            head,
            row: Box::new(move |number| {
                RowChange::put(<A::Row>::from(&Entity { number: number.to_owned(), ..after.clone() }))
            }),
            unique: <A::Row as Row>::UNIQUE,
            deadlines: if unchanged { Deadlines::AsBefore } else { Deadlines::Are(deadlines) },
        }
    }
}

impl Unit {
    /// Adds a decision; one that changes nothing adds nothing.
    pub fn change<A: Record>(mut self, change: Change<A>) -> Self {
        if !change.is_empty() {
            self.appends.push(change.into_append());
        }
        self
    }
}

/// The released name of an event, and its data.
fn named(event: &impl serde::Serialize) -> Result<(String, serde_json::Value), Failure> {
    let unreadable = |error: String| Failure::Database(format!("an event cannot be written: {error}"));
    let mut value = serde_json::to_value(event).map_err(|error| unreadable(error.to_string()))?;
    let name = value["type"].as_str().ok_or_else(|| unreadable("it has no type".into()))?.to_owned();
    Ok((name, value["data"].take()))
}

/// SHA-256 of a request, for telling a retry from another request under the same key.
pub fn request_hash(parts: &[&[u8]]) -> crate::event::Hash {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}
