//! What happens to tickets. Times that the clocks need are part of the facts.

use chrono::{DateTime, NaiveDate, Utc};
use event_store::{DomainEvent, Sealed};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Assessment, Comment, Details, Satisfaction, Solution, Source, TicketReference, Wait, WorkEntry};
use crate::desk::domain::queue::QueueReference;
use crate::desk::words::{Category, Channel, ClosedBecause, TicketKind};
use crate::policy::terms::{PolicyInForce, Whom};
use crate::policy::words::Goal;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
pub enum TicketEvent {
    #[serde(rename = "ticket.reported.v1")]
    TicketReported(Box<TicketReported>),
    #[serde(rename = "ticket.edited.v1")]
    TicketEdited(Details),
    #[serde(rename = "ticket.triaged.v1")]
    TicketTriaged { queue: QueueReference, category: Category },
    /// Impact and urgency were looked at again.
    #[serde(rename = "ticket.reassessed.v1")]
    TicketReassessed(Assessment),
    /// To another queue, so to nobody yet.
    #[serde(rename = "ticket.routed.v1")]
    TicketRouted { queue: QueueReference },
    #[serde(rename = "ticket.assigned.v1")]
    TicketAssigned { assignee: Uuid },
    #[serde(rename = "ticket.released.v1")]
    TicketReleased { assignee: Uuid },
    /// The desk took it up for the first time.
    #[serde(rename = "ticket.responded.v1")]
    TicketResponded { at: DateTime<Utc> },
    #[serde(rename = "ticket.started.v1")]
    TicketStarted {},
    #[serde(rename = "ticket.paused.v1")]
    TicketPaused(Wait),
    #[serde(rename = "ticket.resumed.v1")]
    TicketResumed { at: DateTime<Utc> },
    #[serde(rename = "ticket.resolved.v1")]
    TicketResolved(Solution),
    #[serde(rename = "ticket.closed.v1")]
    TicketClosed { because: ClosedBecause, at: DateTime<Utc> },
    #[serde(rename = "ticket.reopened.v1")]
    TicketReopened { why: Sealed<String>, at: DateTime<Utc> },
    #[serde(rename = "ticket.commented.v1")]
    TicketCommented(Comment),
    /// A comment for the desk's eyes only.
    #[serde(rename = "ticket.noted.v1")]
    TicketNoted(Comment),
    #[serde(rename = "ticket.work_logged.v1")]
    TicketWorkLogged(WorkEntry),
    #[serde(rename = "ticket.watched.v1")]
    TicketWatched { employee_id: Uuid },
    #[serde(rename = "ticket.unwatched.v1")]
    TicketUnwatched { employee_id: Uuid },
    #[serde(rename = "ticket.parent_set.v1")]
    TicketParentSet { parent: TicketReference },
    #[serde(rename = "ticket.parent_cleared.v1")]
    TicketParentCleared {},
    #[serde(rename = "ticket.marked_duplicate.v1")]
    TicketMarkedDuplicate { of: TicketReference, at: DateTime<Utc> },
    #[serde(rename = "ticket.rated.v1")]
    TicketRated(Satisfaction),
    #[serde(rename = "ticket.requester_left.v1")]
    TicketRequesterLeft { left_on: NaiveDate },
    #[serde(rename = "ticket.response_missed.v1")]
    TicketResponseMissed { due_at: DateTime<Utc> },
    #[serde(rename = "ticket.resolution_missed.v1")]
    TicketResolutionMissed { due_at: DateTime<Utc> },
    #[serde(rename = "ticket.escalated.v1")]
    TicketEscalated { goal: Goal, at_percent: u16, whom: Vec<Whom> },
}

/// The ticket as it was opened, with the policy it lives by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TicketReported {
    pub id: Uuid,
    pub kind: TicketKind,
    pub channel: Channel,
    pub requester_id: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org_unit_id: Option<Uuid>,
    pub details: Details,
    pub assessment: Assessment,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueReference>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// A deadline of its own, instead of the policy's target for the resolution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
    pub at: DateTime<Utc>,
    pub policy: PolicyInForce,
}

impl DomainEvent for TicketEvent {}
