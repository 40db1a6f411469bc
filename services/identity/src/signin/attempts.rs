//! Guessing is slow: after some failures nobody gets in under a name for a while, whether anybody has it or not.

use chrono::{DateTime, TimeDelta, Utc};
use event_store::{Failure, Migration, Store, statement};
use kernel::id::derived;
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

pub const MIGRATION: Migration = Migration {
    name: "identity-sign-in-attempts-1",
    postgres: "CREATE TABLE sign_in_attempts (id uuid PRIMARY KEY, failures bigint NOT NULL, last_at timestamptz NOT NULL)",
    sqlite: "CREATE TABLE sign_in_attempts (id blob PRIMARY KEY, failures integer NOT NULL, last_at text NOT NULL)",
};

/// So many wrong passwords in a row, and the name is locked.
pub const MOST_FAILURES: i64 = 5;
pub const LOCKED_FOR: TimeDelta = TimeDelta::minutes(15);

const ROOT: Uuid = Uuid::from_u128(0x0da2_ba21_0000_7000_8000_0000_0000_0003);

/// The tries under one name.
#[derive(Clone, Copy, Debug)]
pub struct Attempts {
    id: Uuid,
}

/// What a try may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Try {
    Allowed,
    /// The last one before the name is locked.
    Last,
    Locked,
}

impl Attempts {
    pub fn under(username: &str) -> Self {
        Self { id: derived(ROOT, username) }
    }

    /// Counts a try before it is made, so that a hundred made at once are a hundred and not one.
    pub async fn claim(self, store: &Store) -> Result<Try, Failure> {
        let now = store.clock().now();
        let sql = "INSERT INTO sign_in_attempts (id, failures, last_at) VALUES ($1, 1, $2) ON CONFLICT (id) DO UPDATE SET \
                   failures = CASE WHEN sign_in_attempts.last_at <= $3 THEN 1 ELSE sign_in_attempts.failures + 1 END, \
                   last_at = CASE WHEN sign_in_attempts.last_at > $3 AND sign_in_attempts.failures >= $4 \
                   THEN sign_in_attempts.last_at ELSE excluded.last_at END RETURNING failures";
        let values: [Value; 4] = [self.id.into(), now.into(), (now - LOCKED_FOR).into(), MOST_FAILURES.into()];
        let database = store.database();
        let row = database.writer.query_one_raw(statement(database.backend(), sql, values)).await?;
        let failures: i64 = row.map(|row| row.try_get("", "failures")).transpose()?.unwrap_or(MOST_FAILURES);
        Ok(match failures {
            ..MOST_FAILURES => Try::Allowed,
            MOST_FAILURES => Try::Last,
            _ => Try::Locked,
        })
    }

    /// A success ends the row of failures.
    pub async fn forget(self, store: &Store) -> Result<(), Failure> {
        let database = store.database();
        let delete = statement(database.backend(), "DELETE FROM sign_in_attempts WHERE id = $1", [self.id.into()]);
        database.writer.execute_raw(delete).await?;
        Ok(())
    }

    /// How long the name stays locked from `last_at` on, for `Retry-After`.
    pub async fn unlocked_at(self, store: &Store) -> Result<DateTime<Utc>, Failure> {
        let database = store.database();
        let sql = "SELECT last_at FROM sign_in_attempts WHERE id = $1";
        let row = database.reader.query_one_raw(statement(database.backend(), sql, [self.id.into()])).await?;
        let last: Option<DateTime<Utc>> = row.map(|row| row.try_get("", "last_at")).transpose()?;
        Ok(last.unwrap_or_else(|| store.clock().now()) + LOCKED_FOR)
    }
}
