//! Service accounts, as those manage them who may.

use chrono::{DateTime, Utc};
use event_store::{Change, Context, Expect, Unit};
use kernel::id::Id;
use serde::{Deserialize, Serialize};
use service::web::{Caller, Commands, Key, Problem, Reference, Reply, Valid, post};
use utoipa::ToSchema;

use crate::access::{Place, check_ceiling, place};
use crate::organisation::{OrgUnit, line_above};
use crate::signin::credentials;
use crate::signin::service_account::{AccountFacts, ServiceAccount, ServiceAccountCommand, ServiceAccountId};
use crate::signin::view::ServiceAccountRow;

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateServiceAccount {
    #[schema(
        min_length = 3,
        max_length = 64,
        pattern = r"^[a-z0-9]+([._-][a-z0-9]+)*$",
        example = "attendance-system"
    )]
    name: String,
    /// What it may do; reading everything when not said.
    #[serde(default = "reading")]
    #[schema(min_items = 1, max_items = 200, example = json!(["identity.employees:read"]))]
    scopes: Vec<String>,
    #[serde(default = "everywhere")]
    #[schema(inline)]
    place: Place,
    /// The unit, when the place is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    org_unit: Option<Reference>,
    /// No token is given after this instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<DateTime<Utc>>,
}

fn reading() -> Vec<String> {
    vec!["*:read".into()]
}

fn everywhere() -> Place {
    Place::Everywhere
}

/// A service account and its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceAccountWithSecret)]
#[allow(dead_code)] // describes an answer
struct ServiceAccountWithSecret {
    #[serde(flatten)]
    account: ServiceAccountRow,
    /// Shown this once; a repetition of the request under its Idempotency-Key does not show it again. The client id is `id`.
    client_secret: Option<String>,
}

/// Create a service account, of rights that the caller holds.
#[utoipa::path(request_body = CreateServiceAccount, responses((status = 201, body = ServiceAccountWithSecret)))]
#[post("/service-accounts")]
pub async fn create_service_account(
    caller: Caller,
    body: Valid<CreateServiceAccount>,
    accounts: Commands<ServiceAccount>,
    units: Commands<OrgUnit>,
) -> Reply<ServiceAccount> {
    let body = body.into_inner();
    let (within, above) = place(&caller, &units, body.place, body.org_unit.as_ref()).await?;
    check_ceiling(&caller.principal, &body.scopes, within, &above)?;
    let facts = AccountFacts { name: body.name, scopes: body.scopes, within, expires_at: body.expires_at };
    let create = ServiceAccountCommand::Create(facts);
    with_new_secret(&caller, &accounts, ServiceAccountId::generate(), Expect::Nothing, create).await
}

/// Give a service account a new secret; the old one serves no more.
#[utoipa::path(responses((status = 200, body = ServiceAccountWithSecret)))]
#[post("/service-accounts/{id}/rotate-secret")]
pub async fn rotate_secret(
    id: Key<ServiceAccount>,
    caller: Caller,
    accounts: Commands<ServiceAccount>,
) -> Reply<ServiceAccount> {
    let account = accounts.entity(&caller, &id).await?;
    // Whoever has the secret has the rights.
    if let Some(facts) = account.state.facts() {
        let above = match facts.within {
            auth::Within::Unit(unit) => line_above(accounts.store(), Some(unit)).await?,
            auth::Within::Everywhere | auth::Within::Own => vec![],
        };
        check_ceiling(&caller.principal, &facts.scopes, facts.within, &above)?;
    }
    with_new_secret(&caller, &accounts, account.id, caller.facts.expect(), ServiceAccountCommand::RotateSecret).await
}

/// Disable a service account for good.
#[utoipa::path(responses((status = 200, body = ServiceAccountRow)))]
#[post("/service-accounts/{id}/disable")]
pub async fn disable_service_account(
    id: Key<ServiceAccount>,
    caller: Caller,
    accounts: Commands<ServiceAccount>,
) -> Reply<ServiceAccount> {
    accounts.execute(&caller, &id, ServiceAccountCommand::Disable).await
}

async fn with_new_secret(
    caller: &Caller,
    accounts: &Commands<ServiceAccount>,
    id: ServiceAccountId,
    expect: Expect,
    command: ServiceAccountCommand,
) -> Reply<ServiceAccount> {
    let secret = auth::Secret::generate();
    let credential = credentials::secret(accounts.store(), id.into(), &secret);
    let keep =
        async |_: &Change<ServiceAccount>, _: &Context, unit: Unit| Ok::<_, Problem>(unit.rows([credential.clone()]));
    let done = accounts.together(caller, id, expect, command, keep).await?;
    Ok(if caller.facts.dry_run { done } else { done.revealing("client_secret", secret.expose()) })
}
