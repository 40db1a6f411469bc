//! The way of a contract: agreed, signed, active, suspended, completed, terminated.

use chrono::NaiveDate;
use serde::Deserialize;
use service::web::{Caller, Commands, Directory, Key, Reference, Reply, Routes, Valid, post};
use utoipa::ToSchema;

use super::drafts::appointed;
use crate::contracts::domain::{Contract, ContractCommand};
use crate::contracts::view::ContractRow;
use crate::vendors::domain::Vendor;
use kernel::tbilisi::day;

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(agree)
        .service(reopen)
        .service(sign)
        .service(activate)
        .service(suspend)
        .service(resume)
        .service(complete)
        .service(terminate)
        .service(appoint_supervisor)
        .service(give_notice);
}

/// Agree on a draft.
#[utoipa::path(operation_id = "agree_contract", responses((status = 200, body = ContractRow)))]
#[post("/contracts/{id}/agree")]
async fn agree(id: Key<Contract>, caller: Caller, contracts: Commands<Contract>) -> Reply<Contract> {
    contracts.execute(&caller, &id, ContractCommand::Agree).await
}

/// Make an agreed contract a draft again.
#[utoipa::path(operation_id = "reopen_contract", responses((status = 200, body = ContractRow)))]
#[post("/contracts/{id}/reopen")]
async fn reopen(id: Key<Contract>, caller: Caller, contracts: Commands<Contract>) -> Reply<Contract> {
    contracts.execute(&caller, &id, ContractCommand::Reopen).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignContract {
    /// Today, if not said.
    #[schema(example = "2026-02-27")]
    signed_on: Option<NaiveDate>,
}

/// Sign an agreed contract; it becomes active by itself on its first day.
#[utoipa::path(
    operation_id = "sign_contract",
    security(("token" = ["contracts.contracts:sign"])),
    request_body = SignContract,
    responses((status = 200, body = ContractRow)),
)]
#[post("/contracts/{id}/sign")]
async fn sign(
    id: Key<Contract>,
    caller: Caller,
    body: Valid<SignContract>,
    contracts: Commands<Contract>,
    vendors: Commands<Vendor>,
) -> Reply<Contract> {
    let today = day(contracts.store().clock().now());
    let contract = contracts.entity(&caller, &id).await?;
    let vendor_id = contract.state.paper().map(|paper| paper.details.vendor.id);
    let vendor = match vendor_id {
        Some(vendor_id) => vendors.store().load::<Vendor>(vendor_id).await?,
        None => None,
    };
    let vendor_barred = vendor.is_some_and(|vendor| vendor.state.is_barred(today));
    let signed_on = body.into_inner().signed_on.unwrap_or(today);
    contracts.execute(&caller, &id, ContractCommand::Sign { signed_on, vendor_barred }).await
}

/// Begin a signed contract before its first day.
#[utoipa::path(operation_id = "activate_contract", responses((status = 200, body = ContractRow)))]
#[post("/contracts/{id}/activate")]
async fn activate(id: Key<Contract>, caller: Caller, contracts: Commands<Contract>) -> Reply<Contract> {
    contracts.execute(&caller, &id, ContractCommand::Activate).await
}

/// Why something is done to a contract.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Grounds {
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S", example = "ფორსმაჟორი")]
    reason: String,
}

/// Suspend an active contract.
#[utoipa::path(operation_id = "suspend_contract", request_body = Grounds, responses((status = 200, body = ContractRow)))]
#[post("/contracts/{id}/suspend")]
async fn suspend(
    id: Key<Contract>,
    caller: Caller,
    body: Valid<Grounds>,
    contracts: Commands<Contract>,
) -> Reply<Contract> {
    let Grounds { reason } = body.into_inner();
    contracts.execute(&caller, &id, ContractCommand::Suspend { reason }).await
}

/// Resume a suspended contract.
#[utoipa::path(operation_id = "resume_contract", responses((status = 200, body = ContractRow)))]
#[post("/contracts/{id}/resume")]
async fn resume(id: Key<Contract>, caller: Caller, contracts: Commands<Contract>) -> Reply<Contract> {
    contracts.execute(&caller, &id, ContractCommand::Resume).await
}

/// Complete a contract: both sides did what they owed.
#[utoipa::path(operation_id = "complete_contract", responses((status = 200, body = ContractRow)))]
#[post("/contracts/{id}/complete")]
async fn complete(id: Key<Contract>, caller: Caller, contracts: Commands<Contract>) -> Reply<Contract> {
    contracts.execute(&caller, &id, ContractCommand::Complete).await
}

/// Terminate a signed contract before it is fulfilled.
#[utoipa::path(
    operation_id = "terminate_contract",
    security(("token" = ["contracts.contracts:sign"])),
    request_body = Grounds,
    responses((status = 200, body = ContractRow)),
)]
#[post("/contracts/{id}/terminate")]
async fn terminate(
    id: Key<Contract>,
    caller: Caller,
    body: Valid<Grounds>,
    contracts: Commands<Contract>,
) -> Reply<Contract> {
    let Grounds { reason } = body.into_inner();
    contracts.execute(&caller, &id, ContractCommand::Terminate { reason }).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AppointSupervisor {
    #[schema(example = "EMP-000123")]
    supervisor: Reference,
}

/// Appoint who supervises a contract in force.
#[utoipa::path(request_body = AppointSupervisor, responses((status = 200, body = ContractRow)))]
#[post("/contracts/{id}/appoint-supervisor")]
async fn appoint_supervisor(
    id: Key<Contract>,
    caller: Caller,
    body: Valid<AppointSupervisor>,
    contracts: Commands<Contract>,
    directory: Directory,
) -> Reply<Contract> {
    let supervisor = appointed(&body.into_inner().supervisor, &directory).await?;
    contracts.execute(&caller, &id, ContractCommand::AppointSupervisor(supervisor)).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GiveNotice {
    /// Today, if not said.
    #[schema(example = "2026-11-15")]
    given_on: Option<NaiveDate>,
}

/// Record the notice that a contract is not to renew itself.
#[utoipa::path(request_body = GiveNotice, responses((status = 200, body = ContractRow)))]
#[post("/contracts/{id}/give-notice")]
async fn give_notice(
    id: Key<Contract>,
    caller: Caller,
    body: Valid<GiveNotice>,
    contracts: Commands<Contract>,
) -> Reply<Contract> {
    let given_on = body.into_inner().given_on.unwrap_or_else(|| day(contracts.store().clock().now()));
    contracts.execute(&caller, &id, ContractCommand::GiveNotice { given_on }).await
}
