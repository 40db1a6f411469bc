//! The life of a system.

use service::web::{Caller, Commands, Key, Reply, Routes, Valid, post};

use crate::catalogue::domain::{RetirementPlan, System, SystemCommand};
use crate::catalogue::view::{SystemRow, needed_by};

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(start_development)
        .service(start_testing)
        .service(put_into_production)
        .service(begin_retirement)
        .service(revoke_retirement)
        .service(retire);
}

/// Begin, or go back to, the development of a system.
#[utoipa::path(responses((status = 200, body = SystemRow)))]
#[post("/systems/{id}/start-development")]
async fn start_development(id: Key<System>, caller: Caller, systems: Commands<System>) -> Reply<System> {
    systems.execute(&caller, &id, SystemCommand::StartDevelopment).await
}

/// Begin the test of a system.
#[utoipa::path(responses((status = 200, body = SystemRow)))]
#[post("/systems/{id}/start-testing")]
async fn start_testing(id: Key<System>, caller: Caller, systems: Commands<System>) -> Reply<System> {
    systems.execute(&caller, &id, SystemCommand::StartTesting).await
}

/// Put a tested system into production.
#[utoipa::path(responses((status = 200, body = SystemRow)))]
#[post("/systems/{id}/put-into-production")]
async fn put_into_production(id: Key<System>, caller: Caller, systems: Commands<System>) -> Reply<System> {
    systems.execute(&caller, &id, SystemCommand::PutIntoProduction).await
}

/// Decide that a system goes, and by when.
#[utoipa::path(request_body = RetirementPlan, responses((status = 200, body = SystemRow)))]
#[post("/systems/{id}/begin-retirement")]
async fn begin_retirement(
    id: Key<System>,
    caller: Caller,
    body: Valid<RetirementPlan>,
    systems: Commands<System>,
) -> Reply<System> {
    systems.execute(&caller, &id, SystemCommand::BeginRetirement(body.into_inner())).await
}

/// Keep a system that was to be retired.
#[utoipa::path(responses((status = 200, body = SystemRow)))]
#[post("/systems/{id}/revoke-retirement")]
async fn revoke_retirement(id: Key<System>, caller: Caller, systems: Commands<System>) -> Reply<System> {
    systems.execute(&caller, &id, SystemCommand::RevokeRetirement).await
}

/// Retire a system that nothing depends on any more, or give up one that never went into production.
#[utoipa::path(responses((status = 200, body = SystemRow)))]
#[post("/systems/{id}/retire")]
async fn retire(id: Key<System>, caller: Caller, systems: Commands<System>) -> Reply<System> {
    let own = systems.entity(&caller, &id).await?.id;
    let needed_by = needed_by(systems.rows(), own).await?;
    systems.execute(&caller, &id, SystemCommand::Retire { needed_by }).await
}
