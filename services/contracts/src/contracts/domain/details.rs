//! What a contract says.

use chrono::{Days, NaiveDate};
use kernel::Localized;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::calendar::term::Term;
use crate::contracts::price::Price;
use crate::vendors::domain::VendorId;

/// A contract as it was drafted; who and what it names is looked up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContractDetails {
    pub kind: ContractKind,
    pub vendor: ContractVendor,
    pub subject: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub procurement: Option<Procurement>,
    pub price: Price,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_line: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supervisor: Option<Supervisor>,
    pub period: Period,
    pub renewal: Renewal,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub covers: Vec<CoveredDevice>,
}

/// By what it is for; decides which division supervises it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum ContractKind {
    Workplace,
    Network,
    Server,
    Software,
    Service,
    Licence,
}

/// The vendor, as far as a contract needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContractVendor {
    pub id: VendorId,
    #[schema(example = "VEN-000004")]
    pub number: String,
    pub name: Localized,
}

/// The procurement that led to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Procurement {
    /// Of the unified electronic system of state procurement: kind, year, running number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = r"^[A-Z]{3}\d{9}$", example = "NAT260001234")]
    pub tender_number: Option<String>,
    /// Common Procurement Vocabulary, with or without its check digit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = r"^\d{8}(-\d)?$", example = "30200000")]
    pub cpv: Option<String>,
}

/// The employee who supervises the contract, and the unit they did it for when they were appointed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Supervisor {
    pub employee_id: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org_unit_id: Option<Uuid>,
}

/// From when, and until when or for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Period {
    #[schema(example = "2026-03-01")]
    pub starts_on: NaiveDate,
    /// The last day; either this or `term`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-12-31")]
    pub ends_on: Option<NaiveDate>,
    /// Counted from `starts_on`, which is not a part of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<Term>,
}

/// What happens when the end comes.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, sea_orm::FromJsonQueryResult,
)]
#[serde(deny_unknown_fields)]
pub struct Renewal {
    pub kind: RenewalKind,
    /// By how many months it renews itself; of tacit renewal only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 120, example = 12)]
    pub months: Option<u32>,
    /// So many days before the end the other side must know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 730, example = 30)]
    pub notice_days: Option<u32>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum RenewalKind {
    /// It ends.
    #[default]
    None,
    /// It goes on unless somebody gives notice.
    Tacit,
    /// It goes on if both sides say so, by an amendment.
    Express,
}

impl Renewal {
    /// The last day to say that the contract is not to go on, or that it is.
    pub fn notice_on(&self, ends_on: NaiveDate) -> Option<NaiveDate> {
        match self.kind {
            RenewalKind::None => None,
            RenewalKind::Tacit | RenewalKind::Express => {
                ends_on.checked_sub_days(Days::new(self.notice_days.unwrap_or(0).into()))
            }
        }
    }

    /// The months of a tacit renewal.
    pub fn tacit_months(&self) -> Option<u32> {
        self.months.filter(|_| self.kind == RenewalKind::Tacit)
    }
}

/// A device under the contract's warranty or service: known by at least one of its names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CoveredDevice {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Its number in the register.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 64, example = "DEV-000123")]
    pub number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100, example = "ს-004512")]
    pub inventory_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100, example = "4CE0460D0G")]
    pub serial: Option<String>,
    /// First day of its cover; that of the contract, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// Last day of its cover; that of the contract, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
}

impl CoveredDevice {
    /// Everything it is called.
    pub fn names(&self) -> Vec<String> {
        let texts = [&self.number, &self.inventory_number, &self.serial].map(Option::clone);
        self.id.map(|id| id.to_string()).into_iter().chain(texts.into_iter().flatten()).collect()
    }

    /// Capital and small letters are one.
    pub fn is_called(&self, name: &str) -> bool {
        self.names().iter().any(|one| one.to_lowercase() == name.trim().to_lowercase())
    }
}
