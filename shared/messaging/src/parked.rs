//! Events that could not be handled, with everything of the same key that came after them.
//!
//! Only the key stands still: applying later events of a thing whose earlier one failed would build on a state that never
//! was. An operator mends the cause and retries, or skips with a reason.

use chrono::{DateTime, Utc};
use event_store::{Failure, Store, statement};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use serde::Serialize;
use uuid::Uuid;

use crate::cloud_event::CloudEvent;
use crate::reaction::Reaction;

#[derive(Clone, Debug, Serialize)]
pub struct Parked {
    pub id: Uuid,
    pub subscription: String,
    pub key: String,
    pub event: CloudEvent,
    pub error: String,
    pub attempts: i64,
    pub first_at: DateTime<Utc>,
    pub last_at: DateTime<Utc>,
}

/// Whether events of this key have to wait.
pub async fn is_parked(store: &Store, subscription: &str, key: &str) -> Result<bool, Failure> {
    let sql = "SELECT 1 AS one FROM parked WHERE subscription = $1 AND key = $2 AND state = 'parked' LIMIT 1";
    Ok(!query(store, sql, vec![subscription.into(), key.into()]).await?.is_empty())
}

/// Parks the event; the same one only once.
pub async fn park(store: &Store, subscription: &str, event: &CloudEvent, error: &str) -> Result<(), Failure> {
    let sql = "INSERT INTO parked (id, subscription, key, event, error, attempts, first_at, last_at, state) \
               VALUES ($1, $2, $3, $4, $5, 1, $6, $6, 'parked') ON CONFLICT DO NOTHING";
    let text = serde_json::to_string(event).unwrap_or_default();
    let id = kernel::id::derived(event.id, subscription);
    let (key, now) = (event.partitionkey.clone(), store.clock().now());
    execute(store, sql, vec![id.into(), subscription.into(), key.into(), text.into(), error.into(), now.into()])
        .await?;
    count(store, subscription).await
}

/// Tells how many keys are parked now.
async fn count(store: &Store, subscription: &str) -> Result<(), Failure> {
    telemetry::metrics::parked_keys(store.service(), subscription, keys(store, subscription).await?);
    Ok(())
}

/// Everything that is parked, in the order it came.
pub async fn list(store: &Store) -> Result<Vec<Parked>, Failure> {
    let sql = "SELECT id, subscription, key, event, error, attempts, first_at, last_at FROM parked \
               WHERE state = 'parked' ORDER BY first_at, id";
    query(store, sql, vec![]).await?.iter().map(read).collect()
}

/// Handles what is parked under the key again, in order; stops at the first that fails again. Returns how many went through.
pub async fn retry(store: &Store, reactions: &[Reaction], subscription: &str, key: &str) -> Result<usize, Failure> {
    let reaction = reactions.iter().find(|reaction| reaction.subscription(store.service()) == subscription);
    let Some(reaction) = reaction else { return Ok(0) };
    let mut through = 0;
    let mut waiting: Vec<Parked> = list(store)
        .await?
        .into_iter()
        .filter(|parked| parked.subscription == subscription && parked.key == key)
        .collect();
    waiting.sort_by(|left, right| left.event.sequence.cmp(&right.event.sequence));
    for parked in waiting {
        match reaction.handle(&parked.event, store).await {
            Ok(()) => settle(store, parked.id, "retried", None).await?,
            Err(failure) => {
                settle(store, parked.id, "parked", Some(&failure.to_string())).await?;
                return Ok(through);
            }
        }
        through += 1;
    }
    count(store, subscription).await?;
    Ok(through)
}

/// Gives one event up, for a reason that is kept.
pub async fn skip(store: &Store, id: Uuid, reason: &str) -> Result<(), Failure> {
    settle(store, id, "skipped", Some(reason)).await
}

async fn settle(store: &Store, id: Uuid, state: &str, error: Option<&str>) -> Result<(), Failure> {
    let sql = "UPDATE parked SET state = $2, error = coalesce($3, error), attempts = attempts + 1, last_at = $4 WHERE id = $1";
    let error = error.map(str::to_owned);
    execute(store, sql, vec![id.into(), state.into(), error.into(), store.clock().now().into()]).await
}

async fn keys(store: &Store, subscription: &str) -> Result<u64, Failure> {
    let sql = "SELECT count(DISTINCT key) AS n FROM parked WHERE subscription = $1 AND state = 'parked'";
    let rows = query(store, sql, vec![subscription.into()]).await?;
    let count: i64 = rows.first().map(|row| row.try_get("", "n")).transpose()?.unwrap_or(0);
    Ok(count.unsigned_abs())
}

fn read(row: &QueryResult) -> Result<Parked, Failure> {
    let event: String = row.try_get("", "event")?;
    Ok(Parked {
        id: row.try_get("", "id")?,
        subscription: row.try_get("", "subscription")?,
        key: row.try_get("", "key")?,
        event: serde_json::from_str(&event).map_err(|error| Failure::Database(error.to_string()))?,
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
