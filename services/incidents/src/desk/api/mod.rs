//! The desk's operations. Requesters hold `incidents.desk:report` for what is their own; the desk's people also hold
//! `incidents.desk:write`.

mod queues;
mod relations;
mod talk;
mod tickets;
mod work;

use service::web::{Collection, Routes};

use super::domain::queue::Queue;
use super::domain::ticket::Ticket;

/// The scope of the desk's people, where an operation asks whether the caller is one of them.
const DESK: &str = "incidents.desk:write";

pub fn routes(routes: &mut Routes<'_>) {
    routes.service(Collection::<Queue>::at("/queues")).service(Collection::<Ticket>::at("/tickets"));
    queues::routes(routes);
    tickets::routes(routes);
    work::routes(routes);
    talk::routes(routes);
    relations::routes(routes);
}
