//! The desk's tables.

mod queue;
mod ticket;

pub use queue::{Members, QueueRow, queue_coded, queues_of};
pub use ticket::{TicketRow, open_tickets_of};
