//! An event as the log keeps it, and the chain of hashes through a stream.

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::aggregate::{Actor, Context};

pub type Hash = [u8; 32];

/// What the first event of a stream is chained to.
pub const HASH_OF_NOTHING: Hash = [0; 32];

/// An event of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredEvent {
    /// Its place in the service's whole log; readers may see gaps, never a lower one later.
    pub position: i64,
    pub id: Uuid,
    pub stream_id: Uuid,
    /// Human number of the stream's thing.
    pub number: String,
    pub kind: String,
    pub version: i64,
    /// Without the service: `device.assigned.v1`.
    pub name: String,
    /// Personal fields are open if their key is there, else marked erased.
    pub data: Value,
    pub meta: Meta,
    pub org_unit_id: Option<Uuid>,
    pub owner_id: Option<Uuid>,
    pub recorded_at: DateTime<Utc>,
    pub hash: Hash,
    /// The exact text that was hashed: personal fields sealed.
    pub text: String,
}

/// The circumstances that are kept with an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    pub actor: Actor,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
}

impl From<&Context> for Meta {
    fn from(context: &Context) -> Self {
        Self {
            actor: context.actor.clone(),
            reason: context.reason.clone(),
            correlation: context.correlation.clone(),
            causation: context.causation,
            traceparent: context.traceparent.clone(),
        }
    }
}

/// Selects what [`StoredEvent::read`] reads; a condition and an order follow.
pub const SELECT: &str = "SELECT streams.number, events.position, events.id, events.stream_id, events.kind, events.version, \
    events.type, events.data, events.meta, events.org_unit_id, events.owner_id, events.recorded_at, events.hash \
    FROM events JOIN streams ON streams.id = events.stream_id";

impl StoredEvent {
    /// Reads a row of the event table; `data` still sealed.
    pub fn read(row: &QueryResult) -> Result<Self, DbErr> {
        let text: String = row.try_get("", "data")?;
        let meta: String = row.try_get("", "meta")?;
        let hash: Vec<u8> = row.try_get("", "hash")?;
        Ok(Self {
            position: row.try_get("", "position")?,
            id: row.try_get("", "id")?,
            stream_id: row.try_get("", "stream_id")?,
            number: row.try_get("", "number")?,
            kind: row.try_get("", "kind")?,
            version: row.try_get("", "version")?,
            name: row.try_get("", "type")?,
            data: serde_json::from_str(&text).map_err(json)?,
            meta: serde_json::from_str(&meta).map_err(json)?,
            org_unit_id: row.try_get("", "org_unit_id")?,
            owner_id: row.try_get("", "owner_id")?,
            recorded_at: row.try_get("", "recorded_at")?,
            hash: hash.try_into().map_err(|_| DbErr::Type("a hash has 32 bytes".into()))?,
            text,
        })
    }

    /// What its hash must be after `previous`.
    pub fn chained_to(&self, previous: &Hash) -> Hash {
        Link {
            id: self.id,
            stream_id: self.stream_id,
            kind: &self.kind,
            version: self.version,
            name: &self.name,
            recorded_at: self.recorded_at,
            meta: &self.meta,
            org_unit_id: self.org_unit_id,
            owner_id: self.owner_id,
            text: &self.text,
        }
        .chained_to(previous)
    }
}

/// Everything of an event that nobody may edit unseen.
pub(crate) struct Link<'a> {
    pub id: Uuid,
    pub stream_id: Uuid,
    pub kind: &'a str,
    pub version: i64,
    pub name: &'a str,
    pub recorded_at: DateTime<Utc>,
    pub meta: &'a Meta,
    pub org_unit_id: Option<Uuid>,
    pub owner_id: Option<Uuid>,
    pub text: &'a str,
}

impl Link<'_> {
    pub fn chained_to(&self, previous: &Hash) -> Hash {
        let meta = serde_json::to_string(self.meta).unwrap_or_default();
        let id = |id: &Option<Uuid>| id.map(|id| id.as_bytes().to_vec()).unwrap_or_default();
        chain(
            previous,
            &[
                self.id.as_bytes(),
                self.stream_id.as_bytes(),
                self.kind.as_bytes(),
                &self.version.to_be_bytes(),
                self.name.as_bytes(),
                &self.recorded_at.timestamp_micros().to_be_bytes(),
                meta.as_bytes(),
                &id(&self.org_unit_id),
                &id(&self.owner_id),
                self.text.as_bytes(),
            ],
        )
    }
}

fn json(error: serde_json::Error) -> DbErr {
    DbErr::Json(error.to_string())
}

/// SHA-256 over the previous hash and the fields, each preceded by its length so that no two lists look alike.
fn chain(previous: &Hash, fields: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(b"darbazi.event.v1");
    hasher.update(previous);
    for field in fields {
        hasher.update((field.len() as u64).to_be_bytes());
        hasher.update(field);
    }
    hasher.finalize().into()
}
