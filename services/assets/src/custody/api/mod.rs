//! Requests about custody.

mod devices;
mod handovers;
mod holdings;
mod parties;
mod return_requests;

use service::web::Routes;

pub fn routes(routes: &mut Routes<'_>) {
    devices::routes(routes);
    handovers::routes(routes);
    holdings::routes(routes);
    return_requests::routes(routes);
}
