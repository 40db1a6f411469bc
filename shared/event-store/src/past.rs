//! Lists as of a past moment: the streams folded to that moment, in a small database of their own.
//!
//! The past is queried with the very statements of the present, so a filter means the same in both.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend};
use uuid::Uuid;

use crate::entity::Entity;
use crate::row::{Record, RowChange, TableDefinition};
use crate::upserts::write_rows;
use crate::{Failure, Store};

impl Store {
    /// A database that holds the rows of `A` as they were at `at`. Pages of it that follow each other share the work.
    pub async fn past<A: Record>(&self, at: DateTime<Utc>) -> Result<DatabaseConnection, Failure> {
        if let Some(past) = self.pasts().get(&(A::KIND, at)) {
            return Ok(past);
        }
        let past = self.folded_past::<A>(at).await?;
        // The last moments may still get events that are being written.
        if at < self.clock().now() - Duration::seconds(60) {
            self.pasts().insert((A::KIND, at), past.clone());
        }
        Ok(past)
    }

    async fn folded_past<A: Record>(&self, at: DateTime<Utc>) -> Result<DatabaseConnection, Failure> {
        let entities = self.fold_until::<A>(at).await?;
        let mut options = ConnectOptions::new("sqlite::memory:");
        options.max_connections(1).min_connections(1).sqlx_logging(false);
        options.idle_timeout(None::<std::time::Duration>).max_lifetime(None::<std::time::Duration>);
        let past = sea_orm::Database::connect(options).await?;
        past.execute(&TableDefinition::of::<A::Row>(DbBackend::Sqlite).create).await?;
        write_rows(&past, entities.values().map(|entity| RowChange::put(<A::Row>::from(entity))).collect()).await?;
        Ok(past)
    }

    /// Every aggregate of a kind as it was at `at`: a few queries, where loading each would be thousands.
    pub async fn fold_until<A: Record>(&self, at: DateTime<Utc>) -> Result<HashMap<Uuid, Entity<A>>, Failure> {
        self.fold_all(Some(at), |_, _| ()).await
    }
}
