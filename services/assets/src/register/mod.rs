//! The register of devices: what each is, where it stands, and what has happened to it.

mod api;
mod domain;
mod import;
mod view;

use service::Capability;

pub use domain::*;
pub use view::{DeviceRow, DeviceStatus, HolderKind, row};

pub fn capability() -> Capability {
    Capability::new("register")
        .about("Each device of the department, from its order to its disposal.")
        .functions(&["3.2.1", "3.2.4", "3.4.1"])
        .aggregate::<Device>()
        .routes(api::routes)
}
