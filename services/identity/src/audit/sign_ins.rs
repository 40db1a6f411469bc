//! Every attempt to get in, by a person or by another system.

use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use event_store::{Migration, RowChange, Store};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use service::web::{Caller, Facts, Params, Problem, get};
use utoipa::{IntoParams, ToSchema};

pub const MIGRATION: Migration = Migration {
    name: "identity-sign-ins-1",
    postgres: "CREATE TABLE sign_ins (id uuid PRIMARY KEY, at timestamptz NOT NULL, outcome varchar(32) NOT NULL, username text NOT NULL, \
               subject uuid, session_id uuid, address text NOT NULL, request_id text NOT NULL); \
               CREATE INDEX sign_ins_at ON sign_ins (at); CREATE INDEX sign_ins_username ON sign_ins (username, at)",
    sqlite: "CREATE TABLE sign_ins (id blob PRIMARY KEY, at text NOT NULL, outcome text NOT NULL, username text NOT NULL, \
             subject blob, session_id blob, address text NOT NULL, request_id text NOT NULL); \
             CREATE INDEX sign_ins_at ON sign_ins (at); CREATE INDEX sign_ins_username ON sign_ins (username, at)",
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum Outcome {
    SignedIn,
    SignedOut,
    /// A wrong password, or a name that nobody has.
    CredentialsWrong,
    /// The last failure that was allowed: nobody gets in under this name for a while.
    LockedOut,
    /// An attempt while locked out.
    Locked,
    UserDisabled,
    /// A refresh token came a second time, so somebody else has it too: the session was ended.
    RefreshTokenReused,
    /// A service account got a token.
    TokenIssued,
    /// A service account was refused one.
    ClientRefused,
    PasswordChanged,
}

pub mod row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, ToSchema)]
    #[sea_orm(table_name = "sign_ins")]
    #[schema(as = SignIn)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub at: DateTime<Utc>,
        pub outcome: Outcome,
        /// As it was given.
        #[schema(example = "n.beridze")]
        pub username: String,
        /// The user or service account; absent when nobody has this name.
        pub subject: Option<Uuid>,
        pub session_id: Option<Uuid>,
        #[schema(example = "10.1.2.3")]
        pub address: String,
        pub request_id: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
pub use row::Model as SignIn;

impl SignIn {
    pub fn new(outcome: Outcome, username: &str, facts: &Facts, at: DateTime<Utc>) -> Self {
        Self {
            id: kernel::id::random(),
            at,
            outcome,
            username: username.chars().take(100).collect(),
            subject: None,
            session_id: None,
            address: facts.address.clone(),
            request_id: facts.request_id.clone(),
        }
    }

    pub fn of(self, subject: impl Into<Uuid>) -> Self {
        Self { subject: Some(subject.into()), ..self }
    }

    pub fn in_session(self, session_id: Uuid) -> Self {
        Self { session_id: Some(session_id), ..self }
    }

    /// To be kept together with what it tells of.
    pub fn row(self) -> RowChange {
        RowChange::put(self)
    }
}

#[derive(Debug, Serialize, ToSchema)]
struct SignInList {
    items: Vec<SignIn>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Older than this instant; now when absent.
    before: Option<DateTime<Utc>>,
    /// Only under this name.
    #[param(max_length = 100, example = "n.beridze")]
    username: Option<String>,
    /// Only with this outcome.
    #[param(inline)]
    outcome: Option<Outcome>,
}

/// The newest are what is asked for; this many are shown at once.
const PAGE: u64 = 200;

/// Attempts to get in, the newest first.
#[utoipa::path(params(Wanted), responses((status = 200, body = SignInList)))]
#[get("/sign-ins")]
pub async fn list_sign_ins(
    _caller: Caller,
    store: Data<Store>,
    wanted: Params<Wanted>,
) -> Result<HttpResponse, Problem> {
    let Wanted { before, username, outcome } = wanted.0;
    let mut select = row::Entity::find().filter(row::Column::At.lt(before.unwrap_or_else(|| store.clock().now())));
    if let Some(username) = username {
        select = select.filter(row::Column::Username.eq(username));
    }
    if let Some(outcome) = outcome {
        select = select.filter(row::Column::Outcome.eq(outcome));
    }
    let newest = select.order_by_desc(row::Column::At).order_by_desc(row::Column::Id).limit(PAGE);
    Ok(HttpResponse::Ok().json(SignInList { items: newest.all(&store.database().reader).await? }))
}
