//! A ticket: something that does not work, or that is to be done, and everything the desk does about it.
//!
//! [`Stage`] is where it stands; `rules` is the table of what may be done there, `fold` what each event makes of it,
//! [`timers`] what it waits for.

mod commands;
mod events;
mod fold;
mod refusals;
mod rules;
#[cfg(test)]
mod tests;
pub mod timers;

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use event_store::{Aggregate, Context, Deadline, Sealed, Series};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub use commands::{Duty, NewTicket, Text, TicketCommand, Triage};
pub use events::{TicketEvent, TicketReported};
pub use refusals::TicketRefusal;

use super::clock::Timeline;
use super::queue::QueueReference;
use crate::desk::words::{Category, Channel, ClosedBecause, Outcome, TicketKind, TicketStatus, WaitReason};
use crate::policy::terms::PolicyInForce;
use crate::policy::words::{Goal, Level, Priority};

kernel::ids! { TicketId }

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub enum Ticket {
    #[default]
    Unreported,
    Reported(Box<Case>),
}

/// All that is known of a reported ticket.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Case {
    pub id: Uuid,
    pub kind: TicketKind,
    pub channel: Channel,
    pub requester: Requester,
    pub details: Details,
    pub source: Option<Source>,
    pub assessment: Assessment,
    pub queue: Option<QueueReference>,
    pub assignee: Option<Uuid>,
    pub stage: Stage,
    pub clocks: Clocks,
    pub policy: PolicyInForce,
    pub comments: Vec<Comment>,
    pub worklog: Vec<WorkEntry>,
    pub watchers: BTreeSet<Uuid>,
    pub parent: Option<TicketReference>,
    pub satisfaction: Option<Satisfaction>,
    pub reopened: u32,
}

/// Where a ticket stands, with what only that stage has.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Stage {
    New,
    Triaged,
    InProgress,
    Waiting(Wait),
    Resolved(Solution),
    Closed {
        because: ClosedBecause,
        at: DateTime<Utc>,
        /// Absent when it was closed as a duplicate.
        solution: Option<Solution>,
        duplicate_of: Option<TicketReference>,
    },
}

/// Who asked, and for whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requester {
    pub employee_id: Uuid,
    pub org_unit_id: Option<Uuid>,
    /// The last day of work of a requester who left.
    pub left_on: Option<NaiveDate>,
}

/// What the ticket says; may be edited while it is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Details {
    pub title: Sealed<String>,
    pub description: Sealed<String>,
    pub category: Category,
    /// The employee it is about, when that is not the requester.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_for: Option<Uuid>,
    pub affected_devices: Vec<Affected>,
    /// Codes or numbers of systems of the software service.
    pub affected_systems: Vec<Affected>,
}

/// A thing of another service, as far as it is known here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Affected {
    /// Number or id, as it was given.
    #[schema(example = "DEV-000123")]
    pub reference: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
}

/// What a ticket follows from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Source {
    #[schema(example = "assets")]
    pub service: String,
    #[schema(example = "return_request")]
    pub kind: String,
    pub id: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Assessment {
    pub impact: Level,
    pub urgency: Level,
    /// As the ticket's policy says.
    pub priority: Priority,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Wait {
    pub reason: WaitReason,
    /// When to go on by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    pub at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Solution {
    pub outcome: Outcome,
    pub text: Sealed<String>,
    pub at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TicketReference {
    pub id: Uuid,
    #[schema(example = "INC-2026-000123")]
    pub number: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Comment {
    pub id: Uuid,
    /// Absent when a part of the platform wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<Uuid>,
    pub text: Sealed<String>,
    pub at: DateTime<Utc>,
    /// For the desk's eyes only.
    pub internal: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WorkEntry {
    pub id: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employee_id: Option<Uuid>,
    pub minutes: u32,
    pub worked_on: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Sealed<String>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Satisfaction {
    /// 1 (bad) to 5 (very good).
    pub score: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<Sealed<String>>,
}

/// What the deadlines are computed from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Clocks {
    pub timeline: Timeline,
    /// A deadline of its own, instead of the policy's target for the resolution.
    pub fixed_due: Option<DateTime<Utc>>,
    pub responded_at: Option<DateTime<Utc>>,
    pub resolved_at: Option<DateTime<Utc>>,
    /// When a target was missed.
    pub response_missed_at: Option<DateTime<Utc>>,
    pub resolution_missed_at: Option<DateTime<Utc>>,
    /// Steps of the ladder that were taken: goal and percent.
    pub escalated: BTreeSet<(Goal, u16)>,
}

impl Ticket {
    pub fn case(&self) -> Option<&Case> {
        match self {
            Self::Unreported => None,
            Self::Reported(case) => Some(case),
        }
    }
}

impl Case {
    pub fn status(&self) -> TicketStatus {
        match self.stage {
            Stage::New => TicketStatus::New,
            Stage::Triaged => TicketStatus::Triaged,
            Stage::InProgress => TicketStatus::InProgress,
            Stage::Waiting(_) => TicketStatus::Waiting,
            Stage::Resolved(_) => TicketStatus::Resolved,
            Stage::Closed { .. } => TicketStatus::Closed,
        }
    }

    /// Whether somebody still has to do something.
    pub fn is_open(&self) -> bool {
        matches!(self.stage, Stage::New | Stage::Triaged | Stage::InProgress | Stage::Waiting(_))
    }

    pub fn parent_id(&self) -> Option<Uuid> {
        self.parent.as_ref().map(|parent| parent.id)
    }

    pub fn minutes_spent(&self) -> u32 {
        self.worklog.iter().map(|entry| entry.minutes).sum()
    }

    pub fn solution(&self) -> Option<&Solution> {
        match &self.stage {
            Stage::Resolved(solution) => Some(solution),
            Stage::Closed { solution, .. } => solution.as_ref(),
            Stage::New | Stage::Triaged | Stage::InProgress | Stage::Waiting(_) => None,
        }
    }
}

impl Aggregate for Ticket {
    const KIND: &'static str = "ticket";
    const SERIES: Series = Series::Yearly("INC");
    type Id = TicketId;
    type Command = TicketCommand;
    type Event = TicketEvent;
    type Refusal = TicketRefusal;

    fn decide(&self, command: TicketCommand, context: &Context) -> Result<Vec<TicketEvent>, TicketRefusal> {
        match (self, command) {
            (Self::Unreported, TicketCommand::Report(ticket)) => Ok(vec![rules::report(*ticket, context)]),
            (Self::Unreported, _) => Err(TicketRefusal::NotReported),
            (Self::Reported(case), command) => case.decide(command, context),
        }
    }

    fn evolve(self, event: TicketEvent) -> Self {
        match (self, event) {
            (_, TicketEvent::TicketReported(reported)) => Self::Reported(Box::new(Case::from(*reported))),
            (Self::Reported(case), event) => Self::Reported(Box::new(case.after(event))),
            (Self::Unreported, _) => Self::Unreported,
        }
    }

    fn deadlines(&self) -> Vec<Deadline> {
        self.case().map(Case::deadlines).unwrap_or_default()
    }

    fn on_deadline(&self, name: &str) -> Option<TicketCommand> {
        self.case()?.command_for(name)
    }
}
