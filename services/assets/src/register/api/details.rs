//! Registering devices and correcting what is known of them.

use chrono::NaiveDate;
use event_store::Entity;
use kernel::Money;
use serde::{Deserialize, Serialize};
use service::web::{
    Caller, Commands, Directory, Key, MergePatch, Problem, Reference, Reply, Routes, Valid, patch, post,
};
use utoipa::ToSchema;

use crate::catalogue::{Attributes, DeviceType, definition};
use crate::register::{Arrival, Condition, Device, DeviceCommand, DeviceDetails, DeviceRow, TypeFacts};

pub fn routes(routes: &mut Routes<'_>) {
    routes.service(register).service(edit).service(reclassify);
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RegisterDevice {
    #[schema(example = "DTY-000017")]
    device_type: Reference,
    #[serde(default)]
    arrival: Arrival,
    /// Unique; required unless the device is only ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S(.*\S)?$", example = "ს-004512")]
    inventory_number: Option<String>,
    /// Unique for its manufacturer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S(.*\S)?$", example = "4CE0460D0G")]
    serial: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200, example = "Windows 11 Pro")]
    operating_system: Option<String>,
    #[serde(default)]
    non_standard_os: bool,
    #[serde(default)]
    condition: Condition,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S(.*\S)?$", example = "A-001")]
    location: Option<String>,
    /// The org unit that answers for it while nobody holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    responsible_unit: Option<Reference>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 64, example = "CON-2026-000017")]
    contract: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    price: Option<Money>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    purchased_on: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    warranty_end: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 5000)]
    note: Option<String>,
    #[serde(default)]
    attributes: Attributes,
}

impl RegisterDevice {
    async fn details(self, directory: &Directory) -> Result<DeviceDetails, Problem> {
        let responsible_unit_id = match &self.responsible_unit {
            Some(unit) => Some(directory.unit(unit, "/responsible_unit").await?.id),
            None => None,
        };
        Ok(DeviceDetails {
            inventory_number: self.inventory_number,
            serial: self.serial,
            operating_system: self.operating_system,
            non_standard_os: self.non_standard_os,
            condition: self.condition,
            location: self.location,
            responsible_unit_id,
            contract: self.contract,
            price: self.price,
            purchased_on: self.purchased_on,
            warranty_end: self.warranty_end,
            note: self.note,
            attributes: self.attributes,
        })
    }
}

/// Register a device, in stock or still on order.
#[utoipa::path(
    operation_id = "register_device",
    request_body = RegisterDevice,
    responses((status = 201, body = DeviceRow)),
)]
#[post("/devices")]
async fn register(
    caller: Caller,
    body: Valid<RegisterDevice>,
    devices: Commands<Device>,
    types: Commands<DeviceType>,
    directory: Directory,
) -> Reply<Device> {
    let body = body.into_inner();
    let device_type = TypeFacts::from(&types.resolve(&caller, &body.device_type, "/device_type").await?);
    let schema = definition(types.store(), device_type.category).await?.device_schema;
    let (arrival, details) = (body.arrival, body.details(&directory).await?);
    devices.create(&caller, DeviceCommand::Register { arrival, device_type, details, schema }).await
}

/// Change what is known of a device.
#[utoipa::path(
    operation_id = "edit_device",
    request_body(content = DeviceDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, body = DeviceRow)),
)]
#[patch("/devices/{id}")]
async fn edit(
    id: Key<Device>,
    caller: Caller,
    patch: MergePatch<DeviceDetails>,
    devices: Commands<Device>,
) -> Reply<Device> {
    let category = devices.entity(&caller, &id).await?.state.device_type().category;
    let schema = definition(devices.store(), category).await?.device_schema;
    let edited = |details| DeviceCommand::Edit { details, schema: schema.clone() };
    devices.patch(&caller, &id, patch, Device::details, edited).await
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReclassifyDevice {
    #[schema(example = "DTY-000018")]
    device_type: Reference,
    /// As the category of that type wants them.
    #[serde(default)]
    attributes: Attributes,
}

/// Correct the type of a device.
#[utoipa::path(
    operation_id = "reclassify_device",
    request_body = ReclassifyDevice,
    responses((status = 200, body = DeviceRow)),
)]
#[post("/devices/{id}/reclassify")]
async fn reclassify(
    id: Key<Device>,
    caller: Caller,
    body: Valid<ReclassifyDevice>,
    devices: Commands<Device>,
    types: Commands<DeviceType>,
) -> Reply<Device> {
    let ReclassifyDevice { device_type, attributes } = body.into_inner();
    let device_type = TypeFacts::from(&types.resolve(&caller, &device_type, "/device_type").await?);
    let schema = definition(types.store(), device_type.category).await?.device_schema;
    devices.execute(&caller, &id, DeviceCommand::Reclassify { device_type, attributes, schema }).await
}

impl From<&Entity<DeviceType>> for TypeFacts {
    fn from(entity: &Entity<DeviceType>) -> Self {
        let mut facts = Self { id: entity.uuid(), number: entity.number.clone(), ..Self::unknown() };
        if let Some((maker, details)) = entity.state.known() {
            facts.manufacturer_id = maker.id;
            facts.manufacturer.clone_from(&maker.name);
            facts.model.clone_from(&details.model);
            facts.category = details.category;
        }
        facts
    }
}
