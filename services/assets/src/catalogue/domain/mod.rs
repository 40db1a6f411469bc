//! The rules of the catalogue: makers, what they make, and which attributes each category has.

mod attributes;
mod category_schema;
mod components;
mod device_type;
mod manufacturer;
#[cfg(test)]
mod tests;

pub use attributes::{AttributeSchema, Attributes};
pub use category_schema::{
    CategorySchema, CategorySchemaCommand, CategorySchemaEvent, CategorySchemaId, CategorySchemaRefusal, Definition,
};
pub use components::{
    Components, ConsolePort, DeviceBay, FrontPort, Interface, InventoryItem, ModuleBay, PowerOutlet, PowerPort,
    RearPort,
};
pub use device_type::{
    Airflow, DeviceType, DeviceTypeCommand, DeviceTypeDetails, DeviceTypeEvent, DeviceTypeId, DeviceTypeRefusal, Extra,
    Maker, RackUnits, Weight, WeightUnit,
};
pub use manufacturer::{
    Manufacturer, ManufacturerCommand, ManufacturerDetails, ManufacturerEvent, ManufacturerId, ManufacturerRefusal,
};

/// A name for addresses and for comparing: „HP Enterprise“ → `hp-enterprise`.
pub fn slug(text: &str) -> String {
    let plain = kernel::text::searchable(text);
    let words = plain.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}
