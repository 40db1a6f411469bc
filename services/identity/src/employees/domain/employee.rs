//! An employee: the states of service, and the table of what each allows.

use chrono::NaiveDate;
use event_store::{Aggregate, Context, Deadline, Series};
use kernel::tbilisi;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::command::EmployeeCommand;
use super::decide;
use super::details::Person;
use super::event::EmployeeEvent;
use super::evolve;
use super::place::Placement;
use super::refusal::EmployeeRefusal;

kernel::ids! { EmployeeId }

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub enum Employee {
    #[default]
    Unknown,
    /// Registered; the first day is yet to come.
    Joiner(Employment),
    Active(Employment),
    OnLeave {
        employment: Employment,
        leave: Leave,
    },
    Suspended {
        employment: Employment,
        suspension: Suspension,
    },
    Left {
        employment: Employment,
        left_on: NaiveDate,
    },
}

/// What is known of an employee in every state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Employment {
    pub person: Person,
    pub placement: Placement,
    /// The announced last day.
    pub leaves_on: Option<NaiveDate>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Leave {
    /// Its last day, if that is known; the leave then ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Suspension {
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S", example = "Pending an inquiry.")]
    pub reason: String,
}

pub(super) type Decision = Result<Vec<EmployeeEvent>, EmployeeRefusal>;

const STARTS: &str = "starts";
const LEAVE_ENDS: &str = "leave-ends";
const DEPARTS: &str = "departs";

impl Aggregate for Employee {
    const KIND: &'static str = "employee";
    const SERIES: Series = Series::Running("EMP");
    type Id = EmployeeId;
    type Command = EmployeeCommand;
    type Event = EmployeeEvent;
    type Refusal = EmployeeRefusal;

    fn decide(&self, command: EmployeeCommand, context: &Context) -> Decision {
        use EmployeeCommand as C;
        use EmployeeEvent as E;
        use EmployeeRefusal as R;
        match (self, command) {
            (known, C::All(commands)) => known.decide_all(commands, context),

            (Self::Unknown, C::Register { id, details, place }) => decide::register(id, *details, &place, context),
            (_, C::Register { .. }) => Err(R::AlreadyRegistered),
            (Self::Unknown, _) => Err(R::NotRegistered),

            (Self::Left { .. }, C::Reinstate) => Ok(vec![E::EmployeeReinstated {}]),
            (Self::Left { .. }, _) => Err(R::HasLeft),

            (Self::Joiner(employment), C::Edit { id, details }) => employment.reschedule(id, *details, context),
            (Self::Active(employment), C::Edit { id, details })
            | (Self::OnLeave { employment, .. }, C::Edit { id, details })
            | (Self::Suspended { employment, .. }, C::Edit { id, details }) => employment.edit(id, *details, context),
            (Self::Joiner(employment), C::Move { id, place })
            | (Self::Active(employment), C::Move { id, place })
            | (Self::OnLeave { employment, .. }, C::Move { id, place })
            | (Self::Suspended { employment, .. }, C::Move { id, place }) => employment.relocate(id, &place),

            (Self::Joiner(_), C::Activate) => Ok(vec![E::EmployeeActivated {}]),
            (_, C::Activate) => Err(R::NotJoining),

            (Self::Active(_), C::BeginLeave(leave)) => decide::begin_leave(leave, context),
            (_, C::BeginLeave(_)) => Err(R::NotActive),
            (Self::OnLeave { .. }, C::EndLeave) => Ok(vec![E::EmployeeLeaveEnded {}]),
            (_, C::EndLeave) => Err(R::NotOnLeave),

            (Self::Active(_) | Self::OnLeave { .. }, C::Suspend(suspension)) => {
                Ok(vec![E::EmployeeSuspended(suspension)])
            }
            (_, C::Suspend(_)) => Err(R::NotActive),
            (Self::Suspended { .. }, C::Reinstate) => Ok(vec![E::EmployeeReinstated {}]),
            (Self::Active(employment) | Self::OnLeave { employment, .. }, C::Reinstate) => employment.stay(),
            (Self::Joiner(_), C::Reinstate) => Err(R::NotAway),

            // A joiner may turn back before the first day.
            (Self::Joiner(employment), C::Leave { on }) => Ok(employment.leave(on, context)),
            (Self::Active(employment), C::Leave { on })
            | (Self::OnLeave { employment, .. }, C::Leave { on })
            | (Self::Suspended { employment, .. }, C::Leave { on }) => employment.leave_after_start(on, context),
            (Self::Joiner(employment), C::Depart)
            | (Self::Active(employment), C::Depart)
            | (Self::OnLeave { employment, .. }, C::Depart)
            | (Self::Suspended { employment, .. }, C::Depart) => employment.depart(),
        }
    }

    fn evolve(self, event: EmployeeEvent) -> Self {
        evolve::evolved(self, event)
    }

    fn deadlines(&self) -> Vec<Deadline> {
        let mut deadlines = vec![];
        match self {
            Self::Joiner(employment) => {
                deadlines.push(Deadline::new(STARTS, tbilisi::start_of(employment.person.starts_on)));
            }
            Self::OnLeave { leave: Leave { until: Some(until) }, .. } => {
                deadlines.push(Deadline::new(LEAVE_ENDS, tbilisi::end_of(*until)));
            }
            Self::Unknown | Self::Active(_) | Self::OnLeave { .. } | Self::Suspended { .. } | Self::Left { .. } => {}
        }
        let leaves_on = self.employment().and_then(|employment| employment.leaves_on);
        deadlines.extend(leaves_on.map(|day| Deadline::new(DEPARTS, tbilisi::start_of(day))));
        deadlines
    }

    fn on_deadline(&self, name: &str) -> Option<EmployeeCommand> {
        match name {
            STARTS => Some(EmployeeCommand::Activate),
            LEAVE_ENDS => Some(EmployeeCommand::EndLeave),
            DEPARTS => Some(EmployeeCommand::Depart),
            _ => None,
        }
    }
}

impl Employee {
    /// `None` only before they are registered.
    pub fn employment(&self) -> Option<&Employment> {
        match self {
            Self::Unknown => None,
            Self::Joiner(employment)
            | Self::Active(employment)
            | Self::OnLeave { employment, .. }
            | Self::Suspended { employment, .. }
            | Self::Left { employment, .. } => Some(employment),
        }
    }

    pub fn has_left(&self) -> bool {
        matches!(self, Self::Left { .. })
    }

    fn decide_all(&self, commands: Vec<EmployeeCommand>, context: &Context) -> Decision {
        let (mut state, mut events) = (self.clone(), vec![]);
        for command in commands {
            let decided = state.decide(command, context)?;
            state = decided.iter().cloned().fold(state, Self::evolve);
            events.extend(decided);
        }
        Ok(events)
    }
}
