//! Operations on roles and grants.

use auth::Within;
use chrono::{DateTime, Utc};
use kernel::Fault;
use serde::{Deserialize, Serialize};
use service::web::{
    Caller, Collection, Commands, Key, MergePatch, Problem, Reference, Reply, Routes, Valid, patch, post,
};
use utoipa::ToSchema;

use super::built_in::{administrator, is_built_in};
use super::{Grant, GrantCommand, GrantFacts, GrantRow, Role, RoleCommand, RoleDetails, RoleRow, check_ceiling, me};
use crate::organisation::{OrgUnit, line_above};
use crate::signin::User;

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(me::me)
        .service(me::permissions)
        .service(create_role)
        .service(edit_role)
        .service(retire_role)
        .service(give_grant)
        .service(revoke_grant)
        .service(Collection::<Role>::at("/roles"))
        .service(Collection::<Grant>::at("/grants"));
}

/// Create a role, of rights that the caller holds everywhere.
#[utoipa::path(request_body = RoleDetails, responses((status = 201, body = RoleRow)))]
#[post("/roles")]
async fn create_role(caller: Caller, body: Valid<RoleDetails>, roles: Commands<Role>) -> Reply<Role> {
    let details = body.into_inner();
    check_ceiling(&caller.principal, &details.scopes, Within::Everywhere, &[])?;
    roles.create(&caller, RoleCommand::Create(details)).await
}

/// Change a role.
#[utoipa::path(
    request_body(content = RoleDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, body = RoleRow))
)]
#[patch("/roles/{id}")]
async fn edit_role(
    id: Key<Role>,
    caller: Caller,
    patch: MergePatch<RoleDetails>,
    roles: Commands<Role>,
) -> Reply<Role> {
    let known = |role: &Role| role.details().cloned().unwrap_or_else(super::built_in::nothing);
    let role = roles.entity(&caller, &id).await?;
    if role.id == administrator() {
        return Err(built_in_stays().into());
    }
    let edited = patch.apply(&known(&role.state))?;
    check_ceiling(&caller.principal, &edited.scopes, Within::Everywhere, &[])?;
    roles.patch(&caller, &id, patch, known, RoleCommand::Edit).await
}

/// Retire a role; whoever holds it loses its rights.
#[utoipa::path(responses((status = 200, body = RoleRow)))]
#[post("/roles/{id}/retire")]
async fn retire_role(id: Key<Role>, caller: Caller, roles: Commands<Role>) -> Reply<Role> {
    let role = roles.entity(&caller, &id).await?;
    if is_built_in(role.id) {
        return Err(built_in_stays().into());
    }
    let scopes = role.state.details().map(|details| details.scopes.clone()).unwrap_or_default();
    check_ceiling(&caller.principal, &scopes, Within::Everywhere, &[])?;
    roles.execute(&caller, &id, RoleCommand::Retire).await
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GiveGrant {
    user: Reference,
    role: Reference,
    place: Place,
    /// The unit, when the place is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    org_unit: Option<Reference>,
    /// When it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<DateTime<Utc>>,
}

/// Where a role is held.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Everywhere,
    /// Only what is the user's own.
    Own,
    /// An org unit and everything under it.
    Unit,
}

/// Give a user a role.
#[utoipa::path(request_body = GiveGrant, responses((status = 201, body = GrantRow)))]
#[post("/grants")]
async fn give_grant(
    caller: Caller,
    body: Valid<GiveGrant>,
    grants: Commands<Grant>,
    users: Commands<User>,
    roles: Commands<Role>,
    units: Commands<OrgUnit>,
) -> Reply<Grant> {
    let body = body.into_inner();
    let user = users.resolve(&caller, &body.user, "/user").await?;
    let role = roles.resolve(&caller, &body.role, "/role").await?;
    let Role::Active(details) = &role.state else { return Err(not_active().into()) };
    let (within, above) = place(&caller, &units, body.place, body.org_unit.as_ref()).await?;
    check_ceiling(&caller.principal, &details.scopes, within, &above)?;
    let facts = GrantFacts {
        user_id: user.uuid(),
        role_id: role.uuid(),
        role: details.code.clone(),
        within,
        until: body.until,
    };
    grants.create(&caller, GrantCommand::Give(facts)).await
}

/// Revoke a grant.
#[utoipa::path(responses((status = 200, body = GrantRow)))]
#[post("/grants/{id}/revoke")]
async fn revoke_grant(id: Key<Grant>, caller: Caller, grants: Commands<Grant>) -> Reply<Grant> {
    let grant = grants.entity(&caller, &id).await?;
    if grant.state.facts().is_some_and(|facts| facts.user_id == caller.principal.subject) {
        // Or the last administrator could lock everybody out.
        let (en, ka) = ("Somebody else must revoke a grant of yours.", "საკუთარ უფლებამოსილებას სხვა უნდა აუქმებდეს.");
        return Err(Fault::conflict("grant-own", en, ka).into());
    }
    grants.execute(&caller, &id, GrantCommand::Revoke).await
}

/// The place that a body names, and the units it stands under.
pub async fn place(
    caller: &Caller,
    units: &Commands<OrgUnit>,
    place: Place,
    org_unit: Option<&Reference>,
) -> Result<(Within, Vec<uuid::Uuid>), Problem> {
    match (place, org_unit) {
        (Place::Everywhere, None) => Ok((Within::Everywhere, vec![])),
        (Place::Own, None) => Ok((Within::Own, vec![])),
        (Place::Unit, Some(unit)) => {
            let unit = units.resolve(caller, unit, "/org_unit").await?.uuid();
            Ok((Within::Unit(unit), line_above(units.store(), Some(unit)).await?))
        }
        (Place::Unit, None) => {
            Err(Fault::invalid("required", "Say which unit.", "მიუთითეთ ერთეული.").at("/org_unit").into())
        }
        (Place::Everywhere | Place::Own, Some(_)) => {
            let (en, ka) =
                ("Only a place of kind unit has a unit.", "ერთეული მხოლოდ მაშინ მიეთითება, როცა ადგილი unit-ია.");
            Err(Fault::invalid("unit-without-place", en, ka).at("/org_unit").into())
        }
    }
}

fn built_in_stays() -> Fault {
    Fault::conflict("role-built-in", "A built-in role stays as it is.", "ჩაშენებული როლი არ იცვლება და არ უქმდება.")
}

fn not_active() -> Fault {
    Fault::invalid("role-retired", "The role is retired.", "როლი გაუქმებულია.").at("/role")
}
