//! The chain of hashes through each stream, checked event by event; it needs no database.

use std::collections::HashMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::event::{HASH_OF_NOTHING, Hash, Meta, StoredEvent};

/// The events of one log so far, in the order of their positions.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    heads: HashMap<Uuid, (i64, Hash)>,
    events: usize,
    last: i64,
}

impl Chain {
    /// Takes the next event of the log; what does not fit with those before it.
    pub fn check(&mut self, event: &StoredEvent) -> Result<(), String> {
        let (version, previous) = self.heads.get(&event.stream_id).copied().unwrap_or((0, HASH_OF_NOTHING));
        let stream = event.stream_id;
        let fault = if event.position <= self.last {
            Some(format!("position {} follows {}", event.position, self.last))
        } else if event.version != version + 1 {
            Some(format!("stream {stream}: version {} follows {version}", event.version))
        } else if event.chained_to(&previous) != event.hash {
            Some(format!("stream {stream}: event {} was changed", event.version))
        } else {
            None
        };
        self.heads.insert(stream, (event.version, event.hash));
        self.events += 1;
        self.last = event.position;
        fault.map_or(Ok(()), Err)
    }

    pub fn events(&self) -> usize {
        self.events
    }

    pub fn streams(&self) -> usize {
        self.heads.len()
    }

    /// Position of the newest event.
    pub fn last(&self) -> i64 {
        self.last
    }

    /// Version and hash of each stream's newest event.
    pub fn heads(&self) -> &HashMap<Uuid, (i64, Hash)> {
        &self.heads
    }
}

/// A stored event as it leaves for another place: everything that its hash covers, and the hash. Personal fields stay
/// sealed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExportedEvent {
    pub position: i64,
    pub id: Uuid,
    pub stream_id: Uuid,
    /// For people; the hash does not cover it.
    pub number: String,
    pub kind: String,
    pub version: i64,
    #[serde(rename = "type")]
    pub name: String,
    pub recorded_at: DateTime<Utc>,
    pub meta: Meta,
    pub org_unit_id: Option<Uuid>,
    pub owner_id: Option<Uuid>,
    /// The exact text of the data that was hashed.
    pub text: String,
    /// SHA-256 in base64.
    pub hash: String,
}

impl From<&StoredEvent> for ExportedEvent {
    fn from(event: &StoredEvent) -> Self {
        Self {
            position: event.position,
            id: event.id,
            stream_id: event.stream_id,
            number: event.number.clone(),
            kind: event.kind.clone(),
            version: event.version,
            name: event.name.clone(),
            recorded_at: event.recorded_at,
            meta: event.meta.clone(),
            org_unit_id: event.org_unit_id,
            owner_id: event.owner_id,
            text: event.text.clone(),
            hash: BASE64.encode(event.hash),
        }
    }
}

impl ExportedEvent {
    /// As the log had it; what is wrong with its hash or its data otherwise.
    pub fn stored(self) -> Result<StoredEvent, String> {
        let hash = BASE64.decode(&self.hash).ok().and_then(|hash| Hash::try_from(hash).ok());
        Ok(StoredEvent {
            position: self.position,
            id: self.id,
            stream_id: self.stream_id,
            number: self.number,
            kind: self.kind,
            version: self.version,
            name: self.name,
            data: serde_json::from_str(&self.text).map_err(|error| format!("its data are not JSON: {error}"))?,
            meta: self.meta,
            org_unit_id: self.org_unit_id,
            owner_id: self.owner_id,
            recorded_at: self.recorded_at,
            hash: hash.ok_or_else(|| "its hash is not 32 bytes in base64".to_owned())?,
            text: self.text,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::aggregate::{Actor, Context};

    fn event(position: i64, version: i64, previous: &Hash) -> StoredEvent {
        let context = Context::new(DateTime::UNIX_EPOCH, Actor::system("test"));
        let mut event = StoredEvent {
            position,
            id: Uuid::from_u128(position.unsigned_abs().into()),
            stream_id: Uuid::from_u128(7),
            number: "LMP-000001".into(),
            kind: "lamp".into(),
            version,
            name: "lamp.lit.v1".into(),
            data: json!({ "by": "ნინო" }),
            meta: Meta::from(&context),
            org_unit_id: None,
            owner_id: Some(Uuid::from_u128(9)),
            recorded_at: DateTime::UNIX_EPOCH,
            hash: HASH_OF_NOTHING,
            text: r#"{"by":"ნინო"}"#.into(),
        };
        event.hash = event.chained_to(previous);
        event
    }

    fn log() -> Vec<StoredEvent> {
        let mut log: Vec<StoredEvent> = vec![];
        for version in 1..=3 {
            let previous = log.last().map_or(HASH_OF_NOTHING, |event| event.hash);
            log.push(event(version * 10, version, &previous));
        }
        log
    }

    #[test]
    fn a_log_that_left_and_came_back_fits() {
        let mut chain = Chain::default();
        for event in log() {
            let line = serde_json::to_string(&ExportedEvent::from(&event)).unwrap();
            let back = serde_json::from_str::<ExportedEvent>(&line).unwrap().stored().unwrap();
            assert_eq!(back, event);
            chain.check(&back).unwrap();
        }
        assert_eq!((chain.events(), chain.streams(), chain.last()), (3, 1, 30));
    }

    #[test]
    fn what_was_changed_left_out_or_moved_is_named() {
        let mut changed = log();
        changed[1].text = r#"{"by":"გიორგი"}"#.into();
        let mut chain = Chain::default();
        let faults: Vec<_> = changed.iter().map(|event| chain.check(event)).collect();
        assert!(faults[0].is_ok() && faults[1].as_ref().unwrap_err().contains("event 2 was changed"), "{faults:?}");
        assert!(faults[2].is_ok(), "one edit is one fault: {faults:?}");

        let mut chain = Chain::default();
        chain.check(&log()[0]).unwrap();
        assert!(chain.check(&log()[2]).unwrap_err().contains("version 3 follows 1"));
        assert!(chain.check(&log()[1]).unwrap_err().contains("position 20 follows 30"));
    }
}
