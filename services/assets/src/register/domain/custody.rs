//! Who holds a device.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::details::Condition;

kernel::ids! {
    /// Of the act that proves a change of custody; the custody capability keeps the acts.
    HandoverId
}

/// An employee, an org unit, or a place that answers for what is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Holder {
    Employee {
        id: Uuid,
        #[schema(example = "EMP-000123")]
        number: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        org_unit_id: Option<Uuid>,
    },
    OrgUnit {
        id: Uuid,
        #[schema(example = "ORG-000012")]
        number: String,
    },
    Location {
        #[schema(example = "A-312")]
        code: String,
    },
}

impl Holder {
    /// Of an employee or a unit; places have no id yet.
    pub fn id(&self) -> Option<Uuid> {
        match self {
            Self::Employee { id, .. } | Self::OrgUnit { id, .. } => Some(*id),
            Self::Location { .. } => None,
        }
    }

    /// Number of the employee or unit, code of the place.
    pub fn number(&self) -> &str {
        match self {
            Self::Employee { number, .. } | Self::OrgUnit { number, .. } => number,
            Self::Location { code } => code,
        }
    }

    pub fn employee_id(&self) -> Option<Uuid> {
        match self {
            Self::Employee { id, .. } => Some(*id),
            Self::OrgUnit { .. } | Self::Location { .. } => None,
        }
    }

    /// The unit that it is, or that the employee belongs to.
    pub fn org_unit_id(&self) -> Option<Uuid> {
        match self {
            Self::Employee { org_unit_id, .. } => *org_unit_id,
            Self::OrgUnit { id, .. } => Some(*id),
            Self::Location { .. } => None,
        }
    }

    /// The same holder, whatever else changed about it meanwhile.
    pub fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Location { code }, Self::Location { code: other }) => code == other,
            _ => self.id().is_some() && self.id() == other.id(),
        }
    }
}

/// A device in somebody's hands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Custody {
    pub holder: Holder,
    pub since: NaiveDate,
    pub act_id: HandoverId,
}

impl Custody {
    /// The same, with an employee who belongs to this unit now.
    pub(super) fn of_unit(mut self, unit: Option<Uuid>) -> Self {
        if let Holder::Employee { org_unit_id, .. } = &mut self.holder {
            *org_unit_id = unit;
        }
        self
    }
}

/// Putting a device into somebody's hands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Handing {
    pub to: Holder,
    pub act_id: HandoverId,
    pub on: NaiveDate,
    /// Whether the receiver has yet to accept the act.
    pub awaits_acceptance: bool,
}

/// Taking a device back into stock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TakenBack {
    pub act_id: HandoverId,
    pub on: NaiveDate,
    pub awaits_acceptance: bool,
    pub condition: Condition,
    /// Where it is put; where it was, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "A-001")]
    pub location: Option<String>,
}

impl From<Handing> for Custody {
    fn from(handing: Handing) -> Self {
        Self { holder: handing.to, since: handing.on, act_id: handing.act_id }
    }
}
