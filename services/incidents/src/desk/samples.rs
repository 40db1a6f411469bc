//! Events and facts that the desk's tests begin with.

use event_store::Sealed;
use uuid::Uuid;

use super::domain::queue::QueueReference;
use super::domain::ticket::{Affected, Assessment, Details, TicketEvent, TicketReported};
use super::words::{Category, Channel, TicketKind};
use crate::policy::terms::PolicyInForce;
use crate::policy::words::{Level, Priority};

/// Who asks.
pub const NINO: Uuid = Uuid::from_u128(0x41);
/// Who helps.
pub const GIORGI: Uuid = Uuid::from_u128(0x42);
pub const TICKET: Uuid = Uuid::from_u128(0x51);

pub fn details() -> Details {
    Details {
        title: Sealed::new(NINO, "პრინტერი არ ბეჭდავს".to_owned()),
        description: Sealed::new(NINO, "ოთახი 412, ქაღალდი არ იჭედება.".to_owned()),
        category: Category::Printing,
        reported_for: None,
        affected_devices: vec![Affected { reference: "DEV-000123".into(), id: None }],
        affected_systems: vec![],
    }
}

/// On Monday, 2 March 2026, at 09:00 in Tbilisi.
pub fn reported() -> TicketEvent {
    TicketEvent::TicketReported(Box::new(report()))
}

pub fn report() -> TicketReported {
    TicketReported {
        id: TICKET,
        kind: TicketKind::Incident,
        channel: Channel::Portal,
        requester_id: NINO,
        org_unit_id: Some(Uuid::from_u128(0x61)),
        details: details(),
        assessment: Assessment { impact: Level::Medium, urgency: Level::Medium, priority: Priority::Medium },
        queue: None,
        source: None,
        due_at: None,
        at: "2026-03-02T05:00:00Z".parse().unwrap(),
        policy: PolicyInForce::built_in(),
    }
}

pub fn support() -> QueueReference {
    QueueReference { id: Uuid::from_u128(0x71), code: "technical-support".into() }
}

pub fn triaged() -> TicketEvent {
    TicketEvent::TicketTriaged { queue: support(), category: Category::Printing }
}
