//! Making a read model anew: beside the live one, then swapped in.

use sea_orm::sea_query::{Alias, Table};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend};
use uuid::Uuid;

use crate::database::statement;
use crate::entity::Entity;
use crate::row::{Record, RowChange, TableDefinition};
use crate::upserts::write_rows;
use crate::{Failure, Store};

/// What a rebuild did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rebuilt {
    pub rows: usize,
    pub events: usize,
}

/// How far a rebuild has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub events: usize,
    /// Events of the kind when it began.
    pub total: usize,
    /// Rows so far.
    pub rows: usize,
}

/// Is told after each page of events.
pub type Tell<'a> = &'a (dyn Fn(Progress) + Send + Sync);

impl Store {
    /// Whether the table of `A`'s rows has today's shape; `None` when it is not there.
    pub async fn read_model_fits<A: Record>(&self) -> Result<Option<bool>, Failure> {
        let table = TableDefinition::of::<A::Row>(self.backend());
        Ok(self.fingerprint(&table).await?.map(|current| current == table.fingerprint))
    }

    async fn fingerprint(&self, table: &TableDefinition) -> Result<Option<String>, Failure> {
        let sql = "SELECT fingerprint FROM read_models WHERE name = $1";
        let rows = self.query(sql, vec![table.name.into()]).await?;
        Ok(rows.first().map(|row| row.try_get("", "fingerprint")).transpose()?)
    }

    /// Makes sure that the table of `A`'s rows is there in today's shape; builds it from the log when it is not.
    pub async fn ensure_read_model<A: Record>(&self) -> Result<Option<Rebuilt>, Failure> {
        let table = TableDefinition::of::<A::Row>(self.backend());
        if self.fingerprint(&table).await?.as_deref() == Some(&table.fingerprint) {
            return Ok(None);
        }
        self.rebuild::<A>(&|_| ()).await.map(Some)
    }

    /// Folds every stream of `A` into a new table and puts it in the place of the old one. Commands go on meanwhile;
    /// they wait only for the last step, which folds what they changed since.
    pub async fn rebuild<A: Record>(&self, tell: Tell<'_>) -> Result<Rebuilt, Failure> {
        let table = TableDefinition::of::<A::Row>(self.backend());
        let next = format!("{}__next", table.name);
        self.create_beside(&table, &next).await?;
        let horizon = self.horizon().await?;
        let total = self.count_events(A::KIND, horizon).await?;
        let mut rebuilt = Rebuilt::default();
        let entities = self
            .fold_all::<A>(None, |events, rows| {
                rebuilt.events = events;
                tell(Progress { events, total: total.max(events), rows });
            })
            .await?;
        let rows: Vec<RowChange> = entities.values().map(|entity| row_for::<A>(entity, &next)).collect();
        rebuilt.rows = rows.len();
        drop(entities);
        let transaction = self.database().begin().await?;
        write_rows(&transaction, rows).await?;
        transaction.commit().await?;
        self.swap::<A>(&table, &next, horizon).await?;
        Ok(rebuilt)
    }

    async fn count_events(&self, kind: &str, horizon: i64) -> Result<usize, Failure> {
        let sql = "SELECT count(*) AS n FROM events WHERE kind = $1 AND position <= $2";
        let rows = self.query(sql, vec![kind.into(), horizon.into()]).await?;
        let count: i64 = rows.first().map(|row| row.try_get("", "n")).transpose()?.unwrap_or(0);
        Ok(usize::try_from(count).unwrap_or(0))
    }

    async fn create_beside(&self, table: &TableDefinition, next: &str) -> Result<(), Failure> {
        let writer = &self.database().writer;
        writer.execute(Table::drop().table(Alias::new(next)).if_exists()).await?;
        let mut create = table.create.clone();
        create.table(Alias::new(next));
        writer.execute(&create).await?;
        Ok(())
    }

    /// With the log held still: folds the streams that changed after `horizon`, and swaps the tables.
    async fn swap<A: Record>(&self, table: &TableDefinition, next: &str, horizon: i64) -> Result<(), Failure> {
        let transaction = self.database().begin().await?;
        if self.backend() == DbBackend::Postgres {
            transaction.execute_unprepared("LOCK TABLE streams IN SHARE ROW EXCLUSIVE MODE").await?;
        }
        let changed = self.changed_since::<A>(&transaction, horizon).await?;
        let mut rows = vec![];
        for id in changed {
            let entity = self.fold(Entity::<A>::unborn(A::Id::from(id)), None).await?;
            rows.push(row_for::<A>(&entity, next));
        }
        write_rows(&transaction, rows).await?;
        let name = Alias::new(table.name);
        transaction.execute(Table::drop().table(name.clone()).if_exists()).await?;
        transaction.execute(Table::rename().table(Alias::new(next), name)).await?;
        for index in &table.indexes {
            transaction.execute(index).await?;
        }
        self.search_index(&transaction, table).await?;
        let sql = "INSERT INTO read_models (name, fingerprint, built_at) VALUES ($1, $2, $3) \
                   ON CONFLICT (name) DO UPDATE SET fingerprint = excluded.fingerprint, built_at = excluded.built_at";
        let values = [table.name.into(), table.fingerprint.clone().into(), self.clock().now().into()];
        transaction.execute_raw(statement(self.backend(), sql, values)).await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn changed_since<A: Record>(
        &self,
        transaction: &DatabaseTransaction,
        horizon: i64,
    ) -> Result<Vec<Uuid>, Failure> {
        let sql = "SELECT DISTINCT stream_id FROM events WHERE kind = $1 AND position > $2";
        let values = [A::KIND.into(), horizon.into()];
        let rows = transaction.query_all_raw(statement(self.backend(), sql, values)).await?;
        Ok(rows.iter().map(|row| row.try_get("", "stream_id")).collect::<Result<_, _>>()?)
    }

    /// Searching inside words needs trigrams on PostgreSQL; SQLite scans.
    async fn search_index(&self, transaction: &DatabaseTransaction, table: &TableDefinition) -> Result<(), Failure> {
        let searchable = self.backend().build(&table.create).sql.contains("\"search\"");
        if self.backend() == DbBackend::Postgres && searchable {
            transaction.execute_unprepared("CREATE EXTENSION IF NOT EXISTS pg_trgm").await?;
            let (name, fingerprint) = (table.name, &table.fingerprint);
            let sql = format!("CREATE INDEX {name}_{fingerprint}_search ON {name} USING gin (search gin_trgm_ops)");
            transaction.execute_unprepared(&sql).await?;
        }
        Ok(())
    }
}

fn row_for<A: Record>(entity: &Entity<A>, table: &str) -> RowChange {
    RowChange::put(<A::Row>::from(entity)).into_table(table)
}
