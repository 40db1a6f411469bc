//! What every service knows of the people and units of identity: who they are by number, where they belong, and
//! whether they are still here. Nothing personal. Identity's events keep it (see the `service` crate).

use std::collections::BTreeSet;
use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use async_trait::async_trait;
use event_store::{Failure, Migration, Store, statement};
use kernel::{Fault, Localized};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use crate::gate::Units;
use crate::input::Reference;
use crate::problem::Problem;
use crate::words;

pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "web-directory-1",
    postgres: "CREATE TABLE directory_units (id uuid PRIMARY KEY, number text NOT NULL, parent_id uuid, name_ka text NOT NULL, name_en text NOT NULL); \
               CREATE UNIQUE INDEX directory_units_number ON directory_units (number); \
               CREATE INDEX directory_units_parent ON directory_units (parent_id); \
               CREATE TABLE directory_employees (id uuid PRIMARY KEY, number text NOT NULL, org_unit_id uuid, active boolean NOT NULL); \
               CREATE UNIQUE INDEX directory_employees_number ON directory_employees (number)",
    sqlite: "CREATE TABLE directory_units (id blob PRIMARY KEY, number text NOT NULL, parent_id blob, name_ka text NOT NULL, name_en text NOT NULL); \
             CREATE UNIQUE INDEX directory_units_number ON directory_units (number); \
             CREATE INDEX directory_units_parent ON directory_units (parent_id); \
             CREATE TABLE directory_employees (id blob PRIMARY KEY, number text NOT NULL, org_unit_id blob, active boolean NOT NULL); \
             CREATE UNIQUE INDEX directory_employees_number ON directory_employees (number)",
}];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmployeeEntry {
    pub id: Uuid,
    pub number: String,
    pub org_unit_id: Option<Uuid>,
    pub active: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitEntry {
    pub id: Uuid,
    pub number: String,
    pub parent_id: Option<Uuid>,
    pub name: Localized,
}

/// Looks things up in the service's copy of the directory.
#[derive(Clone, Debug)]
pub struct Directory(Arc<Store>);

impl Directory {
    pub fn of(store: &Store) -> Self {
        Self(Arc::new(store.clone()))
    }

    /// The employee that a body refers to at `pointer`.
    pub async fn employee(&self, reference: &Reference, pointer: &str) -> Result<EmployeeEntry, Problem> {
        let found = match reference.id() {
            Some(id) => self.employee_by_id(id).await?,
            None => self.employee_numbered(&reference.number()).await?,
        };
        Ok(found.ok_or_else(|| words::no_such_reference(pointer))?)
    }

    pub async fn employee_by_id(&self, id: Uuid) -> Result<Option<EmployeeEntry>, Failure> {
        self.employee_where("id = $1", id.into()).await
    }

    /// The org unit that a body refers to at `pointer`.
    pub async fn unit(&self, reference: &Reference, pointer: &str) -> Result<UnitEntry, Problem> {
        let found = match reference.id() {
            Some(id) => self.unit_by_id(id).await?,
            None => self.unit_numbered(&reference.number()).await?,
        };
        Ok(found.ok_or_else(|| words::no_such_reference(pointer))?)
    }

    pub async fn unit_by_id(&self, id: Uuid) -> Result<Option<UnitEntry>, Failure> {
        self.unit_where("id = $1", id.into()).await
    }

    pub async fn employee_numbered(&self, number: &str) -> Result<Option<EmployeeEntry>, Failure> {
        self.employee_where("number = $1", number.into()).await
    }

    pub async fn unit_numbered(&self, number: &str) -> Result<Option<UnitEntry>, Failure> {
        self.unit_where("number = $1", number.into()).await
    }

    async fn employee_where(&self, condition: &str, value: Value) -> Result<Option<EmployeeEntry>, Failure> {
        let sql = format!("SELECT id, number, org_unit_id, active FROM directory_employees WHERE {condition}");
        let row = self.query(&sql, vec![value]).await?.into_iter().next();
        let read = |row: QueryResult| {
            Ok::<_, Failure>(EmployeeEntry {
                id: row.try_get("", "id")?,
                number: row.try_get("", "number")?,
                org_unit_id: row.try_get("", "org_unit_id")?,
                active: row.try_get("", "active")?,
            })
        };
        row.map(read).transpose()
    }

    async fn unit_where(&self, condition: &str, value: Value) -> Result<Option<UnitEntry>, Failure> {
        let sql = format!("SELECT id, number, parent_id, name_ka, name_en FROM directory_units WHERE {condition}");
        let row = self.query(&sql, vec![value]).await?.into_iter().next();
        let read = |row: QueryResult| {
            let (ka, en): (String, String) = (row.try_get("", "name_ka")?, row.try_get("", "name_en")?);
            Ok::<_, Failure>(UnitEntry {
                id: row.try_get("", "id")?,
                number: row.try_get("", "number")?,
                parent_id: row.try_get("", "parent_id")?,
                name: Localized::new(ka, en),
            })
        };
        row.map(read).transpose()
    }

    async fn query(&self, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, Failure> {
        let database = self.0.database();
        Ok(database.reader.query_all_raw(statement(database.backend(), sql, values)).await?)
    }
}

#[async_trait]
impl Units for Directory {
    async fn under(&self, units: &[Uuid]) -> Result<Vec<Uuid>, Failure> {
        let sql = "WITH RECURSIVE under (id) AS (SELECT id FROM directory_units WHERE id = $1 \
                   UNION SELECT child.id FROM directory_units child JOIN under ON child.parent_id = under.id) SELECT id FROM under";
        let mut found: BTreeSet<Uuid> = units.iter().copied().collect();
        for unit in units {
            for row in self.query(sql, vec![(*unit).into()]).await? {
                found.insert(row.try_get("", "id")?);
            }
        }
        Ok(found.into_iter().collect())
    }
}

impl FromRequest for Directory {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let directory = request.app_data::<web::Data<Self>>().map(|directory| directory.get_ref().clone());
        ready(directory.ok_or_else(|| Fault::internal().into()))
    }
}
