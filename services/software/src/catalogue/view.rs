//! The table of systems, and the dependencies between all of them.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use event_store::{Entity, Record, Row, Unique};
use kernel::{Localized, text::searchable};
use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::domain::{DataClass, Dependency, Entry, Interface, Stage, System, SystemDetails, SystemId};
use super::graph::{Edge, Graph};

pub mod row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, ToSchema)]
    #[sea_orm(table_name = "systems")]
    #[schema(as = System)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: SystemId,
        #[schema(example = "SYS-000012")]
        pub number: String,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
        #[schema(example = "docflow")]
        pub code: String,
        pub stage: Stage,
        pub stage_since: Option<NaiveDate>,
        #[sea_orm(column_type = "JsonBinary")]
        pub name: Localized,
        #[sea_orm(column_type = "JsonBinary", nullable)]
        pub purpose: Option<Localized>,
        pub owner_unit_id: Uuid,
        pub technical_owner_id: Option<Uuid>,
        #[sea_orm(column_type = "JsonBinary")]
        pub data_classes: DataClasses,
        #[sea_orm(column_type = "JsonBinary")]
        pub user_agency_ids: UserAgencies,
        #[sea_orm(column_type = "JsonBinary")]
        pub interfaces: Interfaces,
        #[sea_orm(column_type = "JsonBinary")]
        pub functions: Functions,
        /// The system that it is a module of.
        pub part_of_id: Option<SystemId>,
        #[sea_orm(column_type = "JsonBinary")]
        pub dependencies: Dependencies,
        pub retire_by: Option<NaiveDate>,
        #[sea_orm(column_type = "Text", nullable)]
        pub retirement_reason: Option<String>,
        /// 1 is the most critical; none until an assessment is approved.
        #[schema(minimum = 1, maximum = 4)]
        pub tier: Option<i32>,
        #[schema(example = "PT4H")]
        pub rto: Option<String>,
        #[schema(example = "PT15M")]
        pub rpo: Option<String>,
        pub assessment_id: Option<Uuid>,
        pub reassess_on: Option<NaiveDate>,
        #[serde(skip)]
        pub search: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
pub use row::Model as SystemRow;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, FromJsonQueryResult)]
pub struct DataClasses(pub Vec<DataClass>);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, FromJsonQueryResult)]
pub struct UserAgencies(pub Vec<Uuid>);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, FromJsonQueryResult)]
pub struct Interfaces(pub Vec<Interface>);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, FromJsonQueryResult)]
pub struct Functions(pub Vec<String>);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, FromJsonQueryResult)]
pub struct Dependencies(pub Vec<Dependency>);

impl Row for SystemRow {
    type Table = row::Entity;
    type Active = row::ActiveModel;
    const UNIQUE: &'static [Unique] = &[Unique {
        columns: &["code"],
        code: "system-code-taken",
        en: "Another system has this code.",
        ka: "ეს კოდი სხვა სისტემას აქვს.",
    }];
    const INDEXES: &'static [&'static [&'static str]] =
        &[&["stage"], &["owner_unit_id"], &["technical_owner_id"], &["part_of_id"], &["tier"], &["reassess_on"]];
}

impl Record for System {
    type Row = SystemRow;
}

impl From<&Entity<System>> for SystemRow {
    fn from(entity: &Entity<System>) -> Self {
        let system = &entity.state;
        let entry = system.entry();
        let details = entry.map_or_else(System::no_details, |entry| entry.details.clone());
        let classification = entry.and_then(|entry| entry.classification.as_ref());
        let plan = system.plan();
        Self {
            id: entity.id,
            number: entity.number.clone(),
            version: entity.version,
            created_at: entity.created_at,
            updated_at: entity.updated_at,
            search: search(&entity.number, &details),
            stage: system.stage(),
            stage_since: entry.and_then(|entry| entry.since),
            part_of_id: entry.and_then(|entry| entry.part_of),
            dependencies: Dependencies(entry.map(|entry: &Entry| entry.dependencies.clone()).unwrap_or_default()),
            retire_by: plan.map(|plan| plan.retire_by),
            retirement_reason: plan.map(|plan| plan.reason.clone()),
            tier: classification.map(|one| one.tier),
            rto: classification.map(|one| one.rto.clone()),
            rpo: classification.map(|one| one.rpo.clone()),
            assessment_id: classification.map(|one| one.assessment_id),
            reassess_on: classification.map(|one| one.reassess_on),
            code: details.code,
            name: details.name,
            purpose: details.purpose,
            owner_unit_id: details.owner_unit_id,
            technical_owner_id: details.technical_owner_id,
            data_classes: DataClasses(details.data_classes),
            user_agency_ids: UserAgencies(details.user_agency_ids),
            interfaces: Interfaces(details.interfaces),
            functions: Functions(details.functions),
        }
    }
}

impl System {
    /// A stream begins with its registration, so nobody sees these.
    fn no_details() -> SystemDetails {
        SystemDetails {
            code: String::new(),
            name: Localized::default(),
            purpose: None,
            owner_unit_id: Uuid::nil(),
            technical_owner_id: None,
            data_classes: vec![],
            user_agency_ids: vec![],
            interfaces: vec![],
            functions: vec![],
        }
    }

    /// What a merge patch is applied to.
    pub fn details(&self) -> SystemDetails {
        self.entry().map_or_else(Self::no_details, |entry| entry.details.clone())
    }
}

fn search(number: &str, details: &SystemDetails) -> String {
    let purpose = details.purpose.clone().unwrap_or_default();
    let words = [number, &details.code, &details.name.ka, &details.name.en, &purpose.ka, &purpose.en];
    searchable(&words.join(" "))
}

/// A system, as it stands in a graph.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Node {
    pub id: SystemId,
    #[schema(example = "SYS-000012")]
    pub number: String,
    #[schema(example = "docflow")]
    pub code: String,
    pub name: Localized,
    pub stage: Stage,
    pub tier: Option<i32>,
}

type Columns = (Uuid, String, String, Localized, Stage, Option<i32>, Dependencies);

/// Every system with what it depends on. A catalogue has hundreds of systems, so all of it is looked at.
pub async fn landscape(database: &DatabaseConnection) -> Result<(BTreeMap<Uuid, Node>, Graph), DbErr> {
    use row::Column;
    let columns =
        [Column::Id, Column::Number, Column::Code, Column::Name, Column::Stage, Column::Tier, Column::Dependencies];
    let rows: Vec<Columns> = row::Entity::find().select_only().columns(columns).into_tuple().all(database).await?;
    let mut nodes = BTreeMap::new();
    let mut edges = vec![];
    for (id, number, code, name, stage, tier, dependencies) in rows {
        edges.extend(dependencies.0.iter().map(|one| Edge { from: id, to: one.system_id.into(), kind: one.kind }));
        nodes.insert(id, Node { id: id.into(), number, code, name, stage, tier });
    }
    edges.retain(|edge: &Edge| nodes.contains_key(&edge.to));
    Ok((nodes, Graph::of(edges)))
}

/// How many systems that are not retired depend on this one.
pub async fn needed_by(database: &DatabaseConnection, id: SystemId) -> Result<usize, DbErr> {
    let (nodes, graph) = landscape(database).await?;
    let near = graph.walk(id.into(), super::graph::Direction::Up, 1);
    let alive = |one: &Uuid| nodes.get(one).is_some_and(|node| node.stage != Stage::Retired);
    Ok(near.reached.iter().skip(1).filter(|(one, _)| alive(one)).count())
}

/// The system with this id and everything it is a part of, from the inside out.
pub async fn ancestors(database: &DatabaseConnection, from: SystemId) -> Result<Vec<SystemId>, DbErr> {
    let mut path = vec![];
    let mut next = Some(from);
    while let Some(id) = next.filter(|id| !path.contains(id)) {
        path.push(id);
        next = row::Entity::find_by_id(id).one(database).await?.and_then(|row| row.part_of_id);
    }
    Ok(path)
}
