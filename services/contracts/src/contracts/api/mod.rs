//! Operations on contracts.

mod amendments;
mod cover;
mod drafts;
mod lookups;
mod steps;

use service::web::{Collection, Routes};

use super::domain::Contract;

/// Paths with a name in them come before those that take anything there.
pub fn routes(routes: &mut Routes<'_>) {
    lookups::routes(routes);
    drafts::routes(routes);
    steps::routes(routes);
    amendments::routes(routes);
    cover::routes(routes);
    routes.service(Collection::<Contract>::at("/contracts"));
}
