//! Folding many events: read without what folding does not need, and decoded straight from their text.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult, Value};
use uuid::Uuid;

use crate::aggregate::{Aggregate, DomainEvent};
use crate::entity::{Entity, decode_data};
use crate::event::Hash;
use crate::sealed::MARK;
use crate::{Failure, Store};

/// Events read at a time.
const PAGE: u64 = 5_000;

/// What folding needs of an event.
pub(crate) struct Step {
    pub stream_id: Uuid,
    pub version: i64,
    name: String,
    text: String,
    recorded_at: DateTime<Utc>,
    hash: Hash,
    position: i64,
    id: Uuid,
    /// Of the first event alone.
    number: Option<String>,
}

const SELECT: &str = "SELECT events.stream_id, events.version, events.type, events.data, events.recorded_at, events.hash, \
    events.position, events.id, CASE WHEN events.version = 1 THEN \
    (SELECT streams.number FROM streams WHERE streams.id = events.stream_id) END FROM events";

impl Step {
    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        let hash: Vec<u8> = row.try_get_by_index(5)?;
        Ok(Self {
            stream_id: row.try_get_by_index(0)?,
            version: row.try_get_by_index(1)?,
            name: row.try_get_by_index(2)?,
            text: row.try_get_by_index(3)?,
            recorded_at: row.try_get_by_index(4)?,
            hash: hash.try_into().map_err(|_| DbErr::Type("a hash has 32 bytes".into()))?,
            position: row.try_get_by_index(6)?,
            id: row.try_get_by_index(7)?,
            number: row.try_get_by_index(8)?,
        })
    }

    /// The entity after it.
    async fn apply<A: Aggregate>(self, entity: Entity<A>, store: &Store) -> Result<Entity<A>, Failure> {
        let event = self.event::<A::Event>(store).await?;
        Ok(entity.advanced(self.version, self.recorded_at, self.hash, self.number.as_deref(), event))
    }

    async fn event<E: DomainEvent>(&self, store: &Store) -> Result<E, Failure> {
        let sealed = self.text.contains(MARK);
        // An event of today's code is what its text says; one of older code, or with personal fields, takes the long way.
        if !sealed && let Ok(event) = self.as_it_is() {
            return Ok(event);
        }
        let unreadable = |error: String| Failure::Unreadable { event: self.name.clone(), id: self.id, error };
        let mut data = serde_json::from_str(&self.text).map_err(|error| unreadable(error.to_string()))?;
        if sealed {
            store.vault().open(&mut data).await?;
        }
        decode_data(&self.name, data).map_err(unreadable)
    }

    fn as_it_is<E: DomainEvent>(&self) -> Result<E, serde_json::Error> {
        serde_json::from_str(&format!(r#"{{"type":"{}","data":{}}}"#, self.name, self.text))
    }
}

impl Store {
    /// `begun` with everything that happened since, until `until` if that is given.
    pub(crate) async fn fold<A: Aggregate>(
        &self,
        begun: Entity<A>,
        until: Option<DateTime<Utc>>,
    ) -> Result<Entity<A>, Failure> {
        let mut values: Vec<Value> = vec![begun.uuid().into(), begun.version.into(), A::KIND.into()];
        let mut condition = "stream_id = $1 AND version > $2 AND kind = $3".to_owned();
        if let Some(until) = until {
            values.push(until.into());
            condition.push_str(" AND recorded_at <= $4");
        }
        let sql = format!("{SELECT} WHERE {condition} ORDER BY version");
        let mut entity = begun;
        for row in self.query(&sql, values).await? {
            entity = Step::read(&row)?.apply(entity, self).await?;
        }
        Ok(entity)
    }

    /// Every aggregate of a kind, folded until a moment if one is given. `tell` hears after each page how many events
    /// and how many aggregates there are so far. A stream whose earlier event is not visible yet ends before the gap.
    pub(crate) async fn fold_all<A: Aggregate>(
        &self,
        until: Option<DateTime<Utc>>,
        mut tell: impl FnMut(usize, usize),
    ) -> Result<HashMap<Uuid, Entity<A>>, Failure> {
        let (mut entities, mut events) = (HashMap::new(), 0);
        let mut page = self.page::<A>(0, until).await?;
        while let Some(last) = page.last().map(|step| step.position) {
            // The database reads on while this page is folded.
            let next = tokio::spawn({
                let store = self.clone();
                async move { store.page::<A>(last, until).await }
            });
            events += page.len();
            for step in page {
                let (stream, version) = (step.stream_id, step.version);
                let entity = entities.remove(&stream).unwrap_or_else(|| Entity::unborn(A::Id::from(stream)));
                let entity = if version == entity.version + 1 { step.apply(entity, self).await? } else { entity };
                entities.insert(stream, entity);
            }
            tell(events, entities.len());
            page = next.await.map_err(|error| Failure::Database(error.to_string()))??;
        }
        entities.retain(|_, entity| entity.exists());
        Ok(entities)
    }

    /// The next events of a kind after a position.
    async fn page<A: Aggregate>(&self, after: i64, until: Option<DateTime<Utc>>) -> Result<Vec<Step>, Failure> {
        let mut values: Vec<Value> = vec![A::KIND.into(), after.into()];
        let mut condition = "kind = $1 AND position > $2".to_owned();
        if let Some(until) = until {
            values.push(until.into());
            condition.push_str(" AND recorded_at <= $3");
        }
        let sql = format!("{SELECT} WHERE {condition} ORDER BY position LIMIT {PAGE}");
        let rows = self.query(&sql, values).await?;
        Ok(rows.iter().map(Step::read).collect::<Result<_, _>>()?)
    }
}
