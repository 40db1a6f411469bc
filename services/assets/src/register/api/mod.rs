//! Requests about devices.

mod details;
mod stages;

use service::web::{Collection, Routes};

use super::domain::Device;
use super::import::DeviceImportRow;

pub fn routes(routes: &mut Routes<'_>) {
    routes.service(Collection::<Device>::at("/devices").importable::<DeviceImportRow>());
    details::routes(routes);
    stages::routes(routes);
}
