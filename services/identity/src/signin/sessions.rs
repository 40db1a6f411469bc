//! Sessions and their refresh tokens. Each refresh token serves once; one that comes again was stolen from somebody.

use chrono::{DateTime, TimeDelta, Utc};
use event_store::{Failure, Migration, RowChange, Store, Unit};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use service::web::Facts;
use utoipa::ToSchema;

pub const MIGRATION: Migration = Migration {
    name: "identity-sessions-1",
    postgres: "CREATE TABLE sessions (id uuid PRIMARY KEY, user_id uuid NOT NULL, started_at timestamptz NOT NULL, \
               used_at timestamptz NOT NULL, expires_at timestamptz NOT NULL, address text NOT NULL, ended_at timestamptz, \
               ended_by varchar(32)); CREATE INDEX sessions_user ON sessions (user_id); \
               CREATE TABLE refresh_tokens (id uuid PRIMARY KEY, session_id uuid NOT NULL, issued_at timestamptz NOT NULL)",
    sqlite: "CREATE TABLE sessions (id blob PRIMARY KEY, user_id blob NOT NULL, started_at text NOT NULL, used_at text NOT NULL, \
             expires_at text NOT NULL, address text NOT NULL, ended_at text, ended_by text); \
             CREATE INDEX sessions_user ON sessions (user_id); \
             CREATE TABLE refresh_tokens (id blob PRIMARY KEY, session_id blob NOT NULL, issued_at text NOT NULL)",
};

/// A session that is not used ends by itself after this time.
const IDLE: TimeDelta = TimeDelta::hours(12);
/// However it is used, a session ends after this time.
const LONGEST: TimeDelta = TimeDelta::days(7);
/// What makes a refresh token serve once.
const ONCE: &str = "identity.refresh-token";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum EndedBy {
    SignOut,
    Administrator,
    UserDisabled,
    PasswordChange,
    RefreshTokenReuse,
}

pub mod row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, ToSchema)]
    #[sea_orm(table_name = "sessions")]
    #[schema(as = Session)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub user_id: Uuid,
        pub started_at: DateTime<Utc>,
        pub used_at: DateTime<Utc>,
        /// When it ends if it is not used until then.
        pub expires_at: DateTime<Utc>,
        #[schema(example = "10.1.2.3")]
        pub address: String,
        pub ended_at: Option<DateTime<Utc>>,
        pub ended_by: Option<EndedBy>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
pub use row::Model as Session;

mod token_row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "refresh_tokens")]
    pub struct Model {
        /// The first half of the token's SHA-256 digest.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub session_id: Uuid,
        pub issued_at: DateTime<Utc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What a refresh token turned out to be.
pub enum Presented {
    Unknown,
    /// Its session has ended, or was not used for too long.
    Ended,
    Good(Session),
}

/// A new session, with its first refresh token; to be committed.
pub fn begin(user_id: Uuid, facts: &Facts, now: DateTime<Utc>) -> (Session, auth::Secret, Unit) {
    let session = Session {
        id: kernel::id::random(),
        user_id,
        started_at: now,
        used_at: now,
        expires_at: now + IDLE,
        address: facts.address.clone(),
        ended_at: None,
        ended_by: None,
    };
    let token = auth::Secret::generate();
    let unit = Unit::new().rows([RowChange::put(session.clone()), kept(&token, &session, now)]);
    (session, token, unit)
}

/// Whose refresh token this is.
pub async fn present(store: &Store, token: &str) -> Result<Presented, Failure> {
    let rows = &store.database().reader;
    let Some(token) = token_row::Entity::find_by_id(id_of(token)).one(rows).await? else {
        return Ok(Presented::Unknown);
    };
    let Some(session) = row::Entity::find_by_id(token.session_id).one(rows).await? else {
        return Ok(Presented::Unknown);
    };
    Ok(if session.is_open(store.clock().now()) { Presented::Good(session) } else { Presented::Ended })
}

/// Takes the token's one use and makes its successor. [`Failure::Handled`] says that it was used before.
pub async fn renew(store: &Store, session: &Session, token: &str) -> Result<auth::Secret, Failure> {
    let now = store.clock().now();
    let successor = auth::Secret::generate();
    let expires_at = (now + IDLE).min(session.started_at + LONGEST);
    let used = Session { used_at: now, expires_at, ..session.clone() };
    let rows = [RowChange::put(used), kept(&successor, session, now)];
    store.commit(Unit::new().rows(rows).once(ONCE, id_of(token), now)).await?;
    Ok(successor)
}

/// The open sessions of a user, the newest first.
pub async fn open_sessions(store: &Store, user_id: Uuid) -> Result<Vec<Session>, Failure> {
    let open = row::Entity::find()
        .filter(row::Column::UserId.eq(user_id))
        .filter(row::Column::EndedAt.is_null())
        .filter(row::Column::ExpiresAt.gt(store.clock().now()))
        .order_by_desc(row::Column::StartedAt)
        .limit(200);
    Ok(open.all(&store.database().reader).await?)
}

/// The ends of all open sessions of a user but `spared`, to be kept together with their cause.
pub async fn ends(store: &Store, user_id: Uuid, by: EndedBy, spared: Option<Uuid>) -> Result<Vec<RowChange>, Failure> {
    let open = open_sessions(store, user_id).await?.into_iter().filter(|session| Some(session.id) != spared);
    Ok(open.map(|session| session.end(by, store.clock().now())).collect())
}

impl Session {
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.ended_at.is_none() && now < self.expires_at
    }

    pub fn end(self, by: EndedBy, now: DateTime<Utc>) -> RowChange {
        RowChange::put(Self { ended_at: Some(now), ended_by: Some(by), ..self })
    }
}

fn kept(token: &auth::Secret, session: &Session, now: DateTime<Utc>) -> RowChange {
    RowChange::put(token_row::Model { id: id_of(token.expose()), session_id: session.id, issued_at: now })
}

/// 128 bits of a digest of 256 random bits name the token as surely as all of it.
fn id_of(token: &str) -> Uuid {
    let digest = auth::secret::digest(token);
    Uuid::from_slice(&digest[..16]).unwrap_or_default()
}
