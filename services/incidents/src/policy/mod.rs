//! The incident policy: versioned data that tickets live by, and the working time it counts in.
//!
//! A policy is [`domain`]; what it says is [`terms`]; [`kernel::holidays`] knows the public holidays, [`hours`] does the
//! arithmetic. [`view::in_force`] tells which one new tickets are opened under.

mod api;
pub mod domain;
pub mod hours;
mod reactions;
pub mod terms;
pub mod view;
pub mod words;

use service::Capability;

use self::domain::IncidentPolicy;

pub fn capability() -> Capability {
    Capability::new("policy")
        .about("The incident policy as versioned, approved data: priorities, targets, working time, escalation.")
        .functions(&["3.1.3"])
        .aggregate::<IncidentPolicy>()
        .reactions(reactions::all())
        .routes(api::routes)
}
