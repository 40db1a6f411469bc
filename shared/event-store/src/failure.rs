//! Why the store could not do what it was asked.

use kernel::Fault;
use sea_orm::{DbErr, RuntimeErr};
use thiserror::Error;
use uuid::Uuid;

use crate::unit::Answer;

#[derive(Clone, Debug, Error)]
pub enum Failure {
    /// The domain, or a rule that the database holds, refuses.
    #[error(transparent)]
    Refused(#[from] Fault),
    /// The stream is not at the version the caller looked at.
    #[error("the stream is at another version")]
    Stale { actual: i64 },
    /// This command was already carried out; here is what was answered.
    #[error("this command was already carried out")]
    Answered(Answer),
    /// The same idempotency key came with another request.
    #[error("this idempotency key was used for another request")]
    KeyReused,
    /// This event already had its effect.
    #[error("this event was already handled")]
    Handled,
    #[error("the event {event} ({id}) cannot be read: {error}")]
    Unreadable { event: String, id: Uuid, error: String },
    #[error("the key of {subject} was destroyed")]
    Erased { subject: Uuid },
    #[error("the master key does not open this database's personal fields")]
    WrongMasterKey,
    #[error("the database is not available: {0}")]
    Away(String),
    #[error("database: {0}")]
    Database(String),
}

impl From<DbErr> for Failure {
    fn from(error: DbErr) -> Self {
        if is_away(&error) { Self::Away(error.to_string()) } else { Self::Database(error.to_string()) }
    }
}

impl Failure {
    /// What the caller is told.
    pub fn fault(self) -> Fault {
        use kernel::Kind;
        match self {
            Self::Refused(fault) => fault,
            Self::Stale { .. } => Fault::new(
                Kind::Stale,
                "version-changed",
                "Somebody changed this since you looked at it.",
                "ჩანაწერი შეიცვალა მას შემდეგ, რაც მიიღეთ.",
            ),
            Self::KeyReused => Fault::invalid(
                "idempotency-key-reused",
                "This Idempotency-Key was already used for another request.",
                "ეს Idempotency-Key უკვე გამოყენებულია სხვა მოთხოვნისთვის.",
            ),
            Self::Erased { .. } => {
                Fault::conflict("person-erased", "This person's data was erased.", "ამ პირის მონაცემები წაშლილია.")
            }
            Self::Away(_) => Fault::unavailable("database"),
            Self::Answered(_) | Self::Handled | Self::Unreadable { .. } | Self::WrongMasterKey | Self::Database(_) => {
                tracing::error!(error = %self, "the store failed");
                Fault::internal()
            }
        }
    }

    /// Whether trying again later can help.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Away(_) | Self::Stale { .. })
    }
}

/// Whether the database could not be reached, or is going down or coming up.
fn is_away(error: &DbErr) -> bool {
    let sqlx = match error {
        DbErr::ConnectionAcquire(_) => return true,
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => error,
        DbErr::Conn(_) => return true,
        _ => return false,
    };
    match &**sqlx {
        sea_orm::SqlxError::Io(_)
        | sea_orm::SqlxError::Tls(_)
        | sea_orm::SqlxError::PoolTimedOut
        | sea_orm::SqlxError::PoolClosed
        | sea_orm::SqlxError::WorkerCrashed => true,
        // Classes 08 (connection), 53 (resources), 57P (shutdown) and 58 (system) of the PostgreSQL manual, appendix A;
        // SQLite's BUSY (5), IOERR (10) and FULL (13).
        sea_orm::SqlxError::Database(database) => database.code().is_some_and(|code| {
            ["08", "53", "57P", "58"].iter().any(|class| code.len() == 5 && code.starts_with(class))
                || ["5", "10", "13"].contains(&code.as_ref())
        }),
        _ => false,
    }
}
