//! What a request or a row of a file says of somebody's place.

use kernel::Fault;
use service::web::Reference;

use super::domain::{ManagerFacts, Place, Placement, PositionFacts, UnitFacts};
use super::import::required;

#[derive(Clone, Copy, Debug, Default)]
pub struct Named<'a> {
    /// Id, number or code.
    pub org_unit: Option<&'a str>,
    /// Id or number.
    pub position: Option<&'a str>,
    /// Id, number or HR number.
    pub manager: Option<&'a str>,
}

/// What was found under these names; nothing where there is nothing.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub unit: Option<UnitFacts>,
    pub position: Option<PositionFacts>,
    pub manager: Option<ManagerFacts>,
}

impl<'a> Named<'a> {
    pub fn by(org_unit: &'a Reference, position: Option<&'a Reference>, manager: Option<&'a Reference>) -> Self {
        let text = |reference: &'a Reference| reference.0.as_str();
        Self { org_unit: Some(text(org_unit)), position: position.map(text), manager: manager.map(text) }
    }

    /// The place that was `found`; what is not named stays as it was `before`. Names everything that is not there.
    pub fn place(self, found: Found, before: Option<&Placement>) -> Result<Place, Vec<Fault>> {
        let mut faults = vec![];
        let kept = before.map(Place::kept);
        let unit = match self.org_unit {
            Some(_) => noted(found.unit, || Reference::unknown("/org_unit"), &mut faults),
            None => noted(kept.as_ref().map(|kept| kept.unit.clone()), || required("/org_unit"), &mut faults),
        };
        let moves = unit.as_ref().map(|unit| unit.id) != before.map(|before| before.org_unit_id);
        let position = match self.position {
            Some(_) => noted(found.position, || Reference::unknown("/position"), &mut faults),
            // A position stays behind with its unit.
            None => kept.as_ref().and_then(|kept| kept.position.clone()).filter(|_| !moves),
        };
        let manager = match self.manager {
            Some(_) => noted(found.manager, || Reference::unknown("/manager"), &mut faults),
            None => kept.and_then(|kept| kept.manager),
        };
        match unit {
            Some(unit) if faults.is_empty() => Ok(Place { unit, position, manager }),
            _ => Err(faults),
        }
    }
}

fn noted<T>(found: Option<T>, fault: impl FnOnce() -> Fault, faults: &mut Vec<Fault>) -> Option<T> {
    if found.is_none() {
        faults.push(fault());
    }
    found
}
