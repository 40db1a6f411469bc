//! Which devices a contract covers.

use serde::Deserialize;
use service::web::{Caller, Commands, Key, Reply, Routes, Valid, post};
use utoipa::ToSchema;

use crate::contracts::domain::{Contract, ContractCommand, CoveredDevice};
use crate::contracts::view::ContractRow;

pub fn routes(routes: &mut Routes<'_>) {
    routes.service(cover_devices).service(uncover_devices);
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CoverDevices {
    #[schema(min_items = 1, max_items = 1000)]
    covers: Vec<CoveredDevice>,
}

/// Add devices that a contract in force covers.
#[utoipa::path(request_body = CoverDevices, responses((status = 200, body = ContractRow)))]
#[post("/contracts/{id}/cover")]
async fn cover_devices(
    id: Key<Contract>,
    caller: Caller,
    body: Valid<CoverDevices>,
    contracts: Commands<Contract>,
) -> Reply<Contract> {
    contracts.execute(&caller, &id, ContractCommand::Cover(body.into_inner().covers)).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UncoverDevices {
    /// By any of their names: id, number, inventory number, serial number.
    #[schema(min_items = 1, max_items = 1000, example = json!(["DEV-000123"]))]
    devices: Vec<String>,
}

/// Take devices out of a contract's cover.
#[utoipa::path(request_body = UncoverDevices, responses((status = 200, body = ContractRow)))]
#[post("/contracts/{id}/uncover")]
async fn uncover_devices(
    id: Key<Contract>,
    caller: Caller,
    body: Valid<UncoverDevices>,
    contracts: Commands<Contract>,
) -> Reply<Contract> {
    contracts.execute(&caller, &id, ContractCommand::Uncover(body.into_inner().devices)).await
}
