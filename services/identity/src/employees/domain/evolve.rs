//! What each event makes of an employee.

use super::employee::{Employee, Employment};
use super::event::EmployeeEvent;
use super::place::Placement;

pub fn evolved(employee: Employee, event: EmployeeEvent) -> Employee {
    use Employee as S;
    use EmployeeEvent as E;
    match (employee, event) {
        (_, E::EmployeeRegistered { person, org_unit_id, position_id, manager_id }) => {
            let placement = Placement { org_unit_id, position_id, manager_id };
            S::Joiner(Employment { person: *person, placement, leaves_on: None })
        }
        (S::Joiner(employment), E::EmployeeActivated {}) => S::Active(employment),
        (known, E::EmployeeDetailsChanged { person }) => known.with(|employment| employment.person = *person),
        (known, E::EmployeeMoved(placement)) => known.with(|employment| employment.placement = placement),
        (known, E::EmployeeDepartureAnnounced { leaves_on }) => {
            known.with(|employment| employment.leaves_on = Some(leaves_on))
        }
        (S::Active(employment), E::EmployeeLeaveBegan(leave)) => S::OnLeave { employment, leave },
        (S::OnLeave { employment, .. }, E::EmployeeLeaveEnded {}) => S::Active(employment),
        (S::Active(employment) | S::OnLeave { employment, .. }, E::EmployeeSuspended(suspension)) => {
            S::Suspended { employment, suspension }
        }
        (S::Suspended { employment, .. } | S::Left { employment, .. }, E::EmployeeReinstated {}) => {
            S::Active(employment)
        }
        (known, E::EmployeeReinstated {}) => known.with(|employment| employment.leaves_on = None),
        (
            S::Joiner(employment)
            | S::Active(employment)
            | S::OnLeave { employment, .. }
            | S::Suspended { employment, .. },
            E::EmployeeLeft { left_on, .. },
        ) => S::Left { employment: Employment { leaves_on: None, ..employment }, left_on },
        // `decide` lets no event into a state that cannot have it.
        (
            employee,
            E::EmployeeActivated {}
            | E::EmployeeLeaveBegan(_)
            | E::EmployeeLeaveEnded {}
            | E::EmployeeSuspended(_)
            | E::EmployeeLeft { .. },
        ) => employee,
    }
}

impl Employee {
    fn with(mut self, change: impl FnOnce(&mut Employment)) -> Self {
        match &mut self {
            Self::Unknown => {}
            Self::Joiner(employment)
            | Self::Active(employment)
            | Self::OnLeave { employment, .. }
            | Self::Suspended { employment, .. }
            | Self::Left { employment, .. } => change(employment),
        }
        self
    }
}
