//! What may be asked of an employee's record.

use chrono::NaiveDate;

use super::details::EmployeeDetails;
use super::employee::{EmployeeId, Leave, Suspension};
use super::place::Place;

#[derive(Clone)]
pub enum EmployeeCommand {
    Register {
        id: EmployeeId,
        details: Box<EmployeeDetails>,
        place: Place,
    },
    /// The first day has come.
    Activate,
    Edit {
        id: EmployeeId,
        details: Box<EmployeeDetails>,
    },
    Move {
        id: EmployeeId,
        place: Place,
    },
    BeginLeave(Leave),
    EndLeave,
    Suspend(Suspension),
    /// Back in service: after a suspension, after having left, or because an announced departure is off.
    Reinstate,
    /// Leaves on this day; a day to come is announced.
    Leave {
        on: NaiveDate,
    },
    /// The announced day has come.
    Depart,
    /// One after another; all of them, or none.
    All(Vec<EmployeeCommand>),
}
