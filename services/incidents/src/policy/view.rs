//! The table of policies, and which one is in force.

use chrono::{DateTime, Utc};
use event_store::{Entity, Failure, Record, Row};
use kernel::{Localized, text::searchable};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::domain::{IncidentPolicy, PolicyId};
use super::terms::{PolicyInForce, PolicyTerms};

pub mod row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, ToSchema)]
    #[sea_orm(table_name = "policies")]
    #[schema(as = IncidentPolicy)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: PolicyId,
        #[schema(example = "POL-000001")]
        pub number: String,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
        pub status: PolicyStatus,
        #[sea_orm(column_type = "JsonBinary")]
        pub title: Localized,
        #[sea_orm(column_type = "JsonBinary")]
        pub terms: PolicyTerms,
        /// Who wrote on the draft; known while it is one.
        #[sea_orm(column_type = "JsonBinary")]
        pub authors: Authors,
        pub approved_by: Option<Uuid>,
        pub in_force_since: Option<DateTime<Utc>>,
        pub in_force_until: Option<DateTime<Utc>>,
        #[serde(skip)]
        pub search: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
pub use row::Model as PolicyRow;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum PolicyStatus {
    Draft,
    Withdrawn,
    Approved,
    InForce,
    Superseded,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, FromJsonQueryResult)]
pub struct Authors(pub Vec<Uuid>);

impl Row for PolicyRow {
    type Table = row::Entity;
    type Active = row::ActiveModel;
    const INDEXES: &'static [&'static [&'static str]] = &[&["status"]];
}

impl Record for IncidentPolicy {
    type Row = PolicyRow;
}

impl From<&Entity<IncidentPolicy>> for PolicyRow {
    fn from(entity: &Entity<IncidentPolicy>) -> Self {
        let policy = &entity.state;
        let (title, terms) = match policy.text() {
            Some(text) => (text.title.clone(), text.terms.clone()),
            None => (Localized::default(), PolicyTerms::built_in()),
        };
        let (since, until) = validity(policy);
        Self {
            id: entity.id,
            number: entity.number.clone(),
            version: entity.version,
            created_at: entity.created_at,
            updated_at: entity.updated_at,
            status: status(policy),
            search: searchable(&format!("{} {} {}", entity.number, title.ka, title.en)),
            title,
            terms,
            authors: Authors(authors(policy)),
            approved_by: approver(policy),
            in_force_since: since,
            in_force_until: until,
        }
    }
}

fn status(policy: &IncidentPolicy) -> PolicyStatus {
    match policy {
        IncidentPolicy::Unwritten | IncidentPolicy::Draft(_) => PolicyStatus::Draft,
        IncidentPolicy::Withdrawn(_) => PolicyStatus::Withdrawn,
        IncidentPolicy::Approved { .. } => PolicyStatus::Approved,
        IncidentPolicy::InForce { .. } => PolicyStatus::InForce,
        IncidentPolicy::Superseded { .. } => PolicyStatus::Superseded,
    }
}

fn authors(policy: &IncidentPolicy) -> Vec<Uuid> {
    match policy {
        IncidentPolicy::Draft(writing) => writing.authors.clone(),
        _ => vec![],
    }
}

fn approver(policy: &IncidentPolicy) -> Option<Uuid> {
    match policy {
        IncidentPolicy::Approved { approved_by, .. }
        | IncidentPolicy::InForce { approved_by, .. }
        | IncidentPolicy::Superseded { approved_by, .. } => Some(*approved_by),
        IncidentPolicy::Unwritten | IncidentPolicy::Draft(_) | IncidentPolicy::Withdrawn(_) => None,
    }
}

fn validity(policy: &IncidentPolicy) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    match policy {
        IncidentPolicy::InForce { since, .. } => (Some(*since), None),
        IncidentPolicy::Superseded { since, until, .. } => (Some(*since), Some(*until)),
        _ => (None, None),
    }
}

/// The policy that tickets are opened under now. When a new one is just in force and the former not yet
/// superseded, it is the newer.
pub async fn in_force(database: &DatabaseConnection) -> Result<PolicyInForce, Failure> {
    let newest = row::Entity::find()
        .filter(row::Column::Status.eq(PolicyStatus::InForce))
        .order_by_desc(row::Column::InForceSince)
        .order_by_desc(row::Column::Id);
    Ok(newest.one(database).await?.map_or_else(PolicyInForce::built_in, PolicyInForce::from))
}

/// Those that are still in force though `newest` came after them.
pub async fn superseded_by(database: &DatabaseConnection, newest: PolicyId) -> Result<Vec<PolicyId>, Failure> {
    let all = row::Entity::find().filter(row::Column::Status.eq(PolicyStatus::InForce)).all(database).await?;
    let since = all.iter().find(|row| row.id == newest).and_then(|row| row.in_force_since);
    let older = all.iter().filter(|row| row.id != newest && row.in_force_since <= since);
    Ok(older.map(|row| row.id).collect())
}

impl From<PolicyRow> for PolicyInForce {
    fn from(row: PolicyRow) -> Self {
        Self {
            id: Some(row.id.into()),
            number: row.number,
            title: row.title,
            in_force_since: row.in_force_since,
            terms: row.terms,
        }
    }
}
