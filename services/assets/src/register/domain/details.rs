//! What is known of a device.

use chrono::NaiveDate;
use kernel::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::catalogue::{Attributes, Category};

/// What anybody who keeps the register may correct.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DeviceDetails {
    /// Unique. A device that is still ordered may not have one yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S(.*\S)?$", example = "ს-004512")]
    pub inventory_number: Option<String>,
    /// Unique for its manufacturer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S(.*\S)?$", example = "4CE0460D0G")]
    pub serial: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200, example = "Windows 11 Pro")]
    pub operating_system: Option<String>,
    /// Runs a system that the department's standard does not foresee.
    pub non_standard_os: bool,
    pub condition: Condition,
    /// Code of a place: building, floor, room.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S(.*\S)?$", example = "A-312")]
    pub location: Option<String>,
    /// The org unit that answers for it while nobody holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub responsible_unit_id: Option<Uuid>,
    /// Id or number of the contract it was bought under.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 64, example = "CON-2026-000017")]
    pub contract: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purchased_on: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warranty_end: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 5000)]
    pub note: Option<String>,
    /// As the category's schema for devices allows.
    #[serde(skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    ToSchema,
    sea_orm::EnumIter,
    sea_orm::DeriveActiveEnum,
)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(sea_orm::sea_query::StringLen::N(32))", rename_all = "snake_case")]
pub enum Condition {
    New,
    #[default]
    Good,
    Worn,
    Faulty,
}

/// The device type, as far as a device needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TypeFacts {
    pub id: Uuid,
    #[schema(example = "DTY-000017")]
    pub number: String,
    pub manufacturer_id: Uuid,
    #[schema(example = "HP")]
    pub manufacturer: String,
    #[schema(example = "EliteBook 840 G11")]
    pub model: String,
    pub category: Category,
}

impl TypeFacts {
    /// Of a device that is not registered.
    pub fn unknown() -> Self {
        let (number, manufacturer, model) = Default::default();
        Self { id: Uuid::nil(), number, manufacturer_id: Uuid::nil(), manufacturer, model, category: Category::Other }
    }
    /// As people call it: `HP EliteBook 840 G11`.
    pub fn name(&self) -> String {
        format!("{} {}", self.manufacturer, self.model)
    }
}
