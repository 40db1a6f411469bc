//! What the incidents service tells: tickets from their report to their closing, and the policy they live by.
//!
//! Free text on tickets is sealed and stays with the desk.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

use crate::Published;

/// Something does not work, or is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct TicketReported {
    /// `incident` or `task`.
    pub kind: String,
    pub requester_id: Uuid,
    #[serde(default)]
    pub org_unit_id: Option<Uuid>,
    pub assessment: Assessment,
    #[serde(default)]
    pub source: Option<Source>,
    pub at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Assessment {
    /// `critical`, `high`, `medium` or `low`.
    pub priority: String,
}

/// What a task follows from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Source {
    pub service: String,
    pub kind: String,
    pub id: Uuid,
}

impl Published for TicketReported {
    const SERVICE: &'static str = "incidents";
    const NAME: &'static str = "ticket.reported.v1";
}

/// A ticket was solved; it may still be reopened.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct TicketResolved {
    pub outcome: String,
    pub at: DateTime<Utc>,
}

impl Published for TicketResolved {
    const SERVICE: &'static str = "incidents";
    const NAME: &'static str = "ticket.resolved.v1";
}

/// A ticket is over.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct TicketClosed {
    /// `confirmed`, `lapsed` or `duplicate`.
    pub because: String,
    pub at: DateTime<Utc>,
}

impl Published for TicketClosed {
    const SERVICE: &'static str = "incidents";
    const NAME: &'static str = "ticket.closed.v1";
}

/// The policy's time for a solution ran out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct TicketResolutionMissed {
    pub due_at: DateTime<Utc>,
}

impl Published for TicketResolutionMissed {
    const SERVICE: &'static str = "incidents";
    const NAME: &'static str = "ticket.resolution_missed.v1";
}

/// Tickets are opened under this incident policy from now on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PolicyPutInForce {
    pub at: DateTime<Utc>,
}

impl Published for PolicyPutInForce {
    const SERVICE: &'static str = "incidents";
    const NAME: &'static str = "policy.put_in_force.v1";
}
