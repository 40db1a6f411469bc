//! Who holds what, the acts that prove it, and what leavers must bring back.

mod api;
mod domain;
mod draft;
mod holdings;
mod reactions;
mod view;

use service::Capability;

pub use domain::*;
pub use view::{HandoverRow, HandoverStatus, ReturnRequestRow, ReturnRequestStatus};

pub fn capability() -> Capability {
    Capability::new("custody")
        .about("Who holds what, the acts that prove it, and what leavers must bring back.")
        .functions(&["3.4.3"])
        .aggregate::<Handover>()
        .aggregate::<ReturnRequest>()
        .reactions(reactions::all())
        .routes(api::routes)
}
