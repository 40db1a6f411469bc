//! Parked events in the hands of an operator: to look at, to retry, to skip, and who did so.
//!
//! Reads events as text, so that one which nobody can read is shown too.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use event_store::{Failure, Migration, Store, statement};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use serde::Serialize;
use uuid::Uuid;

use crate::parked;
use crate::reaction::Reaction;

/// What operators did with parked events.
pub(crate) const MIGRATION: Migration = Migration {
    name: "messaging-dead-letter-actions-1",
    postgres: "
        CREATE TABLE dead_letter_actions (id uuid PRIMARY KEY, parked_id uuid NOT NULL, action text NOT NULL,
            operator text NOT NULL, reason text, outcome text NOT NULL, at timestamptz NOT NULL);
        CREATE INDEX dead_letter_actions_parked_id ON dead_letter_actions (parked_id, at);",
    sqlite: "
        CREATE TABLE dead_letter_actions (id blob PRIMARY KEY, parked_id blob NOT NULL, action text NOT NULL,
            operator text NOT NULL, reason text, outcome text NOT NULL, at text NOT NULL);
        CREATE INDEX dead_letter_actions_parked_id ON dead_letter_actions (parked_id, at);",
};

/// An event that could not be handled, or waits behind one.
#[derive(Clone, Debug, Serialize)]
pub struct DeadLetter {
    pub id: Uuid,
    pub subscription: String,
    pub key: String,
    /// `parked`, `retried` or `skipped`.
    pub state: String,
    pub error: String,
    pub attempts: i64,
    pub first_at: DateTime<Utc>,
    pub last_at: DateTime<Utc>,
    /// The CloudEvent; a text when it is none.
    pub event: serde_json::Value,
}

/// What somebody did with it.
#[derive(Clone, Debug, Serialize)]
pub struct Action {
    pub at: DateTime<Utc>,
    /// `retry` or `skip`.
    pub action: String,
    pub operator: String,
    pub reason: Option<String>,
    pub outcome: String,
}

/// Who acts, and why.
#[derive(Clone, Debug)]
pub struct Operator {
    pub name: String,
    pub reason: Option<String>,
}

/// How much is parked for a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub subscription: String,
    pub keys: u64,
    pub events: u64,
}

/// What became of a retry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retried {
    pub through: usize,
    /// Still parked, with the error of the first.
    pub left: usize,
    pub error: Option<String>,
}

const SELECT: &str = "SELECT id, subscription, key, event, error, attempts, first_at, last_at, state FROM parked";

/// What is parked, in the order it came; of one subscription or key when given.
pub async fn list(store: &Store, subscription: Option<&str>, key: Option<&str>) -> Result<Vec<DeadLetter>, Failure> {
    let sql = format!("{SELECT} WHERE state = 'parked' ORDER BY first_at, id");
    let letters: Vec<DeadLetter> = query(store, &sql, vec![]).await?.iter().map(read).collect::<Result<_, _>>()?;
    let wanted = |letter: &DeadLetter| {
        subscription.is_none_or(|wanted| letter.subscription == wanted) && key.is_none_or(|wanted| letter.key == wanted)
    };
    Ok(letters.into_iter().filter(wanted).collect())
}

/// One event, also after it was retried or skipped.
pub async fn find(store: &Store, id: Uuid) -> Result<Option<DeadLetter>, Failure> {
    query(store, &format!("{SELECT} WHERE id = $1"), vec![id.into()]).await?.first().map(read).transpose()
}

/// What operators did with it, the oldest first.
pub async fn actions(store: &Store, id: Uuid) -> Result<Vec<Action>, Failure> {
    let sql =
        "SELECT at, action, operator, reason, outcome FROM dead_letter_actions WHERE parked_id = $1 ORDER BY at, id";
    let action = |row: &QueryResult| {
        Ok(Action {
            at: row.try_get("", "at")?,
            action: row.try_get("", "action")?,
            operator: row.try_get("", "operator")?,
            reason: row.try_get("", "reason")?,
            outcome: row.try_get("", "outcome")?,
        })
    };
    query(store, sql, vec![id.into()]).await?.iter().map(action).collect()
}

/// How much is parked, by subscription.
pub async fn standing(store: &Store) -> Result<Vec<Standing>, Failure> {
    let sql = "SELECT subscription, count(DISTINCT key) AS keys, count(*) AS events FROM parked WHERE state = 'parked' \
               GROUP BY subscription ORDER BY subscription";
    let standing = |row: &QueryResult| {
        Ok(Standing {
            subscription: row.try_get("", "subscription")?,
            keys: row.try_get::<i64>("", "keys")?.unsigned_abs(),
            events: row.try_get::<i64>("", "events")?.unsigned_abs(),
        })
    };
    query(store, sql, vec![]).await?.iter().map(standing).collect()
}

/// Handles everything parked under the key again, in order, until one fails. Safe beside the running service: the inbox
/// gives each event its effect once.
pub async fn retry(store: &Store, reactions: &[Reaction], key: &str, by: &Operator) -> Result<Retried, Failure> {
    let waiting = list(store, None, Some(key)).await?;
    let mut begun = HashMap::new();
    for letter in &waiting {
        // Written before, so that a retry which never came back is on record too.
        begun.insert(letter.id, record(store, letter.id, "retry", by, "begun").await?);
    }
    let through = parked::retry(store, reactions, key).await?;
    let left = list(store, None, Some(key)).await?;
    let mut failed = false;
    for letter in &waiting {
        let now = left.iter().find(|left| left.id == letter.id);
        let outcome = match now {
            None => "handled".to_owned(),
            Some(now) if now.attempts > letter.attempts && !std::mem::replace(&mut failed, true) => {
                format!("failed again: {}", now.error)
            }
            Some(_) => "waits behind one that failed".to_owned(),
        };
        if let Some(action) = begun.get(&letter.id) {
            conclude(store, *action, &outcome).await?;
        }
    }
    let tried = left.iter().max_by_key(|letter| letter.last_at);
    Ok(Retried { through, left: left.len(), error: tried.map(|letter| letter.error.clone()) })
}

/// Gives one event up, for a reason that is kept; `false` when it is not parked.
pub async fn skip(store: &Store, id: Uuid, by: &Operator) -> Result<bool, Failure> {
    let (backend, now) = (store.database().backend(), store.clock().now());
    let transaction = store.database().begin().await?;
    let sql = "UPDATE parked SET state = 'skipped', last_at = $2 WHERE id = $1 AND state = 'parked'";
    let skipped = transaction.execute_raw(statement(backend, sql, [id.into(), now.into()])).await?.rows_affected() > 0;
    if skipped {
        let (sql, values) = insertion(kernel::id::random(), id, "skip", by, "skipped", now);
        transaction.execute_raw(statement(backend, sql, values)).await?;
    }
    transaction.commit().await?;
    Ok(skipped)
}

async fn record(store: &Store, parked: Uuid, action: &str, by: &Operator, outcome: &str) -> Result<Uuid, Failure> {
    let id = kernel::id::random();
    let (sql, values) = insertion(id, parked, action, by, outcome, store.clock().now());
    execute(store, sql, values).await?;
    Ok(id)
}

fn insertion(
    id: Uuid,
    parked: Uuid,
    action: &str,
    by: &Operator,
    outcome: &str,
    at: DateTime<Utc>,
) -> (&'static str, Vec<Value>) {
    let sql = "INSERT INTO dead_letter_actions (id, parked_id, action, operator, reason, outcome, at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let (operator, reason) = (by.name.clone(), by.reason.clone());
    let values =
        vec![id.into(), parked.into(), action.into(), operator.into(), reason.into(), outcome.into(), at.into()];
    (sql, values)
}

async fn conclude(store: &Store, action: Uuid, outcome: &str) -> Result<(), Failure> {
    let sql = "UPDATE dead_letter_actions SET outcome = $2 WHERE id = $1";
    execute(store, sql, vec![action.into(), outcome.into()]).await
}

fn read(row: &QueryResult) -> Result<DeadLetter, Failure> {
    let event: String = row.try_get("", "event")?;
    Ok(DeadLetter {
        id: row.try_get("", "id")?,
        subscription: row.try_get("", "subscription")?,
        key: row.try_get("", "key")?,
        state: row.try_get("", "state")?,
        error: row.try_get("", "error")?,
        attempts: row.try_get("", "attempts")?,
        first_at: row.try_get("", "first_at")?,
        last_at: row.try_get("", "last_at")?,
        event: serde_json::from_str(&event).unwrap_or(serde_json::Value::String(event)),
    })
}

async fn query(store: &Store, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, Failure> {
    Ok(store.database().reader.query_all_raw(statement(store.database().backend(), sql, values)).await?)
}

async fn execute(store: &Store, sql: &str, values: Vec<Value>) -> Result<(), Failure> {
    store.database().writer.execute_raw(statement(store.database().backend(), sql, values)).await?;
    Ok(())
}
