//! Who to call for a device, and which contracts are about to end.

use actix_web::web::Json;
use chrono::NaiveDate;
use kernel::Fault;
use serde::{Deserialize, Serialize};
use service::web::{Caller, Commands, Directory, Params, Problem, Reference, Routes, get};
use utoipa::{IntoParams, ToSchema};

use crate::contracts::cover::{Ending, ExpiringContract, Warranty, expiring, warranties};
use crate::contracts::domain::{Contract, ContractKind};
use crate::vendors::domain::Vendor;
use kernel::tbilisi::day;

pub fn routes(routes: &mut Routes<'_>) {
    routes.service(list_warranties).service(list_expiring);
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct OfDevice {
    /// Id, number, inventory number or serial number.
    #[param(min_length = 1, max_length = 100, example = "DEV-000123")]
    device: String,
    /// The day that matters; today, if not said.
    #[param(required = false, example = "2026-03-02")]
    on: Option<NaiveDate>,
}

/// Contracts that cover a device.
#[derive(Debug, Serialize, ToSchema)]
struct Warranties {
    device: String,
    on: NaiveDate,
    /// The one that lasts longest first; none: nobody covers it.
    items: Vec<Warranty>,
}

/// Which contracts cover a device on a day.
#[utoipa::path(params(OfDevice), responses((status = 200, body = Warranties)))]
#[get("/warranties")]
async fn list_warranties(
    caller: Caller,
    asked: Params<OfDevice>,
    contracts: Commands<Contract>,
) -> Result<Json<Warranties>, Problem> {
    let OfDevice { device, on } = asked.0;
    if device.trim().is_empty() || device.chars().count() > 100 {
        let (en, ka) = ("A device's name has 1 to 100 characters.", "მოწყობილობის დასახელება 1-დან 100 სიმბოლომდეა.");
        return Err(Fault::malformed("bad-parameter", en, ka).at("?device").into());
    }
    let on = on.unwrap_or_else(|| day(contracts.store().clock().now()));
    let items = warranties(contracts.rows(), &caller, &device, on).await?;
    Ok(Json(Warranties { device, on, items }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AboutToEnd {
    #[serde(default = "quarter")]
    #[param(required = false, minimum = 0, maximum = 3660, default = 90)]
    within_days: u64,
    #[param(required = false)]
    kind: Option<ContractKind>,
    /// Id or number.
    #[param(required = false, example = "VEN-000004")]
    vendor: Option<String>,
    /// Id or number of the employee.
    #[param(required = false, example = "EMP-000123")]
    supervisor: Option<String>,
}

fn quarter() -> u64 {
    90
}

/// Contracts that are about to end.
#[derive(Debug, Serialize, ToSchema)]
struct Expiring {
    /// The next one first.
    items: Vec<ExpiringContract>,
}

/// Contracts in force that end soon, as amended and renewed.
#[utoipa::path(params(AboutToEnd), responses((status = 200, body = Expiring)))]
#[get("/contracts/expiring")]
async fn list_expiring(
    caller: Caller,
    asked: Params<AboutToEnd>,
    contracts: Commands<Contract>,
    vendors: Commands<Vendor>,
    directory: Directory,
) -> Result<Json<Expiring>, Problem> {
    let AboutToEnd { within_days, kind, vendor, supervisor } = asked.0;
    if within_days > 3660 {
        let (en, ka) = ("At most 3660 days.", "არაუმეტეს 3660 დღისა.");
        return Err(Fault::malformed("bad-parameter", en, ka).at("?within_days").into());
    }
    let vendor_id = match vendor {
        Some(vendor) => Some(vendors.resolve(&caller, &Reference(vendor), "?vendor").await?.id),
        None => None,
    };
    let supervisor_id = match supervisor {
        Some(supervisor) => Some(directory.employee(&Reference(supervisor), "?supervisor").await?.id),
        None => None,
    };
    let today = day(contracts.store().clock().now());
    let ending = Ending { kind, vendor_id, supervisor_id };
    Ok(Json(Expiring { items: expiring(contracts.rows(), &caller, &ending, today, within_days).await? }))
}
