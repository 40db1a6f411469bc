//! Walking the chain of hashes: whether anybody edited the past.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use uuid::Uuid;

use crate::database::statement;
use crate::event::{HASH_OF_NOTHING, Hash, SELECT, StoredEvent};
use crate::{Failure, Store};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    pub streams: usize,
    pub events: usize,
    /// What does not fit, by position; empty when the log is as it was written.
    pub faults: Vec<(i64, String)>,
}

impl Store {
    /// Recomputes every hash of the log, and compares the streams' heads with it. Reads one moment of the database, so that
    /// what is appended meanwhile is neither missed nor half seen.
    pub async fn verify(&self) -> Result<Verdict, Failure> {
        let moment = self.database().moment().await?;
        let verdict = verify(self, &moment).await;
        moment.rollback().await?;
        verdict
    }
}

async fn verify(store: &Store, moment: &DatabaseTransaction) -> Result<Verdict, Failure> {
    let mut heads: HashMap<Uuid, (i64, Hash)> = HashMap::new();
    let mut verdict = Verdict::default();
    let mut after = 0;
    loop {
        let sql = format!("{SELECT} WHERE events.position > $1 ORDER BY events.position LIMIT 5000");
        let rows = moment.query_all_raw(statement(store.backend(), sql, [after.into()])).await?;
        for row in &rows {
            let event = StoredEvent::read(row)?;
            after = event.position;
            verdict.events += 1;
            check(&event, &mut heads, &mut verdict);
        }
        if rows.is_empty() {
            break;
        }
    }
    verdict.streams = heads.len();
    let select = statement(store.backend(), "SELECT id, version, head_hash FROM streams", []);
    for row in moment.query_all_raw(select).await? {
        let (id, version): (Uuid, i64) = (row.try_get("", "id")?, row.try_get("", "version")?);
        let head: Vec<u8> = row.try_get("", "head_hash")?;
        let fits = heads.get(&id).is_some_and(|(last, hash)| *last == version && hash.as_slice() == head);
        if !fits {
            verdict.faults.push((0, format!("stream {id}: the newest events are missing or replaced")));
        }
    }
    Ok(verdict)
}

fn check(event: &StoredEvent, heads: &mut HashMap<Uuid, (i64, Hash)>, verdict: &mut Verdict) {
    let (version, previous) = heads.get(&event.stream_id).copied().unwrap_or((0, HASH_OF_NOTHING));
    let stream = event.stream_id;
    if event.version != version + 1 {
        verdict.faults.push((event.position, format!("stream {stream}: version {} follows {version}", event.version)));
    }
    if event.chained_to(&previous) != event.hash {
        verdict.faults.push((event.position, format!("stream {stream}: event {} was changed", event.version)));
    }
    heads.insert(stream, (event.version, event.hash));
}
