//! The whole platform in one process.
//!
//! [`services`] is the only list of services: documents, authorization tests and the chart's checks iterate over it.

pub mod functions;
pub mod platform;
pub mod samples;

use service::Service;

/// Every service of the platform.
pub fn services() -> Vec<Service> {
    vec![identity::service(), assets::service(), incidents::service(), software::service(), contracts::service()]
}
