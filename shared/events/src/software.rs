//! What the software service tells: which systems there are, how critical they are, and when they go.

use chrono::NaiveDate;
use kernel::Localized;
use serde::Deserialize;
use uuid::Uuid;

use crate::Published;

/// A system entered the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SystemRegistered {
    /// `planned`, `in_development`, `in_test`, `in_production` or `retired`.
    pub stage: String,
    pub details: SystemDetails,
    #[serde(default)]
    pub part_of: Option<Uuid>,
}

/// What the catalogue says of a system was corrected.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct SystemDetailsChanged(pub SystemDetails);

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SystemDetails {
    /// Unique: `docflow`.
    pub code: String,
    pub name: Localized,
    pub owner_unit_id: Uuid,
    #[serde(default)]
    pub technical_owner_id: Option<Uuid>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SystemPutIntoProduction {
    pub on: NaiveDate,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SystemRetired {
    pub on: NaiveDate,
}

/// An assessment of the system was approved: this is its tier from now on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SystemClassified {
    pub assessment_id: Uuid,
    /// 1 is the most critical, 4 the least.
    pub tier: i32,
    /// ISO 8601 duration.
    pub rto: String,
    /// ISO 8601 duration.
    pub rpo: String,
}

/// A system is to be assessed again; the subject is the assessment in force.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct AssessmentDue {
    pub system_id: Uuid,
    pub tier: i32,
    pub reassess_on: NaiveDate,
}

macro_rules! published {
    ($($event:ty = $name:literal),+ $(,)?) => {$(
        impl Published for $event {
            const SERVICE: &'static str = "software";
            const NAME: &'static str = $name;
        }
    )+};
}

published! {
    SystemRegistered = "system.registered.v1",
    SystemDetailsChanged = "system.details_changed.v1",
    SystemPutIntoProduction = "system.put_into_production.v1",
    SystemRetired = "system.retired.v1",
    SystemClassified = "system.classified.v1",
    AssessmentDue = "assessment.due.v1",
}
