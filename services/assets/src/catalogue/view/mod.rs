//! The rows of the catalogue, as functions of state.

mod category_schema;
mod device_type;
mod manufacturer;

pub use category_schema::CategorySchemaRow;
pub use device_type::{DeviceTypeRow, row as device_type_row};
pub use manufacturer::{ManufacturerRow, row as manufacturer_row};
