//! What can be asked of a ticket. Facts from elsewhere arrive inside.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::{Affected, Source, TicketReference};
use crate::desk::domain::queue::QueueReference;
use crate::desk::words::{Category, Channel, Outcome, TicketKind, WaitReason};
use crate::policy::terms::PolicyInForce;
use crate::policy::words::{Goal, Level};

#[derive(Clone, Debug)]
pub enum TicketCommand {
    Report(Box<NewTicket>),
    Edit(Text),
    Triage(Triage),
    Reassess {
        impact: Level,
        urgency: Level,
    },
    Route {
        to: QueueReference,
    },
    Assign {
        to: Duty,
    },
    Release,
    Start,
    Wait {
        reason: WaitReason,
        until: Option<DateTime<Utc>>,
        note: Option<String>,
    },
    Resume,
    Resolve {
        outcome: Outcome,
        text: String,
    },
    Close,
    Reopen {
        why: String,
    },
    Comment {
        id: Uuid,
        text: String,
        internal: bool,
    },
    LogWork {
        id: Uuid,
        minutes: u32,
        worked_on: NaiveDate,
        note: Option<String>,
    },
    Watch {
        employee: Uuid,
    },
    Unwatch {
        employee: Uuid,
    },
    /// `parent_of` is the parent's own parent, when it has one.
    SetParent {
        parent: TicketReference,
        parent_of: Option<Uuid>,
    },
    ClearParent,
    MarkDuplicate {
        of: TicketReference,
    },
    Rate {
        score: u8,
        remark: Option<String>,
    },
    /// An employee left: the tickets they asked for and those they worked on need a look.
    EmployeeLeft {
        employee: Uuid,
        on: NaiveDate,
    },
    /// Timers.
    Miss(Goal),
    Escalate {
        goal: Goal,
        at_percent: u16,
    },
    ResumeAfterWait,
    Lapse,
}

/// A ticket to be reported, with its own id.
#[derive(Clone, Debug)]
pub struct NewTicket {
    pub id: Uuid,
    pub kind: TicketKind,
    pub channel: Channel,
    pub requester: Uuid,
    pub org_unit: Option<Uuid>,
    pub text: Text,
    pub impact: Level,
    pub urgency: Level,
    pub queue: Option<QueueReference>,
    pub source: Option<Source>,
    pub due_at: Option<DateTime<Utc>>,
    pub policy: PolicyInForce,
}

/// What is written on a ticket, before it is sealed under its requester.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub title: String,
    pub description: String,
    pub category: Category,
    pub reported_for: Option<Uuid>,
    pub affected_devices: Vec<Affected>,
    pub affected_systems: Vec<Affected>,
}

#[derive(Clone, Debug)]
pub struct Triage {
    pub queue: QueueReference,
    pub impact: Level,
    pub urgency: Level,
    pub category: Option<Category>,
}

/// Somebody who is to work on a ticket.
#[derive(Clone, Debug)]
pub struct Duty {
    pub employee: Uuid,
    /// Whether they are in the ticket's queue.
    pub in_queue: bool,
}
