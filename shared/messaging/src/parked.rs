//! Events that could not be handled, and records that could not even be read, with everything of the same key that came
//! after them.
//!
//! Only the key stands still: applying later events of a thing whose earlier one failed would build on a state that never
//! was. An operator mends the cause and retries, or skips with a reason.

use chrono::{DateTime, Utc};
use event_store::{Failure, Store, statement};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::cloud_event::CloudEvent;
use crate::reaction::Reaction;
use crate::record::Record;

/// What is parked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Content {
    Event(Box<CloudEvent>),
    Record(Record),
}

#[derive(Clone, Debug, Serialize)]
pub struct Parked {
    pub id: Uuid,
    pub subscription: String,
    pub key: String,
    pub content: Content,
    pub error: String,
    pub attempts: i64,
    pub first_at: DateTime<Utc>,
    pub last_at: DateTime<Utc>,
}

impl Content {
    pub fn key(&self) -> &str {
        match self {
            Self::Event(event) => &event.partitionkey,
            Self::Record(record) => &record.key,
        }
    }

    /// The same for the same event or record.
    fn id(&self, subscription: &str) -> Uuid {
        match self {
            Self::Event(event) => kernel::id::derived(event.id, subscription),
            Self::Record(Record { topic, partition, offset, .. }) => {
                kernel::id::derived(Uuid::nil(), &format!("{subscription} {topic}/{partition}/{offset}"))
            }
        }
    }

    /// Where it stands among what is parked of its key. Nobody knows what an unreadable record was about, so it comes first.
    fn place(&self) -> &str {
        match self {
            Self::Event(event) => &event.sequence,
            Self::Record(_) => "",
        }
    }
}

/// Under which a record is parked that nobody can read: every subscription of the service waits behind it.
pub fn everything(service: &str) -> String {
    format!("{service}.*")
}

/// Whether this event has to wait: something else of its key does, for whichever reaction. Reactions of a service build on each
/// other, so none of them goes on with a key that one of them could not.
pub async fn has_to_wait(store: &Store, event: &CloudEvent) -> Result<bool, Failure> {
    let sql = "SELECT 1 AS one FROM parked WHERE key = $1 AND state = 'parked' AND (event_id IS NULL OR event_id <> $2) LIMIT 1";
    Ok(!query(store, sql, vec![event.partitionkey.clone().into(), event.id.into()]).await?.is_empty())
}

/// Parks it; the same only once.
pub async fn park(store: &Store, subscription: &str, content: &Content, error: &str) -> Result<(), Failure> {
    let sql = "INSERT INTO parked (id, subscription, key, event_id, event, error, attempts, first_at, last_at, state) \
               VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $7, 'parked') ON CONFLICT DO NOTHING";
    let text = serde_json::to_string(content).unwrap_or_default();
    let event_id = match content {
        Content::Event(event) => Some(event.id),
        Content::Record(_) => None,
    };
    let (id, key, now) = (content.id(subscription), content.key(), store.clock().now());
    let values: [Value; 7] =
        [id.into(), subscription.into(), key.into(), event_id.into(), text.into(), error.into(), now.into()];
    execute(store, sql, values.into()).await
}

const SELECT: &str =
    "SELECT id, subscription, key, event, error, attempts, first_at, last_at FROM parked WHERE state = 'parked'";

/// Everything that is parked, in the order it came.
pub async fn list(store: &Store) -> Result<Vec<Parked>, Failure> {
    query(store, &format!("{SELECT} ORDER BY first_at, id"), vec![]).await?.iter().map(read).collect()
}

/// Handles what is parked under the key again, in order over all subscriptions, until nothing is left; stops at the first
/// that fails again. Returns how many went through.
pub async fn retry(store: &Store, reactions: &[Reaction], key: &str) -> Result<usize, Failure> {
    let mut through = 0;
    // What arrives meanwhile is parked behind what is being retried, so it is asked for again.
    while let Some(parked) = next(store, key).await? {
        if let Err(error) = again(store, reactions, &parked).await {
            settle(store, parked.id, "parked", Some(&error)).await?;
            return Ok(through);
        }
        settle(store, parked.id, "retried", None).await?;
        through += 1;
    }
    Ok(through)
}

async fn next(store: &Store, key: &str) -> Result<Option<Parked>, Failure> {
    let rows = query(store, &format!("{SELECT} AND key = $1"), vec![key.into()]).await?;
    let of_key: Vec<Parked> = rows.iter().map(read).collect::<Result<_, _>>()?;
    Ok(of_key.into_iter().min_by(|left, right| left.content.place().cmp(right.content.place())))
}

async fn again(store: &Store, reactions: &[Reaction], parked: &Parked) -> Result<(), String> {
    let event = match &parked.content {
        Content::Event(event) => (**event).clone(),
        Content::Record(record) => record.read()?,
    };
    let everything = parked.subscription == everything(store.service());
    let mut handled = everything;
    for reaction in reactions.iter().filter(|reaction| reaction.wants(&event)) {
        if everything || reaction.subscription(store.service()) == parked.subscription {
            reaction.handle(&event, store).await.map_err(|failure| failure.to_string())?;
            handled = true;
        }
    }
    if handled { Ok(()) } else { Err(format!("{} does not know {}", parked.subscription, event.kind)) }
}

async fn settle(store: &Store, id: Uuid, state: &str, error: Option<&str>) -> Result<(), Failure> {
    let sql = "UPDATE parked SET state = $2, error = coalesce($3, error), attempts = attempts + 1, last_at = $4 WHERE id = $1";
    let error = error.map(str::to_owned);
    execute(store, sql, vec![id.into(), state.into(), error.into(), store.clock().now().into()]).await
}

fn read(row: &QueryResult) -> Result<Parked, Failure> {
    let event: String = row.try_get("", "event")?;
    Ok(Parked {
        id: row.try_get("", "id")?,
        subscription: row.try_get("", "subscription")?,
        key: row.try_get("", "key")?,
        content: serde_json::from_str(&event).map_err(|error| Failure::Database(error.to_string()))?,
        error: row.try_get("", "error")?,
        attempts: row.try_get("", "attempts")?,
        first_at: row.try_get("", "first_at")?,
        last_at: row.try_get("", "last_at")?,
    })
}

async fn query(store: &Store, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, Failure> {
    Ok(store.database().reader.query_all_raw(statement(store.database().backend(), sql, values)).await?)
}

async fn execute(store: &Store, sql: &str, values: Vec<Value>) -> Result<(), Failure> {
    store.database().writer.execute_raw(statement(store.database().backend(), sql, values)).await?;
    Ok(())
}
