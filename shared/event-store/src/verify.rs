//! Walking the chain of hashes: whether anybody edited the past.

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use uuid::Uuid;

use crate::chain::Chain;
use crate::database::statement;
use crate::event::{SELECT, StoredEvent};
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
    let (mut chain, mut faults, mut after) = (Chain::default(), vec![], 0_i64);
    loop {
        let sql = format!("{SELECT} WHERE events.position > $1 ORDER BY events.position LIMIT 5000");
        let rows = moment.query_all_raw(statement(store.backend(), sql, [after.into()])).await?;
        for row in &rows {
            after = row.try_get("", "position")?;
            let checked = StoredEvent::read(row).map_err(|error| format!("it cannot be read: {error}"));
            let fault = checked.and_then(|event| chain.check(&event)).err();
            faults.extend(fault.map(|fault| (after, fault)));
        }
        if rows.is_empty() {
            break;
        }
    }
    let select = statement(store.backend(), "SELECT id, version, head_hash FROM streams", []);
    for row in moment.query_all_raw(select).await? {
        let (id, version): (Uuid, i64) = (row.try_get("", "id")?, row.try_get("", "version")?);
        let head: Vec<u8> = row.try_get("", "head_hash")?;
        let fits = chain.heads().get(&id).is_some_and(|(last, hash)| *last == version && hash.as_slice() == head);
        if !fits {
            faults.push((0, format!("stream {id}: the newest events are missing or replaced")));
        }
    }
    Ok(Verdict { streams: chain.streams(), events: chain.events(), faults })
}
