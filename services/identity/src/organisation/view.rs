//! Rows of units and positions.

use chrono::{DateTime, Utc};
use event_store::{Entity, Record, Row, Unique};
use kernel::Localized;
use kernel::text::searchable;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{OrgUnit, OrgUnitId, Position, PositionId, UnitKind};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum OrganisationStatus {
    Open,
    Closed,
}

/// Function numbers, as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Functions(pub Vec<String>);

pub mod unit_row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, ToSchema)]
    #[sea_orm(table_name = "org_units")]
    #[schema(as = OrgUnit)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: OrgUnitId,
        #[schema(example = "ORG-000005")]
        pub number: String,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
        pub status: OrganisationStatus,
        #[schema(example = "IT-SUPPORT")]
        pub code: String,
        #[sea_orm(column_type = "JsonBinary")]
        pub name: Localized,
        pub kind: UnitKind,
        pub parent_id: Option<Uuid>,
        /// The unit itself: rights over it are rights over its row.
        pub org_unit_id: Option<Uuid>,
        #[serde(skip)]
        pub search: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
pub use unit_row::Model as OrgUnitRow;

impl Row for OrgUnitRow {
    type Table = unit_row::Entity;
    type Active = unit_row::ActiveModel;
    const UNIQUE: &'static [Unique] = &[Unique {
        columns: &["code"],
        code: "unit-code-taken",
        en: "Another unit has this code.",
        ka: "ეს კოდი სხვა ერთეულს აქვს.",
    }];
    const INDEXES: &'static [&'static [&'static str]] = &[&["parent_id"]];
}

impl Record for OrgUnit {
    type Row = OrgUnitRow;
}

impl From<&Entity<OrgUnit>> for OrgUnitRow {
    fn from(entity: &Entity<OrgUnit>) -> Self {
        let facts = entity.state.facts();
        let name = facts.map(|facts| facts.name.clone()).unwrap_or_default();
        let code = facts.map(|facts| facts.code.clone()).unwrap_or_default();
        Self {
            id: entity.id,
            number: entity.number.clone(),
            version: entity.version,
            created_at: entity.created_at,
            updated_at: entity.updated_at,
            status: match entity.state {
                OrgUnit::Closed(_) => OrganisationStatus::Closed,
                OrgUnit::Unborn | OrgUnit::Open(_) => OrganisationStatus::Open,
            },
            search: searchable(&format!("{} {} {} {code}", entity.number, name.ka, name.en)),
            code,
            name,
            kind: facts.map_or(UnitKind::Unit, |facts| facts.kind),
            parent_id: facts.and_then(|facts| facts.parent_id),
            org_unit_id: Some(entity.uuid()),
        }
    }
}

pub mod position_row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, ToSchema)]
    #[sea_orm(table_name = "positions")]
    #[schema(as = Position)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: PositionId,
        #[schema(example = "POS-000007")]
        pub number: String,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
        pub status: OrganisationStatus,
        #[sea_orm(column_type = "JsonBinary")]
        pub title: Localized,
        pub org_unit_id: Option<Uuid>,
        pub headcount: i32,
        #[sea_orm(column_type = "JsonBinary")]
        pub functions: Functions,
        #[serde(skip)]
        pub search: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
pub use position_row::Model as PositionRow;

impl Row for PositionRow {
    type Table = position_row::Entity;
    type Active = position_row::ActiveModel;
    const INDEXES: &'static [&'static [&'static str]] = &[&["org_unit_id"]];
}

impl Record for Position {
    type Row = PositionRow;
}

impl From<&Entity<Position>> for PositionRow {
    fn from(entity: &Entity<Position>) -> Self {
        let details = entity.state.details();
        let title = details.map(|details| details.title.clone()).unwrap_or_default();
        Self {
            id: entity.id,
            number: entity.number.clone(),
            version: entity.version,
            created_at: entity.created_at,
            updated_at: entity.updated_at,
            status: match entity.state {
                Position::Abolished(_) => OrganisationStatus::Closed,
                Position::Unborn | Position::Open(_) => OrganisationStatus::Open,
            },
            search: searchable(&format!("{} {} {}", entity.number, title.ka, title.en)),
            title,
            org_unit_id: details.map(|details| details.org_unit_id),
            headcount: details.map_or(0, |details| details.headcount),
            functions: Functions(details.map(|details| details.functions.clone()).unwrap_or_default()),
        }
    }
}
