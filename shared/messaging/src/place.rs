//! Where readers of a log stand, for operators: to look, and to make them hear or tell again.

use event_store::{Failure, Store, statement};
use sea_orm::{ConnectionTrait, DbBackend};

use crate::lease::{checkpoint, save_checkpoint};
use crate::relay;

/// How long a lease that was taken away stays so: its holder notices at its next renewal.
const AWAY_S: i64 = 10;

/// Position up to which the log of `store` was published; 0 when it never was.
pub async fn published(store: &Store) -> Result<i64, Failure> {
    checkpoint(store, relay::NAME).await
}

/// Position up to which the service of `store` heard `producer`'s log in the same process.
pub async fn heard(store: &Store, producer: &str) -> Result<i64, Failure> {
    checkpoint(store, &in_process(store.service(), producer)).await
}

/// Makes the service hear `producer`'s log again after `position`. A service that runs would write its own place over it.
pub async fn hear_again(store: &Store, producer: &str, position: i64) -> Result<(), Failure> {
    save_checkpoint(store, &in_process(store.service(), producer), position, 0).await.map(drop)
}

/// Makes the log be published again after `position`. The lease is taken from a relay that leads: it begins anew there.
/// Where the lock on the data directory is the lease (SQLite), nobody may run.
pub async fn publish_again(store: &Store, position: i64) -> Result<(), Failure> {
    let database = store.database();
    let now = match database.backend() {
        DbBackend::Postgres => "extract(epoch FROM clock_timestamp())::bigint",
        _ => "CAST(strftime('%s', 'now') AS integer)",
    };
    let take = format!(
        "INSERT INTO leases (name, owner, epoch, expires_at) VALUES ($1, $2, 1, {now} + $3) \
         ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, epoch = leases.epoch + 1, expires_at = excluded.expires_at \
         RETURNING epoch"
    );
    let save = "INSERT INTO checkpoints (name, position, epoch) VALUES ($1, $2, $3) \
                ON CONFLICT (name) DO UPDATE SET position = excluded.position, epoch = excluded.epoch";
    let transaction = database.begin().await?;
    let values = [relay::NAME.into(), kernel::id::random().into(), AWAY_S.into()];
    let row = transaction.query_one_raw(statement(database.backend(), take, values)).await?;
    let epoch: i64 = row.map(|row| row.try_get("", "epoch")).transpose()?.unwrap_or(1);
    let values = [relay::NAME.into(), position.into(), epoch.into()];
    transaction.execute_raw(statement(database.backend(), save, values)).await?;
    transaction.commit().await?;
    Ok(())
}

/// Whether a replica of the service runs on this PostgreSQL, as its leases tell.
pub async fn is_running(store: &Store) -> Result<bool, Failure> {
    if store.database().backend() != DbBackend::Postgres {
        return Ok(false);
    }
    let sql = "SELECT 1 AS one FROM leases WHERE expires_at > extract(epoch FROM clock_timestamp())::bigint LIMIT 1";
    let select = statement(store.database().backend(), sql, []);
    Ok(store.database().reader.query_one_raw(select).await?.is_some())
}

/// The checkpoint of a service that reads a producer's log in the same process.
pub(crate) fn in_process(service: &str, producer: &str) -> String {
    format!("{service}<{producer}")
}
