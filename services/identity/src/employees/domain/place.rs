//! Where somebody stands: unit, position, manager.

use kernel::Fault;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::employee::EmployeeId;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Placement {
    pub org_unit_id: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position_id: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manager_id: Option<Uuid>,
}

/// A placement with what must be known of it to allow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub unit: UnitFacts,
    pub position: Option<PositionFacts>,
    pub manager: Option<ManagerFacts>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitFacts {
    pub id: Uuid,
    pub is_open: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PositionFacts {
    pub id: Uuid,
    pub org_unit_id: Uuid,
    pub is_open: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagerFacts {
    pub id: Uuid,
    pub has_left: bool,
    /// The manager, and everybody above.
    pub line: Vec<Uuid>,
}

impl Place {
    /// Where somebody stands already: nothing of it is asked about again.
    pub fn kept(placement: &Placement) -> Self {
        let Placement { org_unit_id, position_id, manager_id } = *placement;
        Self {
            unit: UnitFacts { id: org_unit_id, is_open: true },
            position: position_id.map(|id| PositionFacts { id, org_unit_id, is_open: true }),
            manager: manager_id.map(|id| ManagerFacts { id, has_left: false, line: vec![id] }),
        }
    }

    pub fn placement(&self) -> Placement {
        Placement {
            org_unit_id: self.unit.id,
            position_id: self.position.as_ref().map(|position| position.id),
            manager_id: self.manager.as_ref().map(|manager| manager.id),
        }
    }

    /// Everything that is wrong with it for `employee`, as far as it differs from where they stood `before`.
    pub fn faults(&self, employee: EmployeeId, before: Option<&Placement>) -> Vec<Fault> {
        let new = self.placement();
        let new_unit = before.is_none_or(|before| before.org_unit_id != new.org_unit_id);
        let new_position = new_unit || before.is_none_or(|before| before.position_id != new.position_id);
        let new_manager = before.is_none_or(|before| before.manager_id != new.manager_id);
        let unit = self.unit_fault().filter(|_| new_unit);
        let position = self.position_fault().filter(|_| new_position);
        let manager = self.manager_fault(employee).filter(|_| new_manager);
        [unit, position, manager].into_iter().flatten().collect()
    }

    fn unit_fault(&self) -> Option<Fault> {
        (!self.unit.is_open)
            .then(|| fault("unit-not-open", "The unit is closed.", "ერთეული დახურულია.").at("/org_unit"))
    }

    fn position_fault(&self) -> Option<Fault> {
        let position = self.position.as_ref()?;
        let found = if !position.is_open {
            fault("position-not-open", "The position is abolished.", "პოზიცია გაუქმებულია.")
        } else if position.org_unit_id != self.unit.id {
            fault("position-of-another-unit", "The position belongs to another unit.", "პოზიცია სხვა ერთეულს ეკუთვნის.")
        } else {
            return None;
        };
        Some(found.at("/position"))
    }

    fn manager_fault(&self, employee: EmployeeId) -> Option<Fault> {
        let manager = self.manager.as_ref()?;
        let found = if manager.id == employee.0 {
            fault("own-manager", "Nobody is their own manager.", "თანამშრომელი საკუთარი თავის ხელმძღვანელი ვერ იქნება.")
        } else if manager.has_left {
            fault("manager-left", "The manager has left.", "ხელმძღვანელი აღარ მუშაობს.")
        } else if manager.line.contains(&employee.0) {
            let ka = "ხელმძღვანელი თავად ამ თანამშრომელს ექვემდებარება.";
            fault("manager-is-below", "The manager stands below this employee.", ka)
        } else {
            return None;
        };
        Some(found.at("/manager"))
    }
}

fn fault(code: &str, en: &str, ka: &str) -> Fault {
    Fault::invalid(code, en, ka)
}
