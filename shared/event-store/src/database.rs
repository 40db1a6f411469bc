//! The service's database: PostgreSQL, or an SQLite file with the same tables.

use std::path::Path;
use std::time::Duration;

use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    IsolationLevel, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait, Value,
};

/// A set of tables that a crate brings along; applied once, in order, and never edited after its release.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    pub name: &'static str,
    pub postgres: &'static str,
    pub sqlite: &'static str,
}

/// The tables of the event store itself.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "event-store-1",
        postgres: include_str!("schema/postgres.sql"),
        sqlite: include_str!("schema/sqlite.sql"),
    },
    // On SQLite nobody has to announce anything.
    Migration { name: "event-store-2", postgres: include_str!("schema/postgres-2.sql"), sqlite: "SELECT 1" },
];

/// Connections for reading and for writing, kept apart so that a slow list does not starve the log.
#[derive(Clone, Debug)]
pub struct Database {
    pub reader: DatabaseConnection,
    pub writer: DatabaseConnection,
}

impl Database {
    /// `postgres://…` or `sqlite:<path>`.
    pub async fn connect(url: &str, max_connections: u32) -> Result<Self, DbErr> {
        if url.starts_with("sqlite:") {
            // SQLite has one writer; a pool of one makes callers queue here instead of meeting "database is locked". It is
            // opened first: a new file is switched to WAL by one connection alone, for which SQLite does not wait.
            let writer = sqlite(url, 1).await?;
            return Ok(Self { reader: sqlite(url, max_connections).await?, writer });
        }
        Ok(Self { reader: postgres(url, max_connections).await?, writer: postgres(url, 4).await? })
    }

    /// For looking only: the database refuses whatever would change it. An SQLite file must be there already.
    pub async fn look(url: &str) -> Result<Self, DbErr> {
        let reader = if url.starts_with("sqlite:") {
            sqlite_as(&format!("{url}?mode=rw"), 1, true).await?
        } else {
            postgres_as(url, 2, true).await?
        };
        Ok(Self { writer: reader.clone(), reader })
    }

    pub async fn sqlite_file(path: &Path) -> Result<Self, DbErr> {
        Self::connect(&format!("sqlite:{}", path.display()), 4).await
    }

    pub fn backend(&self) -> DbBackend {
        self.reader.get_database_backend()
    }

    /// Connections for reading: how many are idle, and how many are in use.
    pub fn readers(&self) -> (u64, u64) {
        let (size, idle) = match self.backend() {
            DbBackend::Postgres => {
                let pool = self.reader.get_postgres_connection_pool();
                (u64::from(pool.size()), pool.num_idle() as u64)
            }
            _ => {
                let pool = self.reader.get_sqlite_connection_pool();
                (u64::from(pool.size()), pool.num_idle() as u64)
            }
        };
        (idle, size.saturating_sub(idle))
    }

    /// How many connections for reading there may be.
    pub fn most_readers(&self) -> u64 {
        let most = match self.backend() {
            DbBackend::Postgres => self.reader.get_postgres_connection_pool().options().get_max_connections(),
            _ => self.reader.get_sqlite_connection_pool().options().get_max_connections(),
        };
        u64::from(most)
    }

    /// Names of the migrations that were applied; none when the database was never used.
    pub async fn applied(&self) -> Result<Vec<String>, DbErr> {
        let there = match self.backend() {
            DbBackend::Postgres => "SELECT to_regclass('migrations')::text AS name",
            _ => "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'migrations'",
        };
        let found = self.reader.query_one_raw(statement(self.backend(), there, [])).await?;
        let found: Option<String> = found.map(|row| row.try_get("", "name")).transpose()?.flatten();
        if found.is_none() {
            return Ok(vec![]);
        }
        let sql = "SELECT name FROM migrations ORDER BY name";
        let rows = self.reader.query_all_raw(statement(self.backend(), sql, [])).await?;
        rows.iter().map(|row| row.try_get("", "name")).collect()
    }

    /// A transaction that may write. Only tasks of our own call this, never a request's future: a `begin` that is
    /// cancelled half-way leaves an open transaction in the pool (sqlx 0.8.4–0.9.0).
    pub async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        self.writer
            .begin_with_options(TransactionOptions {
                // On PostgreSQL they are of the connection: saying them here would be one more round trip.
                isolation_level: None,
                access_mode: None,
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            })
            .await
    }

    /// Closes the connection that SQLite is written by, and with it whatever it still holds open. A transaction that fails for
    /// want of room may or may not be over for SQLite, and the client library can be of another opinion: it would take the
    /// next transaction for a part of the one that failed, and never commit either.
    pub(crate) async fn replace_writer(&self) {
        if self.backend() != DbBackend::Sqlite {
            return;
        }
        if let Ok(connection) = self.writer.get_sqlite_connection_pool().acquire().await
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "a connection could not be closed");
        }
    }

    /// A transaction that sees the database as it is at its first statement, whatever is written meanwhile. As
    /// [`Self::begin`], not for a request's future.
    pub async fn moment(&self) -> Result<DatabaseTransaction, DbErr> {
        let postgres = self.backend() == DbBackend::Postgres;
        self.reader
            .begin_with_options(TransactionOptions {
                isolation_level: postgres.then_some(IsolationLevel::RepeatableRead),
                access_mode: postgres.then_some(AccessMode::ReadOnly),
                sqlite_transaction_mode: Some(SqliteTransactionMode::Deferred),
            })
            .await
    }

    /// Applies what has not been applied yet. Safe to repeat, and for several processes at once.
    pub async fn migrate(&self, migrations: &[Migration]) -> Result<Vec<&'static str>, DbErr> {
        let transaction = self.begin().await?;
        if self.backend() == DbBackend::Postgres {
            transaction.execute_unprepared("SELECT pg_advisory_xact_lock(3490)").await?;
        }
        transaction.execute_unprepared("CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY)").await?;
        let mut applied = vec![];
        for migration in migrations {
            if self.apply(&transaction, migration).await? {
                applied.push(migration.name);
            }
        }
        transaction.commit().await?;
        Ok(applied)
    }

    async fn apply(&self, transaction: &DatabaseTransaction, migration: &Migration) -> Result<bool, DbErr> {
        let claim = statement(
            self.backend(),
            "INSERT INTO migrations (name) VALUES ($1) ON CONFLICT DO NOTHING",
            [migration.name.into()],
        );
        if transaction.execute_raw(claim).await?.rows_affected() == 0 {
            return Ok(false);
        }
        let sql = match self.backend() {
            DbBackend::Postgres => migration.postgres,
            _ => migration.sqlite,
        };
        transaction.execute_unprepared(sql).await?;
        Ok(true)
    }
}

/// SQL with `$1` placeholders, which both databases read.
pub fn statement(backend: DbBackend, sql: impl Into<String>, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(backend, sql, values)
}

async fn sqlite(url: &str, connections: u32) -> Result<DatabaseConnection, DbErr> {
    sqlite_as(&format!("{url}?mode=rwc"), connections, false).await
}

async fn sqlite_as(url: &str, connections: u32, read_only: bool) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(connections).min_connections(1).sqlx_logging(false);
    options.idle_timeout(None::<Duration>).max_lifetime(None::<Duration>);
    options.map_sqlx_sqlite_opts(move |sqlite| {
        let sqlite = if read_only { sqlite.pragma("query_only", "ON") } else { sqlite };
        sqlite
            .pragma("journal_mode", "WAL")
            // An acknowledged command survives a power cut, not only a crash.
            .pragma("synchronous", "FULL")
            .pragma("foreign_keys", "ON")
            .busy_timeout(Duration::from_secs(10))
    });
    sea_orm::Database::connect(options).await
}

async fn postgres(url: &str, connections: u32) -> Result<DatabaseConnection, DbErr> {
    postgres_as(url, connections, false).await
}

async fn postgres_as(url: &str, connections: u32, read_only: bool) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(connections).sqlx_logging(false).connect_lazy(true);
    options.acquire_timeout(Duration::from_secs(4)).connect_timeout(Duration::from_secs(4));
    options.map_sqlx_postgres_opts(move |postgres| {
        postgres.application_name("darbazi").options([
            ("idle_in_transaction_session_timeout", "20s"),
            ("default_transaction_isolation", "read committed"),
            ("default_transaction_read_only", if read_only { "on" } else { "off" }),
        ])
    });
    sea_orm::Database::connect(options).await
}
