//! The tokens that a session or a service account gets.

use auth::{Grant, Principal, PrincipalKind};
use event_store::{Entity, Failure, Store};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::keys::Keys;
use super::service_account::{AccountFacts, ServiceAccount};
use super::sessions::Session;
use super::user::Facts;
use crate::access::grants_of;
use crate::employees::Employee;

/// What a session gives: a token to call with, and one to get the next pair with.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionTokens {
    pub session_id: Uuid,
    pub access_token: String,
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// Seconds until the access token expires.
    #[schema(example = 600)]
    pub expires_in: i64,
    /// Serves once.
    pub refresh_token: String,
    /// With this token nothing but `POST /me/password` is possible.
    pub password_change_required: bool,
}

/// Tokens of a user's session.
pub async fn of_session(
    store: &Store,
    keys: &Keys,
    session: &Session,
    facts: &Facts,
    refresh_token: &auth::Secret,
) -> Result<SessionTokens, Failure> {
    let grants = match facts.must_change_password {
        true => vec![],
        false => grants_of(store, session.user_id, facts.employee_id).await?,
    };
    let principal = Principal {
        subject: session.user_id,
        kind: PrincipalKind::Staff,
        name: name(store, facts).await?,
        employee: facts.employee_id,
        session: Some(session.id),
        grants,
    };
    Ok(SessionTokens {
        session_id: session.id,
        access_token: keys.issue(&principal).await?.token,
        token_type: "Bearer",
        expires_in: keys.lifetime().num_seconds(),
        refresh_token: refresh_token.expose().to_owned(),
        password_change_required: facts.must_change_password,
    })
}

/// Actors are kept in events for good and travel with them, so people are named by their number, not by their name.
async fn name(store: &Store, facts: &Facts) -> Result<String, Failure> {
    let employee = match facts.employee_id {
        Some(id) => store.load::<Employee>(id.into()).await?,
        None => None,
    };
    let username = || facts.username.open().cloned().unwrap_or_default();
    Ok(employee.map_or_else(username, |employee| employee.number))
}

/// The principal that a service account acts as, with as much of its scopes as was asked for.
pub fn of_account(account: &Entity<ServiceAccount>, facts: &AccountFacts, scopes: Vec<String>) -> Principal {
    Principal {
        subject: account.uuid(),
        kind: PrincipalKind::ServiceAccount,
        name: facts.name.clone(),
        employee: None,
        session: None,
        grants: vec![Grant { scopes, within: facts.within }],
    }
}
