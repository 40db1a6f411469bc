//! Shortcuts to a late version of a long stream; never a source of truth.

use sea_orm::{ConnectionTrait, DbErr};
use serde::{Deserialize, Serialize};

use crate::aggregate::Aggregate;
use crate::database::statement;
use crate::entity::Entity;
use crate::{Failure, Store};

/// Streams longer than this get a snapshot each so many events.
pub(crate) const INTERVAL: i64 = 100;

#[derive(Serialize, Deserialize)]
struct Kept {
    number: String,
    created_at: chrono::DateTime<chrono::Utc>,
    updated_at: chrono::DateTime<chrono::Utc>,
    hash: crate::event::Hash,
    state: serde_json::Value,
}

pub(crate) async fn newest<A: Aggregate>(store: &Store, id: A::Id) -> Result<Option<Entity<A>>, Failure> {
    // The stamp is compared before anything is deserialised: an older shape is as good as none.
    let sql = "SELECT version, entity FROM snapshots WHERE stream_id = $1 AND schema = $2";
    let rows = store.query(sql, vec![id.into().into(), i64::from(A::SNAPSHOT_SCHEMA).into()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let text: String = row.try_get("", "entity")?;
    let Ok(mut kept) = serde_json::from_str::<Kept>(&text) else { return Ok(None) };
    store.vault().open(&mut kept.state).await?;
    let Ok(state) = serde_json::from_value(kept.state) else { return Ok(None) };
    Ok(Some(Entity {
        id,
        number: kept.number,
        version: row.try_get("", "version")?,
        created_at: kept.created_at,
        updated_at: kept.updated_at,
        hash: kept.hash,
        state,
    }))
}

/// Writes a snapshot; failing to only costs time later.
pub(crate) async fn keep<A: Aggregate>(store: Store, entity: Entity<A>) {
    if let Err(error) = write(&store, &entity).await {
        tracing::warn!(%error, kind = A::KIND, id = %entity.id, "no snapshot was kept");
    }
}

async fn write<A: Aggregate>(store: &Store, entity: &Entity<A>) -> Result<(), Failure> {
    let unwritable = |error: serde_json::Error| DbErr::Json(error.to_string());
    let mut state = serde_json::to_value(&entity.state).map_err(unwritable)?;
    store.vault().seal(&mut state).await?;
    let kept = Kept {
        number: entity.number.clone(),
        created_at: entity.created_at,
        updated_at: entity.updated_at,
        hash: entity.hash,
        state,
    };
    let kept = serde_json::to_string(&kept).map_err(unwritable)?;
    let sql = "INSERT INTO snapshots (stream_id, schema, version, entity) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (stream_id) DO UPDATE SET schema = excluded.schema, version = excluded.version, entity = excluded.entity";
    let values = [entity.uuid().into(), i64::from(A::SNAPSHOT_SCHEMA).into(), entity.version.into(), kept.into()];
    store.database().writer.execute_raw(statement(store.backend(), sql, values)).await?;
    Ok(())
}
