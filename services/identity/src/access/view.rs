//! Rows of roles and grants.

use auth::Within;
use chrono::{DateTime, Utc};
use event_store::{Entity, Record, Row, Unique};
use kernel::Localized;
use kernel::text::searchable;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Grant, GrantId, Role, RoleId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum RoleStatus {
    Active,
    Retired,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum GrantStatus {
    InForce,
    Revoked,
    Lapsed,
}

/// Scopes and patterns of them, as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Patterns(pub Vec<String>);

pub mod role_row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, ToSchema)]
    #[sea_orm(table_name = "roles")]
    #[schema(as = Role)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: RoleId,
        #[schema(example = "ROL-000003")]
        pub number: String,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
        pub status: RoleStatus,
        #[schema(example = "support-specialist")]
        pub code: String,
        #[sea_orm(column_type = "JsonBinary")]
        pub name: Localized,
        #[sea_orm(column_type = "JsonBinary")]
        pub scopes: Patterns,
        /// Whoever has this position holds the role everywhere.
        pub position_id: Option<Uuid>,
        /// Every employee holds the role for what is their own.
        pub for_everyone: bool,
        #[serde(skip)]
        pub search: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
pub use role_row::Model as RoleRow;

impl Row for RoleRow {
    type Table = role_row::Entity;
    type Active = role_row::ActiveModel;
    const UNIQUE: &'static [Unique] = &[Unique {
        columns: &["code"],
        code: "role-code-taken",
        en: "Another role has this code.",
        ka: "ეს კოდი სხვა როლს აქვს.",
    }];
    const INDEXES: &'static [&'static [&'static str]] = &[&["position_id"]];
}

impl Record for Role {
    type Row = RoleRow;
}

impl From<&Entity<Role>> for RoleRow {
    fn from(entity: &Entity<Role>) -> Self {
        let details = entity.state.details().cloned().unwrap_or_else(super::built_in::nothing);
        Self {
            id: entity.id,
            number: entity.number.clone(),
            version: entity.version,
            created_at: entity.created_at,
            updated_at: entity.updated_at,
            status: match entity.state {
                Role::Retired(_) => RoleStatus::Retired,
                Role::Unborn | Role::Active(_) => RoleStatus::Active,
            },
            search: searchable(&format!("{} {} {} {}", entity.number, details.code, details.name.ka, details.name.en)),
            code: details.code,
            name: details.name,
            scopes: Patterns(details.scopes),
            position_id: details.position_id,
            for_everyone: details.for_everyone,
        }
    }
}

pub mod grant_row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, ToSchema)]
    #[sea_orm(table_name = "grants")]
    #[schema(as = Grant)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: GrantId,
        #[schema(example = "GRN-000012")]
        pub number: String,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
        pub status: GrantStatus,
        pub user_id: Uuid,
        pub role_id: Uuid,
        #[schema(example = "support-specialist")]
        pub role: String,
        /// `everywhere`, `own`, or the id of an org unit.
        #[schema(example = "everywhere")]
        pub within: String,
        /// That org unit: whoever manages rights there sees the grant.
        pub org_unit_id: Option<Uuid>,
        pub until: Option<DateTime<Utc>>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
pub use grant_row::Model as GrantRow;

impl Row for GrantRow {
    type Table = grant_row::Entity;
    type Active = grant_row::ActiveModel;
    const INDEXES: &'static [&'static [&'static str]] = &[&["user_id"], &["role_id"], &["org_unit_id"]];
}

impl Record for Grant {
    type Row = GrantRow;
}

impl From<&Entity<Grant>> for GrantRow {
    fn from(entity: &Entity<Grant>) -> Self {
        let facts = entity.state.facts();
        let within = facts.map_or(Within::Own, |facts| facts.within);
        Self {
            id: entity.id,
            number: entity.number.clone(),
            version: entity.version,
            created_at: entity.created_at,
            updated_at: entity.updated_at,
            status: match entity.state {
                Grant::Unborn | Grant::InForce(_) => GrantStatus::InForce,
                Grant::Revoked(_) => GrantStatus::Revoked,
                Grant::Lapsed(_) => GrantStatus::Lapsed,
            },
            user_id: facts.map_or(Uuid::nil(), |facts| facts.user_id),
            role_id: facts.map_or(Uuid::nil(), |facts| facts.role_id),
            role: facts.map(|facts| facts.role.clone()).unwrap_or_default(),
            within: within.to_string(),
            org_unit_id: if let Within::Unit(unit) = within { Some(unit) } else { None },
            until: facts.and_then(|facts| facts.until),
        }
    }
}
