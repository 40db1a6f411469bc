//! What stands on what.

use actix_web::web::Json;
use kernel::Fault;
use serde::Deserialize;
use service::web::{Caller, Commands, Key, Params, Problem, Reference, Reply, Routes, Valid, get, post};
use utoipa::{IntoParams, ToSchema};

use super::systems::NewDependency;
use crate::catalogue::domain::{DependencyKind, System, SystemCommand};
use crate::catalogue::graph::Direction;
use crate::catalogue::page::{Cycles, DependencyGraph, cycles, walk};
use crate::catalogue::view::SystemRow;

/// Of the whole catalogue.
pub fn overview(routes: &mut Routes<'_>) {
    routes.service(list_cycles);
}

/// Of one system.
pub fn routes(routes: &mut Routes<'_>) {
    routes.service(list_dependencies).service(add_dependency).service(remove_dependency);
}

const DEEPEST: u32 = 100;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct HowFar {
    /// `down`: what it depends on; `up`: what depends on it.
    #[serde(default)]
    #[param(required = false)]
    direction: Direction,
    /// How many steps at most.
    #[serde(default = "deepest")]
    #[param(required = false, minimum = 1, maximum = 100, default = 100)]
    depth: u32,
}

fn deepest() -> u32 {
    DEEPEST
}

/// What a system depends on, or what depends on it, however many steps away.
#[utoipa::path(operation_id = "list_dependencies", params(HowFar), responses((status = 200, body = DependencyGraph)))]
#[get("/systems/{id}/dependencies")]
async fn list_dependencies(
    id: Key<System>,
    caller: Caller,
    asked: Params<HowFar>,
    systems: Commands<System>,
) -> Result<Json<DependencyGraph>, Problem> {
    let HowFar { direction, depth } = asked.0;
    if !(1..=DEEPEST).contains(&depth) {
        let (en, ka) = ("The depth is a number from 1 to 100.", "სიღრმე არის რიცხვი 1-დან 100-მდე.");
        return Err(Fault::malformed("bad-parameter", en, ka).at("?depth").into());
    }
    let root = systems.entity(&caller, &id).await?.id;
    Ok(Json(walk(systems.rows(), root, direction, depth).await?))
}

/// Systems that need each other in a circle.
#[utoipa::path(operation_id = "list_dependency_cycles", responses((status = 200, body = Cycles)))]
#[get("/systems/dependency-cycles")]
async fn list_cycles(_: Caller, systems: Commands<System>) -> Result<Json<Cycles>, Problem> {
    Ok(Json(cycles(systems.rows()).await?))
}

/// Say that a system depends on another.
#[utoipa::path(operation_id = "add_dependency", request_body = NewDependency, responses((status = 200, body = SystemRow)))]
#[post("/systems/{id}/add-dependency")]
async fn add_dependency(
    id: Key<System>,
    caller: Caller,
    body: Valid<NewDependency>,
    systems: Commands<System>,
) -> Reply<System> {
    let own = systems.entity(&caller, &id).await?.id;
    let dependency = body.into_inner().resolve(&caller, &systems, "/system").await?;
    systems.execute(&caller, &id, SystemCommand::DependOn { id: own, dependency }).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RemoveDependency {
    #[schema(example = "SYS-000007")]
    system: Reference,
    kind: DependencyKind,
}

/// Say that a system does not depend on another any more.
#[utoipa::path(
    operation_id = "remove_dependency",
    request_body = RemoveDependency,
    responses((status = 200, body = SystemRow)),
)]
#[post("/systems/{id}/remove-dependency")]
async fn remove_dependency(
    id: Key<System>,
    caller: Caller,
    body: Valid<RemoveDependency>,
    systems: Commands<System>,
) -> Reply<System> {
    let RemoveDependency { system, kind } = body.into_inner();
    let system_id = systems.resolve(&caller, &system, "/system").await?.id;
    systems.execute(&caller, &id, SystemCommand::DropDependency { system_id, kind }).await
}
