//! Rows of manufacturers.

use chrono::{DateTime, Utc};
use event_store::{Entity, Record, Row, Unique};
use kernel::text::searchable;
use sea_orm::entity::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::catalogue::domain::{Manufacturer, ManufacturerId, slug};

pub mod row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, ToSchema)]
    #[sea_orm(table_name = "manufacturers")]
    #[schema(as = Manufacturer)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ManufacturerId,
        #[schema(example = "MFR-000001")]
        pub number: String,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
        #[schema(example = "MikroTik")]
        pub name: String,
        /// The name as others compare it.
        #[schema(example = "mikrotik")]
        pub slug: String,
        pub website: Option<String>,
        pub support: Option<String>,
        #[serde(skip)]
        pub search: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
pub use row::Model as ManufacturerRow;

impl Row for ManufacturerRow {
    type Table = row::Entity;
    type Active = row::ActiveModel;
    const UNIQUE: &'static [Unique] = &[Unique {
        columns: &["slug"],
        code: "manufacturer-name-taken",
        en: "Another manufacturer has this name.",
        ka: "ამ სახელით სხვა მწარმოებელია რეგისტრირებული.",
    }];
}

impl Record for Manufacturer {
    type Row = ManufacturerRow;
}

impl From<&Entity<Manufacturer>> for ManufacturerRow {
    fn from(entity: &Entity<Manufacturer>) -> Self {
        let details = entity.state.described();
        Self {
            id: entity.id,
            number: entity.number.clone(),
            version: entity.version,
            created_at: entity.created_at,
            updated_at: entity.updated_at,
            slug: slug(&details.name),
            search: searchable(&format!("{} {}", entity.number, details.name)),
            name: details.name,
            website: details.website,
            support: details.support,
        }
    }
}
