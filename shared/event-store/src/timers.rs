//! Timers are a function of state: one row for each deadline that an aggregate's state lists.
//!
//! When one is due, the command it stands for is decided like any other. Its events move the state on, and with the
//! state goes the timer; so a timer that fires twice has its effect once.

use chrono::{DateTime, Duration, Utc};
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use crate::aggregate::Context;
use crate::database::statement;
use crate::row::Record;
use crate::store::Expect;
use crate::{Failure, Store};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    pub stream_id: Uuid,
    pub kind: String,
    pub name: String,
    pub due_at: DateTime<Utc>,
    pub attempts: i64,
}

/// Tried this often, a timer does not fire by itself any more.
const MANY_ATTEMPTS: i64 = 3;

/// How the timers are doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    pub waiting: u64,
    /// Due, and not fired yet.
    pub due: u64,
    /// When the oldest of those was due.
    pub oldest_due_at: Option<DateTime<Utc>>,
    /// Those that failed again and again.
    pub stuck: u64,
}

impl Store {
    /// How many timers wait, are due, or fail again and again.
    pub async fn timers_standing(&self) -> Result<Standing, Failure> {
        let sql = "SELECT count(*) AS waiting, count(CASE WHEN due_at <= $1 THEN 1 END) AS due, \
                   min(CASE WHEN due_at <= $1 THEN due_at END) AS oldest, \
                   count(CASE WHEN attempts >= $2 THEN 1 END) AS stuck FROM timers";
        let rows = self.query(sql, vec![self.clock().now().into(), MANY_ATTEMPTS.into()]).await?;
        let Some(row) = rows.first() else { return Ok(Standing::default()) };
        let count = |name| row.try_get::<i64>("", name).map(i64::unsigned_abs);
        Ok(Standing {
            waiting: count("waiting")?,
            due: count("due")?,
            oldest_due_at: row.try_get("", "oldest")?,
            stuck: count("stuck")?,
        })
    }

    /// Timers that failed again and again, the most tried first.
    pub async fn stuck_timers(&self, limit: u64) -> Result<Vec<Due>, Failure> {
        let sql = format!(
            "SELECT stream_id, kind, name, due_at, attempts FROM timers WHERE attempts >= $1 \
             ORDER BY attempts DESC LIMIT {limit}"
        );
        self.query(&sql, vec![MANY_ATTEMPTS.into()]).await?.iter().map(due).collect()
    }

    /// Timers that are due, the oldest first.
    pub async fn due_timers(&self, limit: u64) -> Result<Vec<Due>, Failure> {
        let sql = format!(
            "SELECT stream_id, kind, name, due_at, attempts FROM timers WHERE due_at <= $1 ORDER BY due_at LIMIT {limit}"
        );
        let rows = self.query(&sql, vec![self.clock().now().into()]).await?;
        rows.iter().map(due).collect()
    }

    /// Carries out what a due timer stands for.
    pub async fn fire<A: Record>(&self, due: &Due, context: &Context) -> Result<(), Failure> {
        let id = A::Id::from(due.stream_id);
        let Some(entity) = self.load::<A>(id).await? else { return self.drop_timer(due).await };
        let listed = entity.state.deadlines().into_iter().any(|deadline| deadline.name == due.name);
        let Some(command) = entity.state.on_deadline(&due.name).filter(|_| listed) else {
            return self.drop_timer(due).await;
        };
        let after = self.execute::<A>(id, Expect::Something, command, context, None).await?;
        match after.state.deadlines().into_iter().find(|deadline| deadline.name == due.name) {
            // The state still waits for the same moment: look again later rather than at once, for ever.
            Some(still) if still.due_at <= context.now => self.postpone_timer(due).await,
            _ => Ok(()),
        }
    }

    /// Tries again later, ever less often: after 1, 2, 4 … minutes, at most an hour.
    pub async fn postpone_timer(&self, due: &Due) -> Result<(), Failure> {
        let wait = Duration::minutes(1 << due.attempts.clamp(0, 6)).min(Duration::hours(1));
        let sql = "UPDATE timers SET due_at = $3, attempts = attempts + 1 WHERE stream_id = $1 AND name = $2";
        let values = [due.stream_id.into(), due.name.clone().into(), (self.clock().now() + wait).into()];
        self.database().writer.execute_raw(statement(self.backend(), sql, values)).await?;
        Ok(())
    }

    async fn drop_timer(&self, due: &Due) -> Result<(), Failure> {
        let sql = "DELETE FROM timers WHERE stream_id = $1 AND name = $2";
        let values = [due.stream_id.into(), due.name.clone().into()];
        self.database().writer.execute_raw(statement(self.backend(), sql, values)).await?;
        Ok(())
    }
}

fn due(row: &QueryResult) -> Result<Due, Failure> {
    Ok(Due {
        stream_id: row.try_get("", "stream_id")?,
        kind: row.try_get("", "kind")?,
        name: row.try_get("", "name")?,
        due_at: row.try_get("", "due_at")?,
        attempts: row.try_get("", "attempts")?,
    })
}
