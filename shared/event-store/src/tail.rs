//! Reading the whole log in order, without ever passing a writer that is still busy.
//!
//! Positions are drawn at insert but become visible at commit, so "everything after my checkpoint" can pass an event
//! that commits late. On PostgreSQL every writer therefore announces, by a shared advisory lock that it holds until
//! its transaction has left, which positions it may still fill; a reader goes no further than the lowest of them.
//! The three statements below must be three, in this order, each with its own snapshot (READ COMMITTED): a writer
//! that is missing among the locks is either visible to the third, or will draw positions above the first.
//! On SQLite there is one writer, and positions are commit order.

use sea_orm::DbBackend;

use crate::event::{SELECT, StoredEvent};
use crate::{Failure, Store};

/// Tag of our advisory locks, as in `schema/postgres.sql`.
const TAG: i64 = 3490;

/// A piece of the log.
#[derive(Clone, Debug)]
pub struct Page {
    /// Personal fields are sealed in `text` and in `data`.
    pub events: Vec<StoredEvent>,
    /// Everything up to here has been seen: the next page begins after it.
    pub until: i64,
    /// Whether more was there already.
    pub more: bool,
}

impl Store {
    /// The events after position `after`, at most `limit`, oldest first.
    pub async fn tail(&self, after: i64, limit: u64) -> Result<Page, Failure> {
        let horizon = self.horizon().await?;
        let sql = format!(
            "{SELECT} WHERE events.position > $1 AND events.position <= $2 ORDER BY events.position LIMIT {limit}"
        );
        let rows = self.query(&sql, vec![after.into(), horizon.into()]).await?;
        let events: Vec<_> = rows.iter().map(StoredEvent::read).collect::<Result<_, _>>()?;
        let more = events.len() as u64 == limit;
        let until = match events.last() {
            Some(last) if more => last.position,
            _ => horizon.max(after),
        };
        Ok(Page { events, until, more })
    }

    /// The position up to which nothing can appear any more.
    pub async fn horizon(&self) -> Result<i64, Failure> {
        let upper = self.last_drawn().await?;
        if self.backend() != DbBackend::Postgres {
            return Ok(upper);
        }
        let busy = format!(
            "SELECT min(((classid::bigint & 65535) << 32) | objid::bigint) AS n FROM pg_locks \
             WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND classid::bigint >> 16 = {TAG} \
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        );
        let rows = self.query(&busy, vec![]).await?;
        let busy: Option<i64> = rows.first().map(|row| row.try_get("", "n")).transpose()?.flatten();
        Ok(busy.map_or(upper, |busy| busy.min(upper)))
    }

    /// The last position that was drawn, whether or not its event was kept. Nobody who read this log can be further.
    pub async fn last_drawn(&self) -> Result<i64, Failure> {
        match self.backend() {
            DbBackend::Postgres => {
                self.number("SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS n FROM events_position").await
            }
            _ => self.number("SELECT coalesce(max(position), 0) AS n FROM events").await,
        }
    }

    async fn number(&self, sql: &str) -> Result<i64, Failure> {
        let rows = self.query(sql, vec![]).await?;
        Ok(rows.first().map(|row| row.try_get("", "n")).transpose()?.unwrap_or(0))
    }
}
