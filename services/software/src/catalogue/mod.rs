//! Every system of the ministry: what it is for, who answers for it, what it stands on, and where it is in its life.
//!
//! [`domain`] is one system; [`graph`] walks the dependencies of all of them; [`built_in`] holds the systems that the
//! department runs from the first day.

mod api;
pub mod built_in;
pub mod domain;
pub mod graph;
pub mod page;
pub mod view;

use service::Capability;

use self::domain::System;

pub fn capability() -> Capability {
    Capability::new("catalogue")
        .about(
            "The service catalogue: systems, their modules, owners, users, interfaces, dependencies and stage of life.",
        )
        .functions(&["3.4.5", "3.4.7", "3.4.8", "4.1.5", "5.1.7", "5.1.9", "5.2.6", "5.2.8", "5.3.4"])
        .aggregate::<System>()
        .routes(api::routes)
}
