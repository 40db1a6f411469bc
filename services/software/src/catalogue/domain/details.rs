//! What the catalogue says of a system.

use chrono::NaiveDate;
use kernel::Localized;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::SystemId;

/// What anybody who keeps the catalogue may correct.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SystemDetails {
    /// Unique; stands in addresses and configuration.
    #[schema(min_length = 2, max_length = 64, pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$", example = "docflow")]
    pub code: String,
    pub name: Localized,
    /// What the ministry has it for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Localized>,
    /// The org unit that answers for it.
    pub owner_unit_id: Uuid,
    /// The employee who keeps it running.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub technical_owner_id: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 10)]
    pub data_classes: Vec<DataClass>,
    /// Org units whose staff use it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    pub user_agency_ids: Vec<Uuid>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub interfaces: Vec<Interface>,
    /// Numbers of the department's functions that are done with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100, example = json!(["3.4.8"]))]
    pub functions: Vec<String>,
}

/// What kind of data a system keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DataClass {
    Public,
    Internal,
    Confidential,
    Financial,
    /// Law of Georgia on Personal Data Protection, Article 3(a).
    Personal,
    /// Health and the like: Article 3(b) of the same law.
    SpecialCategory,
}

/// Where a system is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Interface {
    pub kind: InterfaceKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500, pattern = r"^[a-z][a-z0-9+.-]*://\S+$", example = "https://docflow.ministry.example")]
    pub url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 500, example = "Registration and circulation of documents")]
    pub description: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InterfaceKind {
    Web,
    Desktop,
    Mobile,
    Rest,
    Soap,
    Database,
    FileExchange,
    MessageQueue,
    Mail,
    Telephony,
    /// Spoken to in the protocol of its devices: readers, cameras, barriers.
    Device,
}

/// Where a system is in its life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum Stage {
    #[default]
    Planned,
    InDevelopment,
    InTest,
    InProduction,
    BeingRetired,
    Retired,
}

/// Another system that this one needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Dependency {
    pub system_id: SystemId,
    pub kind: DependencyKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 500, example = "Nightly, over a read-only view")]
    pub note: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DependencyKind {
    RunsOn,
    ReadsFrom,
    WritesTo,
    AuthenticatesWith,
    /// Sends mail, messages or calls through it.
    NotifiesThrough,
    /// Users get to it through the other.
    ReachedThrough,
    ProtectedBy,
}

/// Why a system goes, and by when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetirementPlan {
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S", example = "ჩაანაცვლა ერთიანმა სისტემამ")]
    pub reason: String,
    #[schema(example = "2027-06-30")]
    pub retire_by: NaiveDate,
}

/// How critical the system is, by its approved assessment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Classification {
    pub assessment_id: Uuid,
    #[schema(minimum = 1, maximum = 4, example = 1)]
    pub tier: i32,
    /// ISO 8601: back in service within this time.
    #[schema(example = "PT4H")]
    pub rto: String,
    /// ISO 8601: at most this much work is lost.
    #[schema(example = "PT15M")]
    pub rpo: String,
    pub reassess_on: NaiveDate,
}
