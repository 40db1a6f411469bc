//! One replica at a time: a leased row with a fencing epoch.
//!
//! The database's clock decides, so replicas need not agree on the time. Whoever loses the lease without noticing is
//! stopped by the epoch: its checkpoints are refused. On SQLite the lock on the data directory is the lease.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use event_store::{Failure, Store, statement};
use sea_orm::{ConnectionTrait, DbBackend};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How long a lease holds without being renewed.
const TERM_S: i64 = 10;
/// How often it is renewed, and how often others ask for it.
const RENEWAL: Duration = Duration::from_secs(3);

/// A lease that is held as long as this exists and renewing succeeds.
#[derive(Debug)]
pub struct Lease {
    pub epoch: i64,
    lost: CancellationToken,
}

impl Lease {
    /// Waits until the lease is ours; `None` when told to stop first.
    pub async fn hold(store: &Store, name: &str, stop: &CancellationToken) -> Option<Self> {
        let owner = kernel::id::random();
        loop {
            match take(store, name, owner).await {
                Ok(Some(epoch)) => return Some(Self::kept(store.clone(), name.to_owned(), owner, epoch, stop)),
                Ok(None) => {}
                Err(failure) => tracing::warn!(%failure, name, "the lease cannot be asked for"),
            }
            stop.run_until_cancelled(sleep(RENEWAL / 3)).await?;
        }
    }

    /// Cancelled when the lease is lost or the holder is told to stop.
    pub fn lost(&self) -> &CancellationToken {
        &self.lost
    }

    fn kept(store: Store, name: String, owner: Uuid, epoch: i64, stop: &CancellationToken) -> Self {
        let lost = stop.child_token();
        tokio::spawn(renew(store, name, owner, lost.clone()));
        Self { epoch, lost }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.lost.cancel();
    }
}

/// Renews until it fails for longer than the term, or the lease is given up.
async fn renew(store: Store, name: String, owner: Uuid, lost: CancellationToken) {
    let last = Arc::new(AtomicI64::new(0));
    let begun = Instant::now();
    while lost.run_until_cancelled(sleep(RENEWAL)).await.is_some() {
        match take(&store, &name, owner).await {
            Ok(Some(_)) => last.store(begun.elapsed().as_millis() as i64, Ordering::Relaxed),
            Ok(None) => lost.cancel(),
            Err(failure) => {
                tracing::warn!(%failure, name, "the lease was not renewed");
                let silent_ms = begun.elapsed().as_millis() as i64 - last.load(Ordering::Relaxed);
                if silent_ms > (TERM_S * 1000) * 2 / 3 {
                    lost.cancel();
                }
            }
        }
    }
    if let Err(failure) = give_up(&store, &name, owner).await {
        tracing::debug!(%failure, name, "the lease runs out by itself");
    }
}

/// The epoch under which the lease is ours now.
async fn take(store: &Store, name: &str, owner: Uuid) -> Result<Option<i64>, Failure> {
    let backend = store.database().backend();
    let (now, free) = match backend {
        DbBackend::Postgres => {
            ("extract(epoch FROM clock_timestamp())::bigint", "leases.expires_at < excluded.expires_at - $3")
        }
        _ => ("CAST(strftime('%s', 'now') AS integer)", "1 = 1"),
    };
    let sql = format!(
        "INSERT INTO leases (name, owner, epoch, expires_at) VALUES ($1, $2, 1, {now} + $3) \
         ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at, \
             epoch = CASE WHEN leases.owner = excluded.owner THEN leases.epoch ELSE leases.epoch + 1 END \
         WHERE leases.owner = excluded.owner OR {free} RETURNING epoch"
    );
    let take = statement(backend, sql, [name.into(), owner.into(), TERM_S.into()]);
    let row = store.database().writer.query_one_raw(take).await?;
    Ok(row.map(|row| row.try_get("", "epoch")).transpose()?)
}

async fn give_up(store: &Store, name: &str, owner: Uuid) -> Result<(), Failure> {
    let sql = "UPDATE leases SET expires_at = 0 WHERE name = $1 AND owner = $2";
    store
        .database()
        .writer
        .execute_raw(statement(store.database().backend(), sql, [name.into(), owner.into()]))
        .await?;
    Ok(())
}

/// Where a reader of a log goes on.
pub(crate) async fn checkpoint(store: &Store, name: &str) -> Result<i64, Failure> {
    let select =
        statement(store.database().backend(), "SELECT position FROM checkpoints WHERE name = $1", [name.into()]);
    let row = store.database().reader.query_one_raw(select).await?;
    Ok(row.map(|row| row.try_get("", "position")).transpose()?.unwrap_or(0))
}

/// Moves the checkpoint; `false` when somebody holds a later epoch: stop at once.
pub(crate) async fn save_checkpoint(store: &Store, name: &str, position: i64, epoch: i64) -> Result<bool, Failure> {
    let sql = "INSERT INTO checkpoints (name, position, epoch) VALUES ($1, $2, $3) \
               ON CONFLICT (name) DO UPDATE SET position = excluded.position, epoch = excluded.epoch \
               WHERE checkpoints.epoch <= excluded.epoch";
    let save = statement(store.database().backend(), sql, [name.into(), position.into(), epoch.into()]);
    Ok(store.database().writer.execute_raw(save).await?.rows_affected() > 0)
}
