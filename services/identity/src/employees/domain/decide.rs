//! The rules behind the table.

use chrono::NaiveDate;
use event_store::Context;
use kernel::tbilisi;

use super::details::EmployeeDetails;
use super::employee::{Decision, EmployeeId, Employment, Leave};
use super::event::EmployeeEvent as E;
use super::place::{Place, Placement};
use super::refusal::EmployeeRefusal as R;

pub fn register(id: EmployeeId, details: EmployeeDetails, place: &Place, context: &Context) -> Decision {
    check(place, id, None)?;
    let starts = has_come(details.starts_on, context);
    let Placement { org_unit_id, position_id, manager_id } = place.placement();
    let person = Box::new(details.sealed(id));
    let registered = E::EmployeeRegistered { person, org_unit_id, position_id, manager_id };
    Ok(std::iter::once(registered).chain(starts.then_some(E::EmployeeActivated {})).collect())
}

pub fn begin_leave(leave: Leave, context: &Context) -> Decision {
    let over = leave.until.is_some_and(|until| until < tbilisi::day(context.now));
    if over { Err(R::LeaveIsOver) } else { Ok(vec![E::EmployeeLeaveBegan(leave)]) }
}

impl Employment {
    /// Corrects what is known of a joiner, and with it perhaps the first day.
    pub(super) fn reschedule(&self, id: EmployeeId, details: EmployeeDetails, context: &Context) -> Decision {
        let starts = has_come(details.starts_on, context);
        let mut events = self.corrected(id, details)?;
        if starts {
            events.push(E::EmployeeActivated {});
        }
        Ok(events)
    }

    /// Corrects what is known of somebody who has started.
    pub(super) fn edit(&self, id: EmployeeId, details: EmployeeDetails, context: &Context) -> Decision {
        if has_come(details.starts_on, context) { self.corrected(id, details) } else { Err(R::HasStarted) }
    }

    fn corrected(&self, id: EmployeeId, details: EmployeeDetails) -> Decision {
        if self.person.is_erased() {
            return Err(R::Erased);
        }
        let person = details.sealed(id);
        let changed = person != self.person;
        Ok(changed.then(|| E::EmployeeDetailsChanged { person: Box::new(person) }).into_iter().collect())
    }

    pub(super) fn relocate(&self, id: EmployeeId, place: &Place) -> Decision {
        check(place, id, Some(&self.placement))?;
        let placement = place.placement();
        let moved = placement != self.placement;
        Ok(moved.then_some(E::EmployeeMoved(placement)).into_iter().collect())
    }

    pub(super) fn stay(&self) -> Decision {
        if self.leaves_on.is_some() { Ok(vec![E::EmployeeReinstated {}]) } else { Err(R::NotAway) }
    }

    pub(super) fn leave_after_start(&self, on: NaiveDate, context: &Context) -> Decision {
        if on < self.person.starts_on { Err(R::LeavesBeforeStart) } else { Ok(self.leave(on, context)) }
    }

    pub(super) fn leave(&self, on: NaiveDate, context: &Context) -> Vec<E> {
        match has_come(on, context) {
            true => vec![self.left(on)],
            false if self.leaves_on == Some(on) => vec![],
            false => vec![E::EmployeeDepartureAnnounced { leaves_on: on }],
        }
    }

    pub(super) fn depart(&self) -> Decision {
        self.leaves_on.map(|on| vec![self.left(on)]).ok_or(R::NotLeaving)
    }

    fn left(&self, on: NaiveDate) -> E {
        E::EmployeeLeft { left_on: on, org_unit_id: self.placement.org_unit_id }
    }
}

fn check(place: &Place, id: EmployeeId, before: Option<&Placement>) -> Result<(), R> {
    let faults = place.faults(id, before);
    if faults.is_empty() { Ok(()) } else { Err(R::Misplaced(faults)) }
}

fn has_come(day: NaiveDate, context: &Context) -> bool {
    day <= tbilisi::day(context.now)
}
