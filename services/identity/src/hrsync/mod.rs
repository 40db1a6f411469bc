//! What HR says of the staff: a file becomes a change set, looked at first and then applied as a whole.

mod api;
mod application;
mod domain;
mod pages;
mod plan;
mod planned;
mod preparation;
mod reactions;
mod rehearsal;
mod row;
mod staff;
mod standing;
mod view;

use service::Capability;

pub use domain::{ChangeSet, ChangeSetCommand, ChangeSetEvent, ChangeSetId, ChangeSetRefusal, Preview, Settlement};
pub use view::{ChangeSetRow, ChangeSetStatus};

pub fn capability() -> Capability {
    Capability::new("hrsync")
        .about(
            "Staff changes as HR has them: a file is previewed as a change set, and applied as a whole or not at all.",
        )
        .functions(&["3.4.10"])
        .aggregate::<ChangeSet>()
        .migrations(pages::MIGRATIONS)
        .reactions(reactions::all())
        .routes(api::routes)
}
