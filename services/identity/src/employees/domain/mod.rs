//! The rules of service: joining, being away, moving and leaving.

mod command;
mod decide;
mod details;
mod employee;
mod event;
mod evolve;
mod place;
mod refusal;
#[cfg(test)]
mod tests;

pub use command::EmployeeCommand;
pub use details::{EmployeeDetails, Person, UNSAID};
pub use employee::{Employee, EmployeeId, Employment, Leave, Suspension};
pub use event::EmployeeEvent;
pub use place::{ManagerFacts, Place, Placement, PositionFacts, UnitFacts};
pub use refusal::{EmployeeRefusal, under_one_roof};
