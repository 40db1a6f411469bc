//! What happened to an item: each event with who, when, why, and what it changed.

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use event_store::{Actor, Entity, Record, RowChange, StoredEvent};
use kernel::Fault;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::caller::Caller;
use crate::commands::Commands;
use crate::input::Key;
use crate::problem::Problem;

#[derive(Serialize, ToSchema)]
pub struct History {
    pub items: Vec<HistoryEntry>,
}

/// One event of an item's history.
#[derive(Serialize, ToSchema)]
pub struct HistoryEntry {
    pub event_id: Uuid,
    /// Version of the item after it.
    #[schema(example = 2)]
    pub version: i64,
    #[serde(rename = "type")]
    #[schema(example = "device.assigned.v1")]
    pub kind: String,
    pub at: DateTime<Utc>,
    pub actor: Actor,
    pub reason: Option<String>,
    /// The request or chain of events it belongs to.
    pub correlation: Option<String>,
    /// The event it was a reaction to.
    pub causation: Option<Uuid>,
    pub changes: Vec<FieldChange>,
}

/// A member of the representation that became another.
#[derive(Serialize, ToSchema)]
pub struct FieldChange {
    #[schema(example = "status")]
    pub field: String,
    pub from: Value,
    pub to: Value,
}

pub async fn history<A: Record>(key: Key<A>, caller: Caller, commands: Commands<A>) -> Result<HttpResponse, Problem> {
    let today = commands.entity(&caller, &key).await?;
    let mut entity = Entity::<A>::unborn(today.id);
    let mut items = vec![];
    for event in commands.store().stream(today.uuid()).await? {
        let after = entity.clone().after(&event)?;
        // Of the time when it was somebody else's, a caller sees only what they may.
        let seen = caller.sees(&RowChange::put(<A::Row>::from(&after)));
        if seen {
            items.push(entry(&event, changes(&entity, &after)?));
        }
        entity = after;
    }
    Ok(HttpResponse::Ok().json(History { items }))
}

fn entry(event: &StoredEvent, changes: Vec<FieldChange>) -> HistoryEntry {
    HistoryEntry {
        event_id: event.id,
        version: event.version,
        kind: event.name.clone(),
        at: event.recorded_at,
        actor: event.meta.actor.clone(),
        reason: event.meta.reason.clone(),
        correlation: event.meta.correlation.clone(),
        causation: event.meta.causation,
        changes,
    }
}

/// What every event changes and nobody asks for.
const SILENT: [&str; 5] = ["id", "number", "version", "created_at", "updated_at"];

fn changes<A: Record>(before: &Entity<A>, after: &Entity<A>) -> Result<Vec<FieldChange>, Fault> {
    let row = |entity: &Entity<A>| serde_json::to_value(<A::Row>::from(entity)).map_err(|_| Fault::internal());
    let from = if before.exists() { row(before)? } else { Value::Null };
    let Value::Object(to) = row(after)? else { return Ok(vec![]) };
    let loud = to
        .into_iter()
        .filter(|(field, to)| !SILENT.contains(&field.as_str()) && from.get(field).unwrap_or(&Value::Null) != to);
    Ok(loud.map(|(field, to)| FieldChange { from: from.get(&field).cloned().unwrap_or_default(), field, to }).collect())
}
