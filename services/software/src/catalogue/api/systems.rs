//! Entering systems and correcting what the catalogue says of them.

use actix_web::web::Json;
use chrono::NaiveDate;
use kernel::Localized;
use kernel::id::Id;
use serde::Deserialize;
use service::web::{
    Caller, Commands, Directory, Key, MergePatch, Problem, Reference, Reply, Routes, Valid, get, patch, post,
};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::catalogue::built_in::{self, BuiltIn};
use crate::catalogue::domain::{
    DataClass, Dependency, DependencyKind, Interface, NewSystem, Stage, System, SystemCommand, SystemDetails, SystemId,
};
use crate::catalogue::page::{CataloguePage, page};
use crate::catalogue::view::{SystemRow, ancestors};

pub fn routes(routes: &mut Routes<'_>) {
    routes.service(begin_built_in).service(register).service(edit).service(join).service(separate).service(show_page);
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RegisterSystem {
    #[schema(min_length = 2, max_length = 64, pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$", example = "docflow")]
    code: String,
    name: Localized,
    purpose: Option<Localized>,
    #[serde(default)]
    stage: Stage,
    /// The day it came into that stage.
    since: Option<NaiveDate>,
    #[schema(example = "ORG-000010")]
    owner_unit: Reference,
    technical_owner: Option<Reference>,
    #[serde(default)]
    #[schema(max_items = 10)]
    data_classes: Vec<DataClass>,
    /// Org units whose staff use it.
    #[serde(default)]
    #[schema(max_items = 100)]
    user_agencies: Vec<Reference>,
    #[serde(default)]
    #[schema(max_items = 50)]
    interfaces: Vec<Interface>,
    #[serde(default)]
    #[schema(max_items = 100, example = json!(["3.4.8"]))]
    functions: Vec<String>,
    /// The system that it is a module of.
    part_of: Option<Reference>,
    #[serde(default)]
    #[schema(max_items = 100)]
    dependencies: Vec<NewDependency>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDependency {
    /// The system that is needed.
    #[schema(example = "SYS-000007")]
    pub system: Reference,
    pub kind: DependencyKind,
    #[schema(min_length = 1, max_length = 500, example = "Nightly, over a read-only view")]
    pub note: Option<String>,
}

impl RegisterSystem {
    async fn resolve(
        self,
        caller: &Caller,
        systems: &Commands<System>,
        directory: &Directory,
    ) -> Result<NewSystem, Problem> {
        let owner_unit_id = directory.unit(&self.owner_unit, "/owner_unit").await?.id;
        let technical_owner_id = match &self.technical_owner {
            Some(owner) => Some(directory.employee(owner, "/technical_owner").await?.id),
            None => None,
        };
        let part_of = match &self.part_of {
            Some(whole) => Some(systems.resolve(caller, whole, "/part_of").await?.id),
            None => None,
        };
        let mut dependencies = vec![];
        for (index, dependency) in self.dependencies.into_iter().enumerate() {
            let pointer = format!("/dependencies/{index}/system");
            dependencies.push(dependency.resolve(caller, systems, &pointer).await?);
        }
        let mut user_agency_ids = vec![];
        for (index, agency) in self.user_agencies.iter().enumerate() {
            user_agency_ids.push(directory.unit(agency, &format!("/user_agencies/{index}")).await?.id);
        }
        let details = SystemDetails {
            code: self.code,
            name: self.name,
            purpose: self.purpose,
            owner_unit_id,
            technical_owner_id,
            data_classes: self.data_classes,
            user_agency_ids,
            interfaces: self.interfaces,
            functions: self.functions,
        };
        Ok(NewSystem { stage: self.stage, since: self.since, details, part_of, dependencies })
    }
}

impl NewDependency {
    pub async fn resolve(
        self,
        caller: &Caller,
        systems: &Commands<System>,
        pointer: &str,
    ) -> Result<Dependency, Problem> {
        let system_id = systems.resolve(caller, &self.system, pointer).await?.id;
        Ok(Dependency { system_id, kind: self.kind, note: self.note })
    }
}

/// Enter the built-in systems, as far as they are missing.
#[utoipa::path(responses((status = 200, body = BuiltIn)))]
#[post("/systems/built-in")]
async fn begin_built_in(caller: Caller, systems: Commands<System>) -> Result<Json<BuiltIn>, Problem> {
    let store = systems.store();
    let context = caller.context(store.clock().now());
    Ok(Json(built_in::begin(store, &context, caller.facts.dry_run).await?))
}

/// Enter a system into the catalogue.
#[utoipa::path(operation_id = "register_system", request_body = RegisterSystem, responses((status = 201, body = SystemRow)))]
#[post("/systems")]
async fn register(
    caller: Caller,
    body: Valid<RegisterSystem>,
    systems: Commands<System>,
    directory: Directory,
) -> Reply<System> {
    let id = SystemId::generate();
    let system = Box::new(body.into_inner().resolve(&caller, &systems, &directory).await?);
    systems.create_as(&caller, id, SystemCommand::Register { id, system }).await
}

/// Change what the catalogue says of a system.
#[utoipa::path(
    operation_id = "edit_system",
    request_body(content = SystemDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, body = SystemRow)),
)]
#[patch("/systems/{id}")]
async fn edit(
    id: Key<System>,
    caller: Caller,
    patch: MergePatch<SystemDetails>,
    systems: Commands<System>,
    directory: Directory,
) -> Reply<System> {
    let before = systems.entity(&caller, &id).await?.state.details();
    check_people(&before, &patch.apply(&before)?, &directory).await?;
    systems.patch(&caller, &id, patch, System::details, |details| SystemCommand::Edit(Box::new(details))).await
}

/// New owners and users must be known.
async fn check_people(before: &SystemDetails, after: &SystemDetails, directory: &Directory) -> Result<(), Problem> {
    if before.owner_unit_id != after.owner_unit_id {
        directory.unit(&after.owner_unit_id.into(), "/owner_unit_id").await?;
    }
    if let Some(owner) = after.technical_owner_id.filter(|owner| before.technical_owner_id != Some(*owner)) {
        directory.employee(&owner.into(), "/technical_owner_id").await?;
    }
    let is_new = |(_, agency): &(usize, &Uuid)| !before.user_agency_ids.contains(agency);
    for (index, agency) in after.user_agency_ids.iter().enumerate().filter(is_new) {
        directory.unit(&Reference::from(*agency), &format!("/user_agency_ids/{index}")).await?;
    }
    Ok(())
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct JoinSystem {
    #[schema(example = "SYS-000001")]
    system: Reference,
}

/// Make a system a module of another.
#[utoipa::path(operation_id = "join_system", request_body = JoinSystem, responses((status = 200, body = SystemRow)))]
#[post("/systems/{id}/join")]
async fn join(id: Key<System>, caller: Caller, body: Valid<JoinSystem>, systems: Commands<System>) -> Reply<System> {
    let own = systems.entity(&caller, &id).await?.id;
    let whole = systems.resolve(&caller, &body.into_inner().system, "/system").await?.id;
    let ancestors = ancestors(systems.rows(), whole).await?;
    systems.execute(&caller, &id, SystemCommand::Join { id: own, whole, ancestors }).await
}

/// Make a module a system of its own.
#[utoipa::path(operation_id = "separate_system", responses((status = 200, body = SystemRow)))]
#[post("/systems/{id}/separate")]
async fn separate(id: Key<System>, caller: Caller, systems: Commands<System>) -> Reply<System> {
    systems.execute(&caller, &id, SystemCommand::Separate).await
}

/// The catalogue page of a system: itself, its modules, and its neighbours in both directions.
#[utoipa::path(operation_id = "system_page", responses((status = 200, body = CataloguePage)))]
#[get("/systems/{id}/page")]
async fn show_page(id: Key<System>, caller: Caller, systems: Commands<System>) -> Result<Json<CataloguePage>, Problem> {
    let system = systems.entity(&caller, &id).await?;
    Ok(Json(page(systems.rows(), &system).await?))
}
