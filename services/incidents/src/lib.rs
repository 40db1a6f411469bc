//! The service desk: tickets, the policy they live by, and the clocks that follow from both.
//!
//! [`policy`] holds priorities, targets and working time; [`desk`] holds tickets and the queues that work on them.

pub mod desk;
pub mod policy;

use service::Service;

pub fn service() -> Service {
    Service::new("incidents")
        .about("The service desk and the department's work: tickets, and the policy whose time they are solved in.")
        .capability(desk::capability())
        .capability(policy::capability())
}
