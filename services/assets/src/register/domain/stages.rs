//! What happens to a device between its order and its disposal; request bodies, and data of the events.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::custody::Holder;
use super::details::Condition;

/// An ordered device has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S(.*\S)?$", example = "ს-004512")]
    pub inventory_number: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S(.*\S)?$", example = "4CE0460D0G")]
    pub serial: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S(.*\S)?$", example = "A-001")]
    pub location: Option<String>,
    #[serde(default = "unused")]
    pub condition: Condition,
}

fn unused() -> Condition {
    Condition::New
}

/// Kept aside for somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reservation {
    pub holder: Holder,
    /// Last day of the reservation; it then ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Repair {
    /// What does not work.
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S", example = "The screen stays dark.")]
    pub fault: String,
    /// Who repairs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200, example = "UGT")]
    pub vendor: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_back_on: Option<NaiveDate>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RepairOutcome {
    pub condition: Condition,
    /// What was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2000, example = "The panel was replaced.")]
    pub work: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Loss {
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S", example = "Not found when the office moved.")]
    pub circumstances: String,
    /// The day it was missed; today, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed_on: Option<NaiveDate>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Find {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S(.*\S)?$", example = "A-204")]
    pub location: Option<String>,
    pub condition: Condition,
}

/// Out of use for good, but still here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Retirement {
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S", example = "Cannot be repaired.")]
    pub reason: String,
    /// The document that decided it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200, example = "01-17/2026")]
    pub document: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Disposal {
    /// How it left: recycled, destroyed, given away.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S", example = "Recycled")]
    pub method: String,
    /// The act that proves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200, example = "01-18/2026")]
    pub document: Option<String>,
}
