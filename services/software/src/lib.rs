//! Systems from idea to retirement.
//!
//! [`catalogue`] lists every system of the ministry with its owners, interfaces and dependencies; [`criticality`] assesses how
//! much the ministry depends on each, and how soon it must be back.

pub mod catalogue;
pub mod criticality;

use service::Service;

pub fn service() -> Service {
    Service::new("software")
        .about(
            "The ministry's systems from idea to retirement: what there is, what depends on what, how critical it is.",
        )
        .capability(catalogue::capability())
        .capability(criticality::capability())
}
