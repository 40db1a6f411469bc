//! The table of assessments.

use chrono::{DateTime, NaiveDate, Utc};
use event_store::{Entity, Record, Row};
use kernel::{Localized, text::searchable};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::domain::{Assessment, AssessmentId};
use super::questionnaire::Answer;
use super::tier::Levels;
use crate::catalogue::domain::SystemId;

pub mod row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, ToSchema)]
    #[sea_orm(table_name = "assessments")]
    #[schema(as = Assessment)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: AssessmentId,
        #[schema(example = "CRT-2026-000003")]
        pub number: String,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
        pub status: AssessmentStatus,
        pub system_id: SystemId,
        #[schema(example = "SYS-000012")]
        pub system_number: String,
        #[sea_orm(column_type = "JsonBinary")]
        pub system_name: Localized,
        #[sea_orm(column_type = "JsonBinary")]
        pub answers: Answers,
        /// Everyone who wrote on it or submitted it.
        #[sea_orm(column_type = "JsonBinary")]
        pub assessors: Assessors,
        #[sea_orm(column_type = "Text", nullable)]
        pub remarks: Option<String>,
        /// What follows from the answers, approved or not.
        #[sea_orm(column_type = "JsonBinary")]
        pub levels: LevelsColumn,
        #[schema(minimum = 1, maximum = 4)]
        pub tier: i32,
        #[schema(example = "PT4H")]
        pub rto: String,
        #[schema(example = "PT15M")]
        pub rpo: String,
        pub approver_id: Option<Uuid>,
        pub approved_on: Option<NaiveDate>,
        pub reassess_on: Option<NaiveDate>,
        /// Whether it was announced that the system is to be assessed again.
        pub due: bool,
        #[serde(skip)]
        pub search: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
pub use row::Model as AssessmentRow;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum AssessmentStatus {
    Draft,
    Submitted,
    Approved,
    Superseded,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, FromJsonQueryResult)]
pub struct Answers(pub Vec<Answer>);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, FromJsonQueryResult)]
pub struct Assessors(pub Vec<Uuid>);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, FromJsonQueryResult)]
pub struct LevelsColumn(pub Levels);

impl Row for AssessmentRow {
    type Table = row::Entity;
    type Active = row::ActiveModel;
    const INDEXES: &'static [&'static [&'static str]] = &[&["status"], &["system_id"], &["tier"], &["reassess_on"]];
}

impl Record for Assessment {
    type Row = AssessmentRow;
}

impl From<&Assessment> for AssessmentStatus {
    fn from(assessment: &Assessment) -> Self {
        match assessment {
            Assessment::Unwritten | Assessment::Draft(_) => Self::Draft,
            Assessment::Submitted(_) => Self::Submitted,
            Assessment::Approved { .. } => Self::Approved,
            Assessment::Superseded { .. } => Self::Superseded,
        }
    }
}

impl From<&Entity<Assessment>> for AssessmentRow {
    fn from(entity: &Entity<Assessment>) -> Self {
        let (paper, approval) = (entity.state.paper(), entity.state.approval());
        let answers = paper.map(|paper| paper.answers.clone()).unwrap_or_default();
        let levels = Levels::of(&answers);
        let requirement = approval.map_or_else(|| levels.requirement(), |approval| approval.requirement.clone());
        let system_number = paper.map(|paper| paper.system.number.clone()).unwrap_or_default();
        let system_name = paper.map(|paper| paper.system.name.clone()).unwrap_or_default();
        Self {
            id: entity.id,
            number: entity.number.clone(),
            version: entity.version,
            created_at: entity.created_at,
            updated_at: entity.updated_at,
            status: AssessmentStatus::from(&entity.state),
            system_id: paper.map_or_else(|| Uuid::nil().into(), |paper| paper.system.id),
            search: searchable(
                &[&entity.number, &system_number, &system_name.ka, &system_name.en].map(String::as_str).join(" "),
            ),
            system_number,
            system_name,
            answers: Answers(answers),
            assessors: Assessors(paper.map(|paper| paper.assessors.clone()).unwrap_or_default()),
            remarks: paper.and_then(|paper| paper.remarks.clone()),
            levels: LevelsColumn(levels),
            tier: requirement.tier,
            rto: requirement.rto,
            rpo: requirement.rpo,
            approver_id: approval.map(|approval| approval.approver),
            approved_on: approval.map(|approval| approval.on),
            reassess_on: approval.map(|approval| approval.reassess_on),
            due: entity.state.due_announced(),
        }
    }
}
