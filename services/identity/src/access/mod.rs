//! Roles, who holds them where, and which rights follow from them.
//!
//! [`role`] is a set of scopes; [`grant`] gives one to a user over a part of the organisation. Some roles come by themselves:
//! with a position, or with working here at all ([`rights`]). Nobody hands out more than they hold ([`ceiling`]).

mod api;
mod built_in;
mod ceiling;
mod grant;
mod me;
mod reactions;
mod rights;
mod role;
mod view;

use service::{Capability, Starting};

pub use api::{Place, place};
pub use built_in::administrator;
pub use ceiling::{check_ceiling, check_power_over};
pub use grant::{Grant, GrantCommand, GrantEvent, GrantFacts, GrantId, GrantRefusal};
pub use rights::grants_of;
pub use role::{Role, RoleCommand, RoleDetails, RoleEvent, RoleId, not_a_scope};
pub use view::{GrantRow, GrantStatus, Patterns, RoleRow, RoleStatus};

pub fn capability() -> Capability {
    Capability::new("access")
        .about("Roles, who holds them over which part of the organisation, and what a caller may do.")
        .functions(&["4.1.3", "4.2.7", "4.3.5", "4.4.3"])
        .aggregate::<Role>()
        .aggregate::<Grant>()
        .reactions(reactions::all())
        .routes(api::routes)
        .on_start(|starting: Starting| async move {
            built_in::begin(&starting.store).await?;
            Ok(vec![])
        })
}
