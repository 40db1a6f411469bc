//! Rows of category schemas.

use chrono::{DateTime, Utc};
use event_store::{Entity, Record, Row, Unique};
use sea_orm::entity::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::catalogue::Category;
use crate::catalogue::domain::{AttributeSchema, CategorySchema, CategorySchemaId};

pub mod row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, ToSchema)]
    #[sea_orm(table_name = "category_schemas")]
    #[schema(as = CategorySchema)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: CategorySchemaId,
        #[schema(example = "SCH-000001")]
        pub number: String,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
        pub category: Category,
        #[sea_orm(column_type = "JsonBinary")]
        pub device_schema: AttributeSchema,
        #[sea_orm(column_type = "JsonBinary")]
        pub type_schema: AttributeSchema,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
pub use row::Model as CategorySchemaRow;

impl CategorySchemaRow {
    pub const TAKEN: Unique = Unique {
        columns: &["category"],
        code: "category-schema-taken",
        en: "This category has a schema already.",
        ka: "ამ კატეგორიას სქემა უკვე აქვს.",
    };
}

impl Row for CategorySchemaRow {
    type Table = row::Entity;
    type Active = row::ActiveModel;
    const UNIQUE: &'static [Unique] = &[Self::TAKEN];
}

impl Record for CategorySchema {
    type Row = CategorySchemaRow;
}

impl From<&Entity<CategorySchema>> for CategorySchemaRow {
    fn from(entity: &Entity<CategorySchema>) -> Self {
        let (category, device_schema, type_schema) = match entity.state.clone() {
            CategorySchema::Undefined => (Category::Other, AttributeSchema::default(), AttributeSchema::default()),
            CategorySchema::Defined { category, definition } => {
                (category, definition.device_schema, definition.type_schema)
            }
        };
        Self {
            id: entity.id,
            number: entity.number.clone(),
            version: entity.version,
            created_at: entity.created_at,
            updated_at: entity.updated_at,
            category,
            device_schema,
            type_schema,
        }
    }
}
