//! The table of contracts.

use chrono::{DateTime, NaiveDate, Utc};
use event_store::{Entity, Record, Row};
use kernel::{Localized, Money, text::searchable};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::domain::{
    Amendment, Binding, Contract, ContractDetails, ContractId, ContractKind, CoveredDevice, Paper, Renewal, RenewalKind,
};
use crate::vendors::domain::VendorId;

pub mod row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, ToSchema)]
    #[sea_orm(table_name = "contracts")]
    #[schema(as = Contract)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ContractId,
        #[schema(example = "CON-2026-000017")]
        pub number: String,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
        pub status: ContractStatus,
        pub kind: ContractKind,
        pub vendor_id: VendorId,
        #[schema(example = "VEN-000004")]
        pub vendor_number: String,
        #[sea_orm(column_type = "JsonBinary")]
        pub vendor_name: Localized,
        /// As amended.
        #[sea_orm(column_type = "Text")]
        pub subject: String,
        #[schema(example = "NAT260001234")]
        pub tender_number: Option<String>,
        #[schema(example = "30200000")]
        pub cpv: Option<String>,
        /// Value without VAT, as amended.
        #[sea_orm(column_type = "JsonBinary")]
        pub net: Money,
        #[schema(example = 18)]
        pub vat_percent: i32,
        #[sea_orm(column_type = "JsonBinary")]
        pub vat: Money,
        /// Value with VAT.
        #[sea_orm(column_type = "JsonBinary")]
        pub gross: Money,
        pub budget_line: Option<String>,
        pub supervisor_id: Option<Uuid>,
        pub starts_on: NaiveDate,
        /// The last day, as amended and renewed.
        pub ends_on: NaiveDate,
        /// The last day as it was signed.
        pub original_ends_on: NaiveDate,
        /// The last day has passed, and nothing renewed it.
        pub term_ended: bool,
        pub signed_on: Option<NaiveDate>,
        pub renewal: RenewalKind,
        #[schema(example = 12)]
        pub renewal_months: Option<i64>,
        #[schema(example = 30)]
        pub notice_days: Option<i64>,
        /// The last day for notice before the present end.
        pub notice_on: Option<NaiveDate>,
        pub notice_given_on: Option<NaiveDate>,
        /// How often it renewed itself since its end was last agreed.
        #[schema(minimum = 0)]
        pub renewals: i64,
        #[sea_orm(column_type = "JsonBinary")]
        pub covers: Covers,
        #[sea_orm(column_type = "JsonBinary")]
        pub amendments: Amendments,
        /// Why it is suspended or was terminated.
        #[sea_orm(column_type = "Text", nullable)]
        pub reason: Option<String>,
        /// The day it was completed or terminated.
        pub closed_on: Option<NaiveDate>,
        /// The supervisor's unit.
        pub org_unit_id: Option<Uuid>,
        /// The supervisor.
        pub owner_id: Option<Uuid>,
        #[serde(skip)]
        pub search: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
pub use row::Model as ContractRow;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum ContractStatus {
    Draft,
    Agreed,
    Signed,
    Active,
    Suspended,
    Completed,
    Terminated,
}

impl ContractStatus {
    /// Signed, and neither completed nor terminated.
    pub const IN_FORCE: [Self; 3] = [Self::Signed, Self::Active, Self::Suspended];
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, FromJsonQueryResult)]
pub struct Covers(pub Vec<CoveredDevice>);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, FromJsonQueryResult)]
pub struct Amendments(pub Vec<Amendment>);

impl Row for ContractRow {
    type Table = row::Entity;
    type Active = row::ActiveModel;
    const INDEXES: &'static [&'static [&'static str]] = &[
        &["status", "ends_on"],
        &["kind"],
        &["vendor_id"],
        &["supervisor_id"],
        &["ends_on"],
        &["notice_on"],
        &["tender_number"],
        &["org_unit_id"],
        &["owner_id"],
    ];
}

impl Record for Contract {
    type Row = ContractRow;
}

impl From<&Contract> for ContractStatus {
    fn from(contract: &Contract) -> Self {
        match contract {
            Contract::Unwritten | Contract::Draft(_) => Self::Draft,
            Contract::Agreed(_) => Self::Agreed,
            Contract::Signed(_) => Self::Signed,
            Contract::Active(_) => Self::Active,
            Contract::Suspended { .. } => Self::Suspended,
            Contract::Completed { .. } => Self::Completed,
            Contract::Terminated { .. } => Self::Terminated,
        }
    }
}

impl From<&Entity<Contract>> for ContractRow {
    fn from(entity: &Entity<Contract>) -> Self {
        let contract = &entity.state;
        let nothing = Paper::nothing();
        let Paper { details, ends_on: original_ends_on } = contract.paper().unwrap_or(&nothing);
        let binding = contract.binding();
        let price = binding.map_or(details.price, |binding| binding.price);
        let subject = binding.map_or(&details.subject, |binding| &binding.subject);
        let ends_on = contract.ends_on().unwrap_or(*original_ends_on);
        let renewal = &details.renewal;
        let procurement = details.procurement.as_ref();
        let supervisor = contract.supervisor();
        let (reason, closed_on) = closing(contract);
        Self {
            id: entity.id,
            number: entity.number.clone(),
            version: entity.version,
            created_at: entity.created_at,
            updated_at: entity.updated_at,
            status: ContractStatus::from(contract),
            kind: details.kind,
            vendor_id: details.vendor.id,
            vendor_number: details.vendor.number.clone(),
            vendor_name: details.vendor.name.clone(),
            subject: subject.clone(),
            tender_number: procurement.and_then(|procurement| procurement.tender_number.clone()),
            cpv: procurement.and_then(|procurement| procurement.cpv.clone()),
            net: price.net,
            vat_percent: price.vat_percent,
            vat: price.vat(),
            gross: price.gross(),
            budget_line: details.budget_line.clone(),
            supervisor_id: supervisor.map(|supervisor| supervisor.employee_id),
            starts_on: details.period.starts_on,
            ends_on,
            original_ends_on: *original_ends_on,
            term_ended: binding.is_some_and(|binding| binding.expiry.over),
            signed_on: binding.map(|binding| binding.signed_on),
            renewal: renewal.kind,
            renewal_months: renewal.months.map(i64::from),
            notice_days: renewal.notice_days.map(i64::from),
            notice_on: renewal.notice_on(ends_on),
            notice_given_on: binding.and_then(|binding| binding.notice_given_on),
            renewals: binding.map_or(0, |binding| i64::from(binding.expiry.renewals)),
            covers: Covers(contract.covers().to_vec()),
            amendments: Amendments(binding.map(|binding: &Binding| binding.amendments.clone()).unwrap_or_default()),
            reason,
            closed_on,
            org_unit_id: supervisor.and_then(|supervisor| supervisor.org_unit_id),
            owner_id: supervisor.map(|supervisor| supervisor.employee_id),
            search: search(&entity.number, details, subject, contract.covers()),
        }
    }
}

fn closing(contract: &Contract) -> (Option<String>, Option<NaiveDate>) {
    match contract {
        Contract::Suspended { reason, .. } => (Some(reason.clone()), None),
        Contract::Completed { on, .. } => (None, Some(*on)),
        Contract::Terminated { on, reason, .. } => (Some(reason.clone()), Some(*on)),
        Contract::Unwritten | Contract::Draft(_) | Contract::Agreed(_) | Contract::Signed(_) | Contract::Active(_) => {
            (None, None)
        }
    }
}

/// The names of covered devices are found too.
fn search(number: &str, details: &ContractDetails, subject: &str, covers: &[CoveredDevice]) -> String {
    let procurement = details.procurement.as_ref();
    let vendor = &details.vendor;
    let mut words = vec![number, subject, &vendor.number, &vendor.name.ka, &vendor.name.en];
    words.extend(procurement.and_then(|procurement| procurement.tender_number.as_deref()));
    words.extend(details.budget_line.as_deref());
    let names: Vec<String> = covers.iter().flat_map(CoveredDevice::names).collect();
    words.extend(names.iter().map(String::as_str));
    searchable(&words.join(" "))
}

impl Paper {
    /// A stream begins with a draft, so nobody sees this.
    fn nothing() -> Self {
        use super::domain::{ContractVendor, Period};
        let vendor = ContractVendor { id: Uuid::nil().into(), number: String::new(), name: Localized::default() };
        let period = Period { starts_on: NaiveDate::default(), ends_on: None, term: None };
        let details = ContractDetails {
            kind: ContractKind::Service,
            vendor,
            subject: String::new(),
            procurement: None,
            price: super::price::Price { net: Money::gel(0), vat_percent: 0 },
            budget_line: None,
            supervisor: None,
            period,
            renewal: Renewal::default(),
            covers: vec![],
        };
        Self { details, ends_on: NaiveDate::default() }
    }
}
