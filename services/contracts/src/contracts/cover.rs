//! Which contract covers a device, and which contracts are about to end.

use chrono::{Days, NaiveDate};
use event_store::RowChange;
use kernel::Localized;
use kernel::text::searchable;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use serde_json::Value;
use service::web::{Caller, shown};
use utoipa::ToSchema;
use uuid::Uuid;

use super::domain::{Contract, ContractId, ContractKind, CoveredDevice};
use super::view::{ContractRow, ContractStatus, row};
use crate::vendors::domain::VendorId;

/// A contract that covers a device on the day that was asked about.
#[derive(Debug, Serialize, ToSchema)]
pub struct Warranty {
    pub contract_id: ContractId,
    #[schema(example = "CON-2026-000017")]
    pub contract_number: String,
    pub kind: ContractKind,
    pub status: ContractStatus,
    pub subject: String,
    pub vendor_id: VendorId,
    #[schema(example = "VEN-000004")]
    pub vendor_number: String,
    pub vendor_name: Localized,
    pub supervisor_id: Option<Uuid>,
    /// What the contract calls the device.
    pub device: CoveredDevice,
    pub from: NaiveDate,
    pub until: NaiveDate,
}

/// Contracts whose warranty or service outlives their terms of delivery still cover.
const COVERING: [ContractStatus; 4] =
    [ContractStatus::Signed, ContractStatus::Active, ContractStatus::Suspended, ContractStatus::Completed];

/// Cover of the device, whatever it is called there, on a day; what ends last comes first.
pub async fn warranties(
    database: &DatabaseConnection,
    caller: &Caller,
    device: &str,
    on: NaiveDate,
) -> Result<Vec<Warranty>, DbErr> {
    // The search text holds every device's names; which of them it is, the covers themselves tell.
    let named = Expr::col(row::Column::Search).like(format!("%{}%", searchable(device)));
    let likely = row::Entity::find().filter(row::Column::Status.is_in(COVERING)).filter(named).all(database).await?;
    let mut found: Vec<Warranty> = likely
        .iter()
        .filter(|contract| caller.sees(&RowChange::put((*contract).clone())))
        .flat_map(|contract| contract.covers.0.iter().map(move |cover| Warranty::of(contract, cover)))
        .filter(|warranty| warranty.device.is_called(device) && (warranty.from..=warranty.until).contains(&on))
        .collect();
    found.sort_by(|left, right| (right.until, &left.contract_number).cmp(&(left.until, &right.contract_number)));
    Ok(found)
}

impl Warranty {
    fn of(contract: &ContractRow, cover: &CoveredDevice) -> Self {
        Self {
            contract_id: contract.id,
            contract_number: contract.number.clone(),
            kind: contract.kind,
            status: contract.status,
            subject: contract.subject.clone(),
            vendor_id: contract.vendor_id,
            vendor_number: contract.vendor_number.clone(),
            vendor_name: contract.vendor_name.clone(),
            supervisor_id: contract.supervisor_id,
            device: cover.clone(),
            from: cover.from.unwrap_or(contract.starts_on),
            until: cover.until.unwrap_or(contract.ends_on),
        }
    }
}

/// Which of the contracts in force are meant.
#[derive(Clone, Debug, Default)]
pub struct Ending {
    pub kind: Option<ContractKind>,
    pub vendor_id: Option<VendorId>,
    pub supervisor_id: Option<Uuid>,
}

/// A contract that is about to end.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExpiringContract {
    #[schema(minimum = 0, example = 30)]
    pub days_left: i64,
    #[schema(value_type = ContractRow)]
    pub contract: Value,
}

/// Contracts in force that end within so many days from `today`, the next one first.
pub async fn expiring(
    database: &DatabaseConnection,
    caller: &Caller,
    ending: &Ending,
    today: NaiveDate,
    within_days: u64,
) -> Result<Vec<ExpiringContract>, DbErr> {
    let last = today.checked_add_days(Days::new(within_days)).unwrap_or(NaiveDate::MAX);
    let mut query = row::Entity::find()
        .filter(row::Column::Status.is_in(ContractStatus::IN_FORCE))
        .filter(row::Column::EndsOn.between(today, last));
    if let Some(kind) = ending.kind {
        query = query.filter(row::Column::Kind.eq(kind));
    }
    if let Some(vendor) = ending.vendor_id {
        query = query.filter(row::Column::VendorId.eq(vendor));
    }
    if let Some(supervisor) = ending.supervisor_id {
        query = query.filter(row::Column::SupervisorId.eq(supervisor));
    }
    let rows = query.order_by_asc(row::Column::EndsOn).order_by_asc(row::Column::Number).all(database).await?;
    let seen = rows.into_iter().filter(|contract| caller.sees(&RowChange::put(contract.clone())));
    let with_days = |contract: ContractRow| ExpiringContract {
        days_left: (contract.ends_on - today).num_days(),
        contract: shown::<Contract>("contracts", &contract),
    };
    Ok(seen.map(with_days).collect())
}
