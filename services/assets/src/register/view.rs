//! Rows of devices, as functions of state.

use chrono::{DateTime, NaiveDate, Utc};
use event_store::{Entity, Record, Row, Unique};
use kernel::Money;
use kernel::text::searchable;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::domain::{Condition, Custody, Device, DeviceDetails, DeviceId, HandoverId, Holder, TypeFacts};
use crate::catalogue::{Attributes, Category};

pub mod row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, ToSchema)]
    #[sea_orm(table_name = "devices")]
    #[schema(as = Device)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: DeviceId,
        #[schema(example = "DEV-000123")]
        pub number: String,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
        pub status: DeviceStatus,
        #[schema(example = "ს-004512")]
        pub inventory_number: Option<String>,
        #[schema(example = "4CE0460D0G")]
        pub serial: Option<String>,
        pub device_type_id: Uuid,
        pub manufacturer_id: Uuid,
        #[schema(example = "HP")]
        pub manufacturer: String,
        #[schema(example = "EliteBook 840 G11")]
        pub model: String,
        pub category: Category,
        pub operating_system: Option<String>,
        pub non_standard_os: bool,
        pub condition: Condition,
        #[schema(example = "A-312")]
        pub location: Option<String>,
        pub holder_kind: Option<HolderKind>,
        /// Of the employee or unit that holds it.
        pub holder_id: Option<Uuid>,
        /// Number of the employee or unit, code of the place.
        #[schema(example = "EMP-000123")]
        pub holder_number: Option<String>,
        pub held_since: Option<NaiveDate>,
        /// The act by which its holder has it.
        pub act_id: Option<HandoverId>,
        /// The act that its receiver has yet to accept.
        pub pending_act_id: Option<HandoverId>,
        pub reserved_until: Option<NaiveDate>,
        pub contract: Option<String>,
        #[sea_orm(column_type = "JsonBinary", nullable)]
        pub price: Option<Money>,
        pub purchased_on: Option<NaiveDate>,
        pub warranty_end: Option<NaiveDate>,
        #[sea_orm(column_type = "Text", nullable)]
        pub note: Option<String>,
        #[sea_orm(column_type = "JsonBinary")]
        pub attributes: Attributes,
        /// The unit of its holder, else the unit that answers for it.
        pub org_unit_id: Option<Uuid>,
        pub responsible_unit_id: Option<Uuid>,
        /// The employee who holds it.
        pub owner_id: Option<Uuid>,
        #[serde(skip)]
        pub search: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
pub use row::Model as DeviceRow;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum DeviceStatus {
    Ordered,
    InStock,
    Reserved,
    Assigned,
    InRepair,
    Lost,
    Retired,
    Disposed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum HolderKind {
    Employee,
    OrgUnit,
    Location,
}

impl Row for DeviceRow {
    type Table = row::Entity;
    type Active = row::ActiveModel;
    const UNIQUE: &'static [Unique] = &[
        Unique {
            columns: &["inventory_number"],
            code: "inventory-number-taken",
            en: "Another device has this inventory number.",
            ka: "ეს საინვენტარო ნომერი სხვა მოწყობილობას აქვს.",
        },
        Unique {
            columns: &["manufacturer_id", "serial"],
            code: "serial-taken",
            en: "Another device of this manufacturer has this serial number.",
            ka: "ამ მწარმოებლის სხვა მოწყობილობას იგივე სერიული ნომერი აქვს.",
        },
    ];
    const INDEXES: &'static [&'static [&'static str]] = &[
        &["status"],
        &["holder_id"],
        &["holder_number"],
        &["org_unit_id"],
        &["owner_id"],
        &["device_type_id"],
        &["category"],
        &["location"],
        &["warranty_end"],
    ];
}

impl Record for Device {
    type Row = DeviceRow;
}

impl From<&Device> for DeviceStatus {
    fn from(device: &Device) -> Self {
        match device {
            Device::Unknown | Device::Ordered(_) => Self::Ordered,
            Device::InStock(_) => Self::InStock,
            Device::Reserved { .. } => Self::Reserved,
            Device::Assigned { .. } => Self::Assigned,
            Device::InRepair { .. } => Self::InRepair,
            Device::Lost { .. } => Self::Lost,
            Device::Retired { .. } => Self::Retired,
            Device::Disposed { .. } => Self::Disposed,
        }
    }
}

impl From<&Holder> for HolderKind {
    fn from(holder: &Holder) -> Self {
        match holder {
            Holder::Employee { .. } => Self::Employee,
            Holder::OrgUnit { .. } => Self::OrgUnit,
            Holder::Location { .. } => Self::Location,
        }
    }
}

impl From<&Entity<Device>> for DeviceRow {
    fn from(entity: &Entity<Device>) -> Self {
        let device = &entity.state;
        let device_type = device.device_type();
        let details = device.details();
        let custody = device.custody();
        // A reserved device is in nobody's hands, but it is kept for somebody.
        let holder = match device {
            Device::Reserved { reservation, .. } => Some(&reservation.holder),
            _ => custody.map(|custody| &custody.holder),
        };
        Self {
            id: entity.id,
            number: entity.number.clone(),
            version: entity.version,
            created_at: entity.created_at,
            updated_at: entity.updated_at,
            status: device.into(),
            search: search(&entity.number, &device_type, &details, custody),
            device_type_id: device_type.id,
            manufacturer_id: device_type.manufacturer_id,
            manufacturer: device_type.manufacturer,
            model: device_type.model,
            category: device_type.category,
            holder_kind: custody.map(|custody| (&custody.holder).into()),
            holder_id: custody.and_then(|custody| custody.holder.id()),
            holder_number: custody.map(|custody| custody.holder.number().to_owned()),
            held_since: custody.map(|custody| custody.since),
            act_id: custody.map(|custody| custody.act_id),
            pending_act_id: device.equipment().and_then(|equipment| equipment.pending_act),
            reserved_until: reserved_until(device),
            org_unit_id: holder.and_then(Holder::org_unit_id).or(details.responsible_unit_id),
            owner_id: holder.and_then(Holder::employee_id),
            inventory_number: details.inventory_number,
            serial: details.serial,
            operating_system: details.operating_system,
            non_standard_os: details.non_standard_os,
            condition: details.condition,
            location: details.location,
            contract: details.contract,
            price: details.price,
            purchased_on: details.purchased_on,
            warranty_end: details.warranty_end,
            note: details.note,
            attributes: details.attributes,
            responsible_unit_id: details.responsible_unit_id,
        }
    }
}

fn reserved_until(device: &Device) -> Option<NaiveDate> {
    match device {
        Device::Reserved { reservation, .. } => reservation.until,
        _ => None,
    }
}

fn search(number: &str, device_type: &TypeFacts, details: &DeviceDetails, custody: Option<&Custody>) -> String {
    let words = [
        Some(number),
        details.inventory_number.as_deref(),
        details.serial.as_deref(),
        Some(&device_type.manufacturer),
        Some(&device_type.model),
        details.location.as_deref(),
        custody.map(|custody| custody.holder.number()),
    ];
    searchable(&words.into_iter().flatten().collect::<Vec<_>>().join(" "))
}
