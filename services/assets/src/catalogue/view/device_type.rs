//! Rows of device types.

use chrono::{DateTime, Utc};
use event_store::{Entity, Record, Row, Unique};
use kernel::text::searchable;
use sea_orm::entity::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::catalogue::Category;
use crate::catalogue::domain::{
    Airflow, Attributes, Components, DeviceType, DeviceTypeDetails, DeviceTypeId, Extra, Maker, Weight,
};

pub mod row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, ToSchema)]
    #[sea_orm(table_name = "device_types")]
    #[schema(as = DeviceType)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: DeviceTypeId,
        #[schema(example = "DTY-000017")]
        pub number: String,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
        pub manufacturer_id: Uuid,
        #[schema(example = "MikroTik")]
        pub manufacturer: String,
        #[schema(example = "CCR1036-12G-4S")]
        pub model: String,
        #[schema(example = "mikrotik-ccr1036-12g-4s")]
        pub slug: String,
        pub part_number: Option<String>,
        pub category: Category,
        /// Rack units.
        #[schema(example = 1)]
        pub u_height: f64,
        pub is_full_depth: Option<bool>,
        pub airflow: Option<Airflow>,
        #[sea_orm(column_type = "JsonBinary", nullable)]
        pub weight: Option<Weight>,
        #[sea_orm(column_type = "Text", nullable)]
        pub comments: Option<String>,
        #[sea_orm(column_type = "JsonBinary")]
        pub components: Components,
        #[sea_orm(column_type = "JsonBinary")]
        pub attributes: Attributes,
        #[sea_orm(column_type = "JsonBinary")]
        pub extra: Extra,
        #[serde(skip)]
        pub search: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
pub use row::Model as DeviceTypeRow;

impl Row for DeviceTypeRow {
    type Table = row::Entity;
    type Active = row::ActiveModel;
    const UNIQUE: &'static [Unique] = &[
        Unique {
            columns: &["slug"],
            code: "device-type-slug-taken",
            en: "Another device type has this slug.",
            ka: "ეს მოკლე სახელი (slug) სხვა ტიპს აქვს.",
        },
        Unique {
            columns: &["manufacturer_id", "model"],
            code: "device-type-model-taken",
            en: "This manufacturer's model is registered already.",
            ka: "მწარმოებლის ეს მოდელი უკვე რეგისტრირებულია.",
        },
    ];
    const INDEXES: &'static [&'static [&'static str]] = &[&["category"]];
}

impl Record for DeviceType {
    type Row = DeviceTypeRow;
}

impl From<&Entity<DeviceType>> for DeviceTypeRow {
    fn from(entity: &Entity<DeviceType>) -> Self {
        let maker = entity.state.known().map_or_else(Maker::nobody, |(maker, _)| maker.clone());
        let details = entity.state.described();
        Self {
            id: entity.id,
            number: entity.number.clone(),
            version: entity.version,
            created_at: entity.created_at,
            updated_at: entity.updated_at,
            search: search(&entity.number, &maker, &details),
            manufacturer_id: maker.id,
            manufacturer: maker.name,
            model: details.model,
            slug: details.slug.unwrap_or_default(),
            part_number: details.part_number,
            category: details.category,
            u_height: details.u_height.into(),
            is_full_depth: details.is_full_depth,
            airflow: details.airflow,
            weight: details.weight,
            comments: details.comments,
            components: details.components,
            attributes: details.attributes,
            extra: details.extra,
        }
    }
}

fn search(number: &str, maker: &Maker, details: &DeviceTypeDetails) -> String {
    let part_number = details.part_number.as_deref().unwrap_or_default();
    searchable(&format!("{number} {} {} {part_number}", maker.name, details.model))
}
