//! Who receives, and who signs that he did.

use kernel::Fault;
use service::web::{Caller, Directory, EmployeeEntry, Problem, Reference};

use crate::custody::Signatory;
use crate::recipient::not_active;
use crate::register::Holder;

const POINTER: &str = "/signatory";

/// Whoever must accept an act: an employee for himself, the named employee for a unit or a place, and the named one
/// or else the caller for the stock.
pub async fn signatory(
    receiver: Option<&Holder>,
    named: Option<&Reference>,
    caller: &Caller,
    directory: &Directory,
) -> Result<Signatory, Problem> {
    let named = match named {
        Some(reference) => Some(directory.employee(reference, POINTER).await?),
        None => None,
    };
    match (receiver, named) {
        (Some(Holder::Employee { id, .. }), Some(named)) if named.id != *id => Err(receives_himself().into()),
        (Some(Holder::Employee { id, number, .. }), _) => Ok(Signatory { employee_id: *id, number: number.clone() }),
        (_, Some(named)) => in_service(named),
        (None, None) => in_service(caller_himself(caller, directory).await?),
        (Some(Holder::OrgUnit { .. } | Holder::Location { .. }), None) => Err(required().into()),
    }
}

async fn caller_himself(caller: &Caller, directory: &Directory) -> Result<EmployeeEntry, Problem> {
    let id = caller.principal.employee.ok_or_else(required)?;
    Ok(directory.employee_by_id(id).await?.ok_or_else(required)?)
}

fn in_service(employee: EmployeeEntry) -> Result<Signatory, Problem> {
    let signatory = Signatory { employee_id: employee.id, number: employee.number };
    if employee.active { Ok(signatory) } else { Err(not_active(POINTER).into()) }
}

fn required() -> Fault {
    let (en, ka) = ("Say which employee receives.", "მიუთითეთ მიმღები თანამშრომელი.");
    Fault::invalid("signatory-required", en, ka).at(POINTER)
}

fn receives_himself() -> Fault {
    let (en, ka) = ("An employee receives for himself.", "თანამშრომელი თავად იბარებს.");
    Fault::invalid("signatory-is-the-receiver", en, ka).at(POINTER)
}
