//! The desk: tickets from their report to their closing, and the queues of people who work on them.
//!
//! The rules are in [`domain`], the tables in [`view`]; [`explanation`] shows how a deadline came about.

mod api;
pub mod domain;
pub mod explanation;
mod reactions;
#[cfg(test)]
pub(crate) mod samples;
pub mod view;
pub mod words;

use service::Capability;

use self::domain::queue::Queue;
use self::domain::ticket::Ticket;

pub fn capability() -> Capability {
    Capability::new("desk")
        .about("Incidents and tasks: reported, triaged, worked on, solved within the policy's time, and rated.")
        .functions(&["3.2.1", "3.3.5", "3.4.1"])
        .aggregate::<Queue>()
        .aggregate::<Ticket>()
        .reactions(reactions::all())
        .routes(api::routes)
}
