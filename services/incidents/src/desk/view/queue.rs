//! The table of queues. Everyone at the desk sees all of them, so the staffing unit is not the owner of the row.

use chrono::{DateTime, Utc};
use event_store::{Entity, Failure, Record, Row, Unique};
use kernel::{Localized, text::searchable};
use sea_orm::QueryFilter;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::desk::domain::queue::{Queue, QueueId, QueueReference};

pub mod row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, ToSchema)]
    #[sea_orm(table_name = "queues")]
    #[schema(as = Queue)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: QueueId,
        #[schema(example = "QUE-000001")]
        pub number: String,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
        #[schema(example = "technical-support")]
        pub code: String,
        #[sea_orm(column_type = "JsonBinary")]
        pub name: Localized,
        /// The org unit that staffs it.
        pub unit_id: Option<Uuid>,
        /// Employees who work in it.
        #[sea_orm(column_type = "JsonBinary")]
        pub members: Members,
        /// Whether it takes tickets.
        pub open: bool,
        #[serde(skip)]
        pub search: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
pub use row::Model as QueueRow;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, FromJsonQueryResult)]
pub struct Members(pub Vec<Uuid>);

impl Row for QueueRow {
    type Table = row::Entity;
    type Active = row::ActiveModel;
    const UNIQUE: &'static [Unique] = &[Unique {
        columns: &["code"],
        code: "queue-code-taken",
        en: "Another queue has this code.",
        ka: "ეს კოდი სხვა რიგს აქვს.",
    }];
}

impl Record for Queue {
    type Row = QueueRow;
}

impl From<&Entity<Queue>> for QueueRow {
    fn from(entity: &Entity<Queue>) -> Self {
        let staffed = entity.state.staffed();
        let name = staffed.map(|staffed| staffed.details.name.clone()).unwrap_or_default();
        let code = staffed.map(|staffed| staffed.details.code.clone()).unwrap_or_default();
        Self {
            id: entity.id,
            number: entity.number.clone(),
            version: entity.version,
            created_at: entity.created_at,
            updated_at: entity.updated_at,
            search: searchable(&format!("{} {code} {} {}", entity.number, name.ka, name.en)),
            code,
            name,
            unit_id: staffed.and_then(|staffed| staffed.details.unit_id),
            members: Members(staffed.map(|staffed| staffed.members.clone()).unwrap_or_default()),
            open: matches!(entity.state, Queue::Open(_)),
        }
    }
}

/// The queue with this code.
pub async fn queue_coded(database: &DatabaseConnection, code: &str) -> Result<Option<QueueReference>, Failure> {
    let found = row::Entity::find().filter(row::Column::Code.eq(code)).one(database).await?;
    Ok(found.map(|row| QueueReference { id: row.id.into(), code: row.code }))
}

/// The queues that an employee works in. There are few queues, so all of them are looked through.
pub async fn queues_of(database: &DatabaseConnection, employee: Uuid) -> Result<Vec<QueueId>, Failure> {
    let open = row::Entity::find().filter(row::Column::Open.eq(true)).all(database).await?;
    Ok(open.into_iter().filter(|row| row.members.0.contains(&employee)).map(|row| row.id).collect())
}
