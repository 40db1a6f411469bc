//! Devices from files: one row for each, known by its inventory number.

use async_trait::async_trait;
use chrono::NaiveDate;
use event_store::{Entity, Failure, Store};
use kernel::{Fault, Money};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;
use web::{ImportContext, ImportRow, Imported};

use super::domain::{Arrival, Condition, Device, DeviceCommand, DeviceDetails, DeviceId, TypeFacts};
use super::view::row;
use crate::catalogue::{Attributes, definition, device_type_named};

/// A device as a line of a table. What a line leaves out stays as it is.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceImportRow {
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S(.*\S)?$", example = "ს-004512")]
    inventory_number: String,
    /// Id, number or slug; a new device needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200, example = "hp-elitebook-840-g11")]
    device_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S(.*\S)?$", example = "4CE0460D0G")]
    serial: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200, example = "Windows 11 Pro")]
    operating_system: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    non_standard_os: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    condition: Option<Condition>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S(.*\S)?$", example = "A-001")]
    location: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 64, example = "ORG-000012")]
    responsible_unit: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 64, example = "CON-2026-000017")]
    contract: Option<String>,
    /// Amount in `currency`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = r"^\d{1,12}(\.\d{1,2})?$", example = "3450.00")]
    price: Option<String>,
    /// GEL unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^(GEL|USD|EUR)$", example = "GEL")]
    currency: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    purchased_on: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    warranty_end: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 5000)]
    note: Option<String>,
    /// A JSON object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20000, pattern = r"^\{", example = r#"{"ram_gb": 16}"#)]
    attributes: Option<String>,
}

#[async_trait]
impl ImportRow for DeviceImportRow {
    type Aggregate = Device;

    async fn apply(self, context: &ImportContext) -> Result<Imported, Fault> {
        self.bring_in(context).await.map_err(Failure::fault)
    }
}

impl DeviceImportRow {
    async fn bring_in(self, context: &ImportContext) -> Result<Imported, Failure> {
        let known = device_with(&context.store, &self.inventory_number).await?;
        let command = match &known {
            Some(known) => self.edit(known, context).await?,
            None => self.register(context).await?,
        };
        Ok(context.upsert().apply::<Device>(known.map(|known| known.id), command).await?.1)
    }

    async fn edit(self, known: &Entity<Device>, context: &ImportContext) -> Result<DeviceCommand, Failure> {
        let known_type = known.state.device_type();
        if let Some(named) = &self.device_type
            && type_facts(named, context).await?.id != known_type.id
        {
            return Err(type_differs().into());
        }
        let schema = definition(&context.store, known_type.category).await?.device_schema;
        Ok(DeviceCommand::Edit { details: self.over(known.state.details(), context).await?, schema })
    }

    async fn register(self, context: &ImportContext) -> Result<DeviceCommand, Failure> {
        let named = self.device_type.clone().ok_or_else(type_required)?;
        let device_type = type_facts(&named, context).await?;
        let schema = definition(&context.store, device_type.category).await?.device_schema;
        let details = self.over(DeviceDetails::default(), context).await?;
        Ok(DeviceCommand::Register { arrival: Arrival::InStock, device_type, details, schema })
    }

    /// What the row says, and for the rest what was known.
    async fn over(self, known: DeviceDetails, context: &ImportContext) -> Result<DeviceDetails, Failure> {
        let (price, attributes) = (self.money()?, self.attributes()?);
        Ok(DeviceDetails {
            responsible_unit_id: self.unit(context).await?.or(known.responsible_unit_id),
            inventory_number: Some(self.inventory_number),
            serial: self.serial.or(known.serial),
            operating_system: self.operating_system.or(known.operating_system),
            non_standard_os: self.non_standard_os.unwrap_or(known.non_standard_os),
            condition: self.condition.unwrap_or(known.condition),
            location: self.location.or(known.location),
            contract: self.contract.or(known.contract),
            price: price.or(known.price),
            purchased_on: self.purchased_on.or(known.purchased_on),
            warranty_end: self.warranty_end.or(known.warranty_end),
            note: self.note.or(known.note),
            attributes: attributes.unwrap_or(known.attributes),
        })
    }

    fn money(&self) -> Result<Option<Money>, Fault> {
        let Some(amount) = &self.price else { return Ok(None) };
        let currency = self.currency.as_deref().unwrap_or("GEL");
        let wrong = |_| Fault::invalid("wrong-value", "This is no amount.", "თანხა არასწორია.").at("/price");
        serde_json::from_value(json!({ "amount": amount, "currency": currency })).map(Some).map_err(wrong)
    }

    fn attributes(&self) -> Result<Option<Attributes>, Fault> {
        let Some(text) = &self.attributes else { return Ok(None) };
        let wrong = |_| Fault::invalid("wrong-value", "This is no JSON object.", "ეს არ არის JSON ობიექტი.");
        serde_json::from_str(text).map(Some).map_err(|error| wrong(error).at("/attributes"))
    }

    async fn unit(&self, context: &ImportContext) -> Result<Option<Uuid>, Failure> {
        let Some(unit) = &self.responsible_unit else { return Ok(None) };
        let found = context.directory.unit(&web::Reference(unit.clone()), "/responsible_unit").await;
        Ok(found.map(|unit| Some(unit.id)).map_err(|problem| problem.fault)?)
    }
}

async fn device_with(store: &Store, inventory_number: &str) -> Result<Option<Entity<Device>>, Failure> {
    let numbered = row::Entity::find().filter(row::Column::InventoryNumber.eq(inventory_number));
    let id: Option<DeviceId> = numbered.one(&store.database().reader).await?.map(|row| row.id);
    match id {
        Some(id) => store.load(id).await,
        None => Ok(None),
    }
}

async fn type_facts(named: &str, context: &ImportContext) -> Result<TypeFacts, Failure> {
    let unknown = || {
        Fault::invalid("reference-unknown", "There is no such device type.", "ასეთი მოწყობილობის ტიპი არ არსებობს.")
            .at("/device_type")
    };
    let found = device_type_named(&context.store, named).await?;
    Ok(found.as_ref().map(TypeFacts::from).ok_or_else(unknown)?)
}

fn type_required() -> Fault {
    let (en, ka) = ("A new device needs a device type.", "ახალ მოწყობილობას ტიპი სჭირდება.");
    Fault::invalid("required", en, ka).at("/device_type")
}

fn type_differs() -> Fault {
    Fault::conflict(
        "device-type-differs",
        "The device is of another type; reclassify it first.",
        "მოწყობილობა სხვა ტიპისაა; ჯერ შეუცვალეთ ტიპი.",
    )
    .at("/device_type")
}
