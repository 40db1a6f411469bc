//! Queues with their people, and tickets at every stage.

use anyhow::Result;

use super::file::{samples, text};
use super::loader::{Loader, Things};
use super::names::Kind;

pub const QUEUES_FILE: &str = include_str!("../../../../samples/queues.json");
pub const TICKETS_FILE: &str = include_str!("../../../../samples/tickets.json");

const QUEUES: Things =
    Things { kind: Kind::Queue, what: "queues", path: "incidents/v1/queues", name: |queue| text(queue, "/code") };

/// Tickets have no number before they are reported, so the samples have no two titles alike.
const TICKETS: Things =
    Things { kind: Kind::Ticket, what: "tickets", path: "incidents/v1/tickets", name: |ticket| text(ticket, "/title") };

pub async fn load(loader: &mut Loader) -> Result<()> {
    loader.bring_in(&QUEUES, samples(QUEUES_FILE)?).await?;
    loader.bring_in(&TICKETS, samples(TICKETS_FILE)?).await
}
