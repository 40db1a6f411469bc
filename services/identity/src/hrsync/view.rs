//! Rows of change sets.

use chrono::{DateTime, NaiveDate, Utc};
use event_store::{Entity, Record, Row};
use kernel::text::searchable;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::domain::{ChangeSet, ChangeSetId};

pub mod row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, ToSchema)]
    #[sea_orm(table_name = "change_sets")]
    #[schema(as = ChangeSet)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ChangeSetId,
        #[schema(example = "HRS-2026-000007")]
        pub number: String,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
        pub status: ChangeSetStatus,
        /// Whether the file is all staff, so that whoever is not in it leaves.
        pub full: bool,
        /// SHA-256 of the file, in hexadecimal.
        pub file_sha256: String,
        pub planned_on: NaiveDate,
        /// People in service before it.
        pub staff: i32,
        /// Rows of the file.
        pub rows: i32,
        pub joins: i32,
        pub edits: i32,
        pub moves: i32,
        pub leaves: i32,
        pub returns: i32,
        pub unchanged: i32,
        pub faults: i32,
        /// Leavers in percent of the people in service.
        #[schema(example = 2.5)]
        pub leaving_share: f64,
        /// Whether so many leave that applying it has to say so.
        pub needs_confirmation: bool,
        #[serde(skip)]
        pub search: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
pub use row::Model as ChangeSetRow;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum ChangeSetStatus {
    Previewed,
    Applied,
    Discarded,
}

impl Row for ChangeSetRow {
    type Table = row::Entity;
    type Active = row::ActiveModel;
    const INDEXES: &'static [&'static [&'static str]] = &[&["status"]];
}

impl Record for ChangeSet {
    type Row = ChangeSetRow;
}

impl From<&ChangeSet> for ChangeSetStatus {
    fn from(change_set: &ChangeSet) -> Self {
        match change_set {
            ChangeSet::Unknown | ChangeSet::Previewed { .. } => Self::Previewed,
            ChangeSet::Applied(_) => Self::Applied,
            ChangeSet::Discarded(_) => Self::Discarded,
        }
    }
}

impl From<&Entity<ChangeSet>> for ChangeSetRow {
    fn from(entity: &Entity<ChangeSet>) -> Self {
        let preview = entity.state.preview().cloned().unwrap_or_default();
        let status = ChangeSetStatus::from(&entity.state);
        Self {
            id: entity.id,
            number: entity.number.clone(),
            version: entity.version,
            created_at: entity.created_at,
            updated_at: entity.updated_at,
            status,
            search: searchable(&entity.number),
            leaving_share: preview.leaving_share(),
            needs_confirmation: status == ChangeSetStatus::Previewed && preview.loses_many(),
            full: preview.full,
            file_sha256: preview.file_sha256,
            planned_on: preview.planned_on,
            staff: preview.staff,
            rows: preview.rows,
            joins: preview.joins,
            edits: preview.edits,
            moves: preview.moves,
            leaves: preview.leaves,
            returns: preview.returns,
            unchanged: preview.unchanged,
            faults: preview.faults,
        }
    }
}
