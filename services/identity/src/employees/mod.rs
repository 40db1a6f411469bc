//! The people: who works here, since when, where they stand and who leads them.

mod api;
mod domain;
mod import;
mod lookup;
mod named;
mod view;

use service::Capability;

pub use domain::*;
pub use import::EmployeeImportRow;
pub use named::{Found, Named};
pub use view::{EmployeeRow, EmployeeStatus, row};

pub fn capability() -> Capability {
    Capability::new("employees")
        .about("The people of the ministry: who works here, since when, where they stand and who leads them.")
        .functions(&["3.4.10"])
        .aggregate::<Employee>()
        .routes(api::routes)
}
