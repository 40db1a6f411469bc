//! Rows of return requests.

use chrono::{DateTime, NaiveDate, Utc};
use event_store::{Entity, Record, Row};
use kernel::text::searchable;
use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::custody::domain::{Demand, Outstanding, ReturnRequest, ReturnRequestId};

pub mod row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, ToSchema)]
    #[sea_orm(table_name = "return_requests")]
    #[schema(as = ReturnRequest)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ReturnRequestId,
        #[schema(example = "RET-2026-000004")]
        pub number: String,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
        pub status: ReturnRequestStatus,
        pub employee_id: Uuid,
        #[schema(example = "EMP-000123")]
        pub employee_number: String,
        pub left_on: NaiveDate,
        #[sea_orm(column_type = "JsonBinary")]
        pub devices: Demanded,
        /// How many are still to come.
        pub outstanding: i64,
        pub org_unit_id: Option<Uuid>,
        pub owner_id: Option<Uuid>,
        #[serde(skip)]
        pub search: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
pub use row::Model as ReturnRequestRow;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum ReturnRequestStatus {
    Open,
    Done,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, FromJsonQueryResult)]
#[serde(transparent)]
#[schema(value_type = Vec<Outstanding>)]
pub struct Demanded(pub Vec<Outstanding>);

impl Row for ReturnRequestRow {
    type Table = row::Entity;
    type Active = row::ActiveModel;
    const INDEXES: &'static [&'static [&'static str]] = &[&["status"], &["employee_id", "status"], &["org_unit_id"]];
}

impl Record for ReturnRequest {
    type Row = ReturnRequestRow;
}

impl From<&Entity<ReturnRequest>> for ReturnRequestRow {
    fn from(entity: &Entity<ReturnRequest>) -> Self {
        let demand = entity.state.demand().cloned().unwrap_or_else(Demand::empty);
        let status = match entity.state {
            ReturnRequest::Unknown | ReturnRequest::Open(_) => ReturnRequestStatus::Open,
            ReturnRequest::Done(_) => ReturnRequestStatus::Done,
        };
        Self {
            id: entity.id,
            number: entity.number.clone(),
            version: entity.version,
            created_at: entity.created_at,
            updated_at: entity.updated_at,
            status,
            search: search(&entity.number, &demand),
            outstanding: demand.outstanding().count() as i64,
            employee_id: demand.employee_id,
            employee_number: demand.employee_number,
            left_on: demand.left_on,
            devices: Demanded(demand.devices),
            org_unit_id: demand.org_unit_id,
            owner_id: Some(demand.employee_id),
        }
    }
}

fn search(number: &str, demand: &Demand) -> String {
    let mut words = vec![number, &demand.employee_number];
    for device in &demand.devices {
        words.extend([device.number.as_str(), device.name.as_str()]);
        words.extend(device.inventory_number.as_deref());
    }
    searchable(&words.join(" "))
}
