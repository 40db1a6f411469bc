//! The table of days off, and the calendar that follows from it.

use chrono::{DateTime, NaiveDate, Utc};
use event_store::{Entity, Record, Row, Unique};
use kernel::{Localized, text::searchable};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::domain::{DayOff, DayOffId};
use super::term::WorkCalendar;

pub mod row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, ToSchema)]
    #[sea_orm(table_name = "days_off")]
    #[schema(as = DayOff)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: DayOffId,
        #[schema(example = "DOF-000001")]
        pub number: String,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
        pub status: DayOffStatus,
        #[schema(example = "2026-05-27")]
        pub date: NaiveDate,
        #[sea_orm(column_type = "JsonBinary")]
        pub reason: Localized,
        pub banks_too: bool,
        /// The date while it is declared: no two declare the same day.
        #[serde(skip)]
        pub declared_for: Option<NaiveDate>,
        #[serde(skip)]
        pub search: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
pub use row::Model as DayOffRow;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum DayOffStatus {
    Declared,
    Revoked,
}

impl Row for DayOffRow {
    type Table = row::Entity;
    type Active = row::ActiveModel;
    const UNIQUE: &'static [Unique] = &[Unique {
        columns: &["declared_for"],
        code: "day-off-taken",
        en: "This day is already declared a day off.",
        ka: "ეს დღე უკვე გამოცხადებულია უქმედ.",
    }];
    const INDEXES: &'static [&'static [&'static str]] = &[&["status"], &["date"]];
}

impl Record for DayOff {
    type Row = DayOffRow;
}

impl From<&Entity<DayOff>> for DayOffRow {
    fn from(entity: &Entity<DayOff>) -> Self {
        let day = entity.state.day();
        let declared = matches!(entity.state, DayOff::Declared(_));
        let reason = day.map(|day| day.reason.clone()).unwrap_or_default();
        Self {
            id: entity.id,
            number: entity.number.clone(),
            version: entity.version,
            created_at: entity.created_at,
            updated_at: entity.updated_at,
            status: if declared { DayOffStatus::Declared } else { DayOffStatus::Revoked },
            date: day.map(|day| day.date).unwrap_or_default(),
            search: searchable(&format!("{} {} {}", entity.number, reason.ka, reason.en)),
            reason,
            banks_too: day.is_some_and(|day| day.banks_too),
            declared_for: day.filter(|_| declared).map(|day| day.date),
        }
    }
}

/// The calendar as it is declared now.
pub async fn calendar(database: &DatabaseConnection) -> Result<WorkCalendar, DbErr> {
    let declared = row::Entity::find().filter(row::Column::Status.eq(DayOffStatus::Declared)).all(database).await?;
    Ok(WorkCalendar::with(declared.into_iter().map(|row| (row.date, row.banks_too))))
}
