//! Whom a request means to give something: an employee, an org unit or a place.

use kernel::Fault;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Directory, Problem, Reference};

use crate::register::Holder;

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Recipient {
    /// Id or number.
    Employee(Reference),
    /// Id or number.
    OrgUnit(Reference),
    Location(Place),
}

/// Code of a place: building, floor, room.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(min_length = 1, max_length = 100, pattern = r"^\S(.*\S)?$", example = "A-312")]
pub struct Place(String);

impl Recipient {
    /// Who that is; only employees in service receive anything.
    pub async fn holder(&self, directory: &Directory, pointer: &str) -> Result<Holder, Problem> {
        match self {
            Self::Employee(reference) => {
                let pointer = format!("{pointer}/employee");
                let employee = directory.employee(reference, &pointer).await?;
                if !employee.active {
                    return Err(not_active(&pointer).into());
                }
                Ok(Holder::Employee { id: employee.id, number: employee.number, org_unit_id: employee.org_unit_id })
            }
            Self::OrgUnit(reference) => {
                let unit = directory.unit(reference, &format!("{pointer}/org_unit")).await?;
                Ok(Holder::OrgUnit { id: unit.id, number: unit.number })
            }
            Self::Location(Place(code)) => Ok(Holder::Location { code: code.clone() }),
        }
    }
}

pub fn not_active(pointer: &str) -> Fault {
    let (en, ka) = ("This employee is not in service.", "ეს თანამშრომელი ამჟამად არ მუშაობს.");
    Fault::invalid("employee-not-active", en, ka).at(pointer)
}
