//! Who was refused what: kept by every service, for those who watch.

use actix_web::{HttpResponse, get};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use event_store::{Failure, Migration, Store, statement};
use sea_orm::{ConnectionTrait, QueryResult};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::gate::{Refusal, Refusals};
use web::{Caller, Params, Problem, Routes};

/// The newest refusals are what is asked for; this many are shown at once.
const PAGE: u64 = 200;

pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "service-refusals-1",
    postgres: "CREATE TABLE refusals (id uuid PRIMARY KEY, at timestamptz NOT NULL, subject uuid, name text, address text NOT NULL, \
               operation text NOT NULL, code text NOT NULL, request_id text NOT NULL); CREATE INDEX refusals_at ON refusals (at)",
    sqlite: "CREATE TABLE refusals (id blob PRIMARY KEY, at text NOT NULL, subject blob, name text, address text NOT NULL, \
             operation text NOT NULL, code text NOT NULL, request_id text NOT NULL); CREATE INDEX refusals_at ON refusals (at)",
}];

/// Keeps refusals in the service's database; one that cannot be kept is logged.
#[derive(Clone, Debug)]
pub struct RefusalLog(pub Store);

#[async_trait]
impl Refusals for RefusalLog {
    async fn keep(&self, refusal: Refusal) {
        tracing::info!(operation = refusal.operation, code = refusal.code, "refused");
        // In a task of its own: the caller need not wait for a record of its refusal.
        let store = self.0.clone();
        tokio::spawn(async move {
            if let Err(failure) = write(&store, refusal).await {
                tracing::warn!(%failure, "a refusal was not recorded");
            }
        });
    }
}

async fn write(store: &Store, refusal: Refusal) -> Result<(), Failure> {
    let sql = "INSERT INTO refusals (id, at, subject, name, address, operation, code, request_id) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let subject = refusal.caller.as_ref().map(|caller| caller.subject);
    let values = [
        kernel::id::random().into(),
        store.clock().now().into(),
        subject.into(),
        refusal.caller.map(|caller| caller.name.clone()).into(),
        refusal.address.into(),
        refusal.operation.into(),
        refusal.code.into(),
        refusal.request_id.into(),
    ];
    store.database().writer.execute_raw(statement(store.database().backend(), sql, values)).await?;
    Ok(())
}

/// Somebody was refused something.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefusalEntry {
    pub at: DateTime<Utc>,
    /// Absent when nobody knows who it was.
    pub subject: Option<Uuid>,
    #[schema(example = "n.beridze")]
    pub name: Option<String>,
    #[schema(example = "10.1.2.3")]
    pub address: String,
    #[schema(example = "POST /v1/devices/{id}/assign")]
    pub operation: String,
    #[schema(example = "scope-missing")]
    pub code: String,
    pub request_id: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RefusalList {
    pub items: Vec<RefusalEntry>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Before {
    /// Older than this instant; now when absent.
    before: Option<DateTime<Utc>>,
}

pub fn routes(routes: &mut Routes<'_>) {
    routes.service(list_refusals);
}

/// Refused operations, the newest first.
#[utoipa::path(params(Before), responses((status = 200, body = RefusalList)))]
#[get("/refusals")]
async fn list_refusals(
    _caller: Caller,
    store: actix_web::web::Data<Store>,
    before: Params<Before>,
) -> Result<HttpResponse, Problem> {
    let before = before.0.before.unwrap_or_else(|| store.clock().now());
    let sql = format!(
        "SELECT at, subject, name, address, operation, code, request_id FROM refusals WHERE at < $1 ORDER BY at DESC LIMIT {PAGE}"
    );
    let database = store.database();
    let rows = database.reader.query_all_raw(statement(database.backend(), sql, [before.into()])).await?;
    let items = rows.iter().map(entry).collect::<Result<_, _>>()?;
    Ok(HttpResponse::Ok().json(RefusalList { items }))
}

fn entry(row: &QueryResult) -> Result<RefusalEntry, sea_orm::DbErr> {
    Ok(RefusalEntry {
        at: row.try_get("", "at")?,
        subject: row.try_get("", "subject")?,
        name: row.try_get("", "name")?,
        address: row.try_get("", "address")?,
        operation: row.try_get("", "operation")?,
        code: row.try_get("", "code")?,
        request_id: row.try_get("", "request_id")?,
    })
}
