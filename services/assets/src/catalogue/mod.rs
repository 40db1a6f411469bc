//! Makers, device types and the attributes of each category: what a device can be.

mod api;
mod category;
mod domain;
mod import;
mod lookup;
mod netbox;
mod view;

use service::Capability;

pub use category::Category;
pub use domain::*;
pub use lookup::{definition, device_type_named};
pub use view::{CategorySchemaRow, DeviceTypeRow, ManufacturerRow};

pub fn capability() -> Capability {
    Capability::new("catalogue")
        .about("What devices can be: manufacturers, device types, and the attributes of each category.")
        .functions(&["3.2.1", "3.2.4"])
        .aggregate::<Manufacturer>()
        .aggregate::<DeviceType>()
        .aggregate::<CategorySchema>()
        .routes(api::routes)
}
