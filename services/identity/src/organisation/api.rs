//! Operations on the organisation.

use actix_web::HttpResponse;
use kernel::Localized;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use service::web::*;
use utoipa::ToSchema;
use uuid::Uuid;

use super::tree::line_above;
use super::unit::OrgUnitDetails;
use super::view::{OrganisationStatus, unit_row};
use super::{
    OrgUnit, OrgUnitCommand, OrgUnitRow, Position, PositionCommand, PositionDetails, PositionRow, UnitKind, built_in,
};

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(begin_built_in)
        .service(create_unit)
        .service(edit_unit)
        .service(move_unit)
        .service(close_unit)
        .service(create_position)
        .service(edit_position)
        .service(abolish_position)
        .service(Collection::<OrgUnit>::at("/org-units"))
        .service(Collection::<Position>::at("/positions"));
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateOrgUnit {
    #[schema(min_length = 1, max_length = 32, pattern = r"^[A-Z0-9][A-Z0-9-]*$", example = "IT-SUPPORT")]
    code: String,
    name: Localized,
    kind: UnitKind,
    /// The unit it stands under; none for a root.
    parent: Option<Reference>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MoveOrgUnit {
    /// The unit it will stand under; none makes it a root.
    parent: Option<Reference>,
}

#[derive(Debug, Serialize, ToSchema)]
struct BuiltIn {
    /// How many units and positions were created now.
    #[schema(minimum = 0, example = 26)]
    created: usize,
}

/// Create the built-in structure, as far as it is missing.
#[utoipa::path(responses((status = 200, body = BuiltIn)))]
#[post("/org-units/built-in")]
async fn begin_built_in(caller: Caller, units: Commands<OrgUnit>) -> Result<HttpResponse, Problem> {
    let store = units.store();
    let created = built_in::begin(store, &caller.context(store.clock().now()), caller.facts.dry_run).await?;
    Ok(HttpResponse::Ok().json(BuiltIn { created }))
}

/// Create a unit.
#[utoipa::path(request_body = CreateOrgUnit, responses((status = 201, body = OrgUnitRow)))]
#[post("/org-units")]
async fn create_unit(caller: Caller, body: Valid<CreateOrgUnit>, units: Commands<OrgUnit>) -> Reply<OrgUnit> {
    let CreateOrgUnit { code, name, kind, parent } = body.into_inner();
    let parent_id = resolve_parent(&caller, &units, parent).await?;
    units.create(&caller, OrgUnitCommand::Create { details: OrgUnitDetails { code, name, kind }, parent_id }).await
}

/// Change a unit's code, name or kind.
#[utoipa::path(
    request_body(content = OrgUnitDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, body = OrgUnitRow))
)]
#[patch("/org-units/{id}")]
async fn edit_unit(
    id: Key<OrgUnit>,
    caller: Caller,
    patch: MergePatch<OrgUnitDetails>,
    units: Commands<OrgUnit>,
) -> Reply<OrgUnit> {
    let details = |unit: &OrgUnit| unit.facts().map(super::unit::Facts::details).unwrap_or_else(empty);
    units.patch(&caller, &id, patch, details, OrgUnitCommand::Edit).await
}

/// Move a unit in the tree, with everything under it.
#[utoipa::path(request_body = MoveOrgUnit, responses((status = 200, body = OrgUnitRow)))]
#[post("/org-units/{id}/move")]
async fn move_unit(
    id: Key<OrgUnit>,
    caller: Caller,
    body: Valid<MoveOrgUnit>,
    units: Commands<OrgUnit>,
) -> Reply<OrgUnit> {
    let own_id = units.entity(&caller, &id).await?.uuid();
    let parent_id = resolve_parent(&caller, &units, body.into_inner().parent).await?;
    let ancestors = line_above(units.store(), parent_id).await?;
    units.execute(&caller, &id, OrgUnitCommand::Move { parent_id, ancestors, own_id }).await
}

/// Close a unit.
#[utoipa::path(responses((status = 200, body = OrgUnitRow)))]
#[post("/org-units/{id}/close")]
async fn close_unit(id: Key<OrgUnit>, caller: Caller, units: Commands<OrgUnit>) -> Reply<OrgUnit> {
    let own_id = units.entity(&caller, &id).await?.uuid();
    let open_child = unit_row::Entity::find()
        .filter(unit_row::Column::ParentId.eq(own_id))
        .filter(unit_row::Column::Status.eq(OrganisationStatus::Open))
        .one(units.rows())
        .await?;
    units.execute(&caller, &id, OrgUnitCommand::Close { has_open_children: open_child.is_some() }).await
}

/// Create a position.
#[utoipa::path(request_body = PositionDetails, responses((status = 201, body = PositionRow)))]
#[post("/positions")]
async fn create_position(
    caller: Caller,
    body: Valid<PositionDetails>,
    positions: Commands<Position>,
    units: Commands<OrgUnit>,
) -> Reply<Position> {
    let details = body.into_inner();
    units.resolve(&caller, &Reference::from(details.org_unit_id), "/org_unit_id").await?;
    positions.create(&caller, PositionCommand::Create(details)).await
}

/// Change a position.
#[utoipa::path(
    request_body(content = PositionDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, body = PositionRow))
)]
#[patch("/positions/{id}")]
async fn edit_position(
    id: Key<Position>,
    caller: Caller,
    patch: MergePatch<PositionDetails>,
    positions: Commands<Position>,
    units: Commands<OrgUnit>,
) -> Reply<Position> {
    let details = |position: &Position| position.details().cloned().unwrap_or_else(no_position);
    let edited = patch.apply(&details(&positions.entity(&caller, &id).await?.state))?;
    units.resolve(&caller, &Reference::from(edited.org_unit_id), "/org_unit_id").await?;
    positions.patch(&caller, &id, patch, details, PositionCommand::Edit).await
}

/// Abolish a position.
#[utoipa::path(responses((status = 200, body = PositionRow)))]
#[post("/positions/{id}/abolish")]
async fn abolish_position(id: Key<Position>, caller: Caller, positions: Commands<Position>) -> Reply<Position> {
    positions.execute(&caller, &id, PositionCommand::Abolish).await
}

async fn resolve_parent(
    caller: &Caller,
    units: &Commands<OrgUnit>,
    parent: Option<Reference>,
) -> Result<Option<Uuid>, Problem> {
    match parent {
        Some(parent) => Ok(Some(units.resolve(caller, &parent, "/parent").await?.uuid())),
        None => Ok(None),
    }
}

/// A stream always begins with its creation, so these stand for nothing that a caller can see.
fn empty() -> OrgUnitDetails {
    OrgUnitDetails { code: String::new(), name: Localized::default(), kind: UnitKind::Unit }
}

fn no_position() -> PositionDetails {
    PositionDetails { title: Localized::default(), org_unit_id: Uuid::nil(), headcount: 1, functions: vec![] }
}
