//! Who looked at whose personal number.

use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use event_store::{Failure, Migration, RowChange, Store, Unit};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use service::web::{Caller, Params, Problem, get};
use utoipa::{IntoParams, ToSchema};

pub const MIGRATION: Migration = Migration {
    name: "identity-personal-data-looks-1",
    postgres: "CREATE TABLE personal_data_looks (id uuid PRIMARY KEY, at timestamptz NOT NULL, subject uuid NOT NULL, name text NOT NULL, \
               employee_id uuid NOT NULL, reason text, address text NOT NULL, request_id text NOT NULL); \
               CREATE INDEX personal_data_looks_at ON personal_data_looks (at); \
               CREATE INDEX personal_data_looks_employee ON personal_data_looks (employee_id, at)",
    sqlite: "CREATE TABLE personal_data_looks (id blob PRIMARY KEY, at text NOT NULL, subject blob NOT NULL, name text NOT NULL, \
             employee_id blob NOT NULL, reason text, address text NOT NULL, request_id text NOT NULL); \
             CREATE INDEX personal_data_looks_at ON personal_data_looks (at); \
             CREATE INDEX personal_data_looks_employee ON personal_data_looks (employee_id, at)",
};

mod row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, ToSchema)]
    #[sea_orm(table_name = "personal_data_looks")]
    #[schema(as = PersonalDataLook)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub at: DateTime<Utc>,
        /// The user or service account that looked.
        pub subject: Uuid,
        #[schema(example = "EMP-000123")]
        pub name: String,
        /// Whose personal number it is.
        pub employee_id: Uuid,
        /// `X-Change-Reason` of the request.
        pub reason: Option<String>,
        #[schema(example = "10.1.2.3")]
        pub address: String,
        pub request_id: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Records that `caller` sees the personal number of `employee`; nothing may be shown unless this was kept.
pub async fn note_look(store: &Store, caller: &Caller, employee: Uuid) -> Result<(), Failure> {
    let look = row::Model {
        id: kernel::id::random(),
        at: store.clock().now(),
        subject: caller.principal.subject,
        name: caller.principal.name.clone(),
        employee_id: employee,
        reason: caller.facts.reason.clone(),
        address: caller.facts.address.clone(),
        request_id: caller.facts.request_id.clone(),
    };
    store.commit(Unit::new().rows([RowChange::put(look)])).await?;
    Ok(())
}

#[derive(Debug, Serialize, ToSchema)]
struct PersonalDataLookList {
    items: Vec<row::Model>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Older than this instant; now when absent.
    before: Option<DateTime<Utc>>,
    /// Only at this employee's number (id).
    employee: Option<Uuid>,
}

/// The newest are what is asked for; this many are shown at once.
const PAGE: u64 = 200;

/// Looks at personal numbers, the newest first.
#[utoipa::path(params(Wanted), responses((status = 200, body = PersonalDataLookList)))]
#[get("/personal-data-looks")]
pub async fn list_looks(_caller: Caller, store: Data<Store>, wanted: Params<Wanted>) -> Result<HttpResponse, Problem> {
    let Wanted { before, employee } = wanted.0;
    let mut select = row::Entity::find().filter(row::Column::At.lt(before.unwrap_or_else(|| store.clock().now())));
    if let Some(employee) = employee {
        select = select.filter(row::Column::EmployeeId.eq(employee));
    }
    let newest = select.order_by_desc(row::Column::At).order_by_desc(row::Column::Id).limit(PAGE);
    Ok(HttpResponse::Ok().json(PersonalDataLookList { items: newest.all(&store.database().reader).await? }))
}
