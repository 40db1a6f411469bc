//! Operations on the catalogue.

mod dependencies;
mod stages;
mod systems;

use service::web::{Collection, Routes};

use super::domain::System;

/// Paths with a name in them come before those that take anything there.
pub fn routes(routes: &mut Routes<'_>) {
    dependencies::overview(routes);
    systems::routes(routes);
    dependencies::routes(routes);
    stages::routes(routes);
    routes.service(Collection::<System>::at("/systems"));
}
