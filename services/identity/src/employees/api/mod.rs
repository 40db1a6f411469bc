//! Requests about employees.

mod details;
mod service;

use ::service::web::{Collection, Routes};

use super::domain::Employee;
use super::import::EmployeeImportRow;

pub fn routes(routes: &mut Routes<'_>) {
    routes.service(Collection::<Employee>::at("/employees").importable::<EmployeeImportRow>());
    details::routes(routes);
    service::routes(routes);
}
