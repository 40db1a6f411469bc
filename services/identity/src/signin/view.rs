//! Rows of users and service accounts.

use auth::Within;
use chrono::{DateTime, Utc};
use event_store::{Entity, Failure, Record, Row, Store, Unique};
use kernel::text::searchable;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::service_account::{ServiceAccount, ServiceAccountId};
use super::user::{User, UserId, Why};
use crate::access::Patterns;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum UserStatus {
    Active,
    Disabled,
    /// The employee is suspended.
    Suspended,
    /// The employee has left.
    Left,
}

pub mod user_row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, ToSchema)]
    #[sea_orm(table_name = "users")]
    #[schema(as = User)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: UserId,
        #[schema(example = "USR-000007")]
        pub number: String,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
        pub status: UserStatus,
        /// Null when the person was erased.
        #[schema(example = "n.beridze")]
        pub username: Option<String>,
        pub employee_id: Option<Uuid>,
        /// The password was chosen by somebody else and serves only to choose another.
        pub must_change_password: bool,
        /// The unit of the employee.
        pub org_unit_id: Option<Uuid>,
        /// The employee.
        pub owner_id: Option<Uuid>,
        #[serde(skip)]
        pub search: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
pub use user_row::Model as UserRow;

impl Row for UserRow {
    type Table = user_row::Entity;
    type Active = user_row::ActiveModel;
    const UNIQUE: &'static [Unique] = &[
        Unique {
            columns: &["username"],
            code: "username-taken",
            en: "Another user has this name.",
            ka: "ეს სახელი სხვა მომხმარებელს აქვს.",
        },
        Unique {
            columns: &["employee_id"],
            code: "employee-has-user",
            en: "The employee has a user already.",
            ka: "თანამშრომელს მომხმარებელი უკვე აქვს.",
        },
    ];
    const INDEXES: &'static [&'static [&'static str]] = &[&["org_unit_id"]];
}

impl Record for User {
    type Row = UserRow;
}

impl From<&Entity<User>> for UserRow {
    fn from(entity: &Entity<User>) -> Self {
        let facts = entity.state.facts();
        let username = facts.and_then(|facts| facts.username.open().cloned());
        Self {
            id: entity.id,
            number: entity.number.clone(),
            version: entity.version,
            created_at: entity.created_at,
            updated_at: entity.updated_at,
            status: match entity.state {
                User::Unborn | User::Active(_) => UserStatus::Active,
                User::Disabled(_, Why::Decision) => UserStatus::Disabled,
                User::Disabled(_, Why::Suspended) => UserStatus::Suspended,
                User::Disabled(_, Why::Left) => UserStatus::Left,
            },
            search: searchable(&format!("{} {}", entity.number, username.as_deref().unwrap_or_default())),
            username,
            employee_id: facts.and_then(|facts| facts.employee_id),
            must_change_password: facts.is_some_and(|facts| facts.must_change_password),
            org_unit_id: facts.and_then(|facts| facts.org_unit_id),
            owner_id: facts.and_then(|facts| facts.employee_id),
        }
    }
}

/// The users of an employee: one, or none.
pub async fn users_of(store: &Store, employee_id: Uuid) -> Result<Vec<UserRow>, Failure> {
    let of_employee = user_row::Entity::find().filter(user_row::Column::EmployeeId.eq(employee_id));
    Ok(of_employee.all(&store.database().reader).await?)
}

pub async fn user_named(store: &Store, username: &str) -> Result<Option<UserRow>, Failure> {
    let named = user_row::Entity::find().filter(user_row::Column::Username.eq(username));
    Ok(named.one(&store.database().reader).await?)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum ServiceAccountStatus {
    Active,
    Disabled,
}

pub mod service_account_row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, ToSchema)]
    #[sea_orm(table_name = "service_accounts")]
    #[schema(as = ServiceAccount)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        /// Also the client id.
        pub id: ServiceAccountId,
        #[schema(example = "SVC-000002")]
        pub number: String,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
        pub status: ServiceAccountStatus,
        #[schema(example = "attendance-system")]
        pub name: String,
        #[sea_orm(column_type = "JsonBinary")]
        pub scopes: Patterns,
        /// `everywhere`, or the id of an org unit.
        #[schema(example = "everywhere")]
        pub within: String,
        pub expires_at: Option<DateTime<Utc>>,
        /// That org unit: whoever manages rights there sees the account.
        pub org_unit_id: Option<Uuid>,
        #[serde(skip)]
        pub search: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
pub use service_account_row::Model as ServiceAccountRow;

impl Row for ServiceAccountRow {
    type Table = service_account_row::Entity;
    type Active = service_account_row::ActiveModel;
    const UNIQUE: &'static [Unique] = &[Unique {
        columns: &["name"],
        code: "service-account-name-taken",
        en: "Another service account has this name.",
        ka: "ეს სახელი სხვა ანგარიშს აქვს.",
    }];
    const INDEXES: &'static [&'static [&'static str]] = &[&["org_unit_id"]];
}

impl Record for ServiceAccount {
    type Row = ServiceAccountRow;
}

impl From<&Entity<ServiceAccount>> for ServiceAccountRow {
    fn from(entity: &Entity<ServiceAccount>) -> Self {
        let facts = entity.state.facts();
        let within = facts.map_or(Within::Own, |facts| facts.within);
        let name = facts.map(|facts| facts.name.clone()).unwrap_or_default();
        Self {
            id: entity.id,
            number: entity.number.clone(),
            version: entity.version,
            created_at: entity.created_at,
            updated_at: entity.updated_at,
            status: match entity.state {
                ServiceAccount::Unborn | ServiceAccount::Active(_) => ServiceAccountStatus::Active,
                ServiceAccount::Disabled(_) => ServiceAccountStatus::Disabled,
            },
            search: searchable(&format!("{} {name}", entity.number)),
            name,
            scopes: Patterns(facts.map(|facts| facts.scopes.clone()).unwrap_or_default()),
            within: within.to_string(),
            expires_at: facts.and_then(|facts| facts.expires_at),
            org_unit_id: if let Within::Unit(unit) = within { Some(unit) } else { None },
        }
    }
}
