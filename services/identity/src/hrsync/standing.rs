//! What a row of HR's file asks of an employee, whatever else it changes.

use chrono::NaiveDate;
use kernel::Fault;

use super::row::{HrRow, HrStatus};
use crate::employees::{Employee, EmployeeCommand, EmployeeDetails, EmployeeId, Leave, Place};

/// Whether somebody is to be in service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// As HR has it, there is nothing to do here.
    Nothing,
    Leave(NaiveDate),
    Serve,
}

impl Wish {
    pub fn of(row: &HrRow, known: Option<&Employee>, today: NaiveDate) -> Result<Self, Fault> {
        let standing = &row.standing;
        match (standing.status, known) {
            (HrStatus::Left, None | Some(Employee::Left { .. })) => Ok(Self::Nothing),
            (HrStatus::Left, Some(_)) => Ok(Self::Leave(standing.left_on.unwrap_or(today))),
            (HrStatus::Active | HrStatus::OnLeave, _) if standing.left_on.is_some_and(|on| on <= today) => {
                Err(contradiction())
            }
            // They come back when that day is here; HR's next file will say so again.
            (HrStatus::Active | HrStatus::OnLeave, Some(Employee::Left { .. }))
                if row.record.starts_on.is_some_and(|on| on > today) =>
            {
                Ok(Self::Nothing)
            }
            (HrStatus::Active | HrStatus::OnLeave, _) => Ok(Self::Serve),
        }
    }
}

/// The commands that make a newcomer of a row.
pub fn join(
    row: &HrRow,
    id: EmployeeId,
    details: EmployeeDetails,
    place: Place,
    today: NaiveDate,
) -> Vec<EmployeeCommand> {
    let starts = details.starts_on <= today;
    let mut commands = vec![EmployeeCommand::Register { id, details: Box::new(details), place }];
    if row.standing.status == HrStatus::OnLeave && starts {
        commands.push(EmployeeCommand::BeginLeave(Leave::default()));
    }
    commands.extend(departure(row));
    commands
}

/// The commands that make of somebody known what the row says.
pub fn align(
    row: &HrRow,
    id: EmployeeId,
    known: &Employee,
    details: EmployeeDetails,
    place: Place,
) -> Vec<EmployeeCommand> {
    use EmployeeCommand as C;
    let edit = C::Edit { id, details: Box::new(details) };
    let transfer = C::Move { id, place };
    let mut commands = match known {
        Employee::Left { .. } => vec![C::Reinstate, edit, transfer],
        Employee::Unknown
        | Employee::Joiner(_)
        | Employee::Active(_)
        | Employee::OnLeave { .. }
        | Employee::Suspended { .. } => vec![edit, transfer],
    };
    match (known, row.standing.status) {
        (Employee::Active(_) | Employee::Left { .. }, HrStatus::OnLeave) => {
            commands.push(C::BeginLeave(Leave::default()))
        }
        (Employee::OnLeave { .. }, HrStatus::Active) => commands.push(C::EndLeave),
        // HR's file lifts no suspension, and starts nobody before the first day.
        _ => {}
    }
    commands.extend(departure(row));
    commands
}

/// A day to come on which somebody leaves who is still in service.
fn departure(row: &HrRow) -> Option<EmployeeCommand> {
    row.standing.left_on.map(|on| EmployeeCommand::Leave { on })
}

fn contradiction() -> Fault {
    let (en, ka) = ("Whoever left already has the status left.", "ვინც უკვე წავიდა, მისი სტატუსი უნდა იყოს left.");
    Fault::invalid("left-on-contradicts-status", en, ka).at("/left_on")
}
