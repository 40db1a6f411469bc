//! Who was refused what: kept by every service, for those who watch.

use actix_web::{HttpResponse, get};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use event_store::{Failure, Migration, Store, statement};
use kernel::Clock;
use sea_orm::{ConnectionTrait, QueryResult, Value};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
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

/// Refusals that wait to be written; of a flood of them the log has the rest.
const WAITING: usize = 1_000;
/// Written with one statement.
const BATCH: usize = 100;

/// Keeps refusals in the service's database; one that cannot be kept is only logged.
///
/// Whoever is refused does not wait for the record, and a flood of refusals does not stand in the way of commands: one task
/// writes what has gathered, many at once.
#[derive(Clone, Debug)]
pub struct RefusalLog(mpsc::Sender<(DateTime<Utc>, Refusal)>, Clock);

impl RefusalLog {
    pub fn begin(store: Store) -> Self {
        let (sender, mut receiver) = mpsc::channel(WAITING);
        let clock = store.clock().clone();
        tokio::spawn(async move {
            let mut gathered = vec![];
            while receiver.recv_many(&mut gathered, BATCH).await > 0 {
                if let Err(failure) = write(&store, std::mem::take(&mut gathered)).await {
                    tracing::warn!(%failure, "refusals were not recorded");
                }
            }
        });
        Self(sender, clock)
    }
}

#[async_trait]
impl Refusals for RefusalLog {
    async fn keep(&self, refusal: Refusal) {
        tracing::info!(operation = refusal.operation, code = refusal.code, "refused");
        if self.0.try_send((self.1.now(), refusal)).is_err() {
            tracing::warn!("a refusal was not recorded: there are too many at once");
        }
    }
}

async fn write(store: &Store, refusals: Vec<(DateTime<Utc>, Refusal)>) -> Result<(), Failure> {
    let row = |index: usize| {
        let places: Vec<String> = (1..=COLUMNS).map(|column| format!("${}", index * COLUMNS + column)).collect();
        format!("({})", places.join(", "))
    };
    let rows: Vec<String> = (0..refusals.len()).map(row).collect();
    let sql = format!(
        "INSERT INTO refusals (id, at, subject, name, address, operation, code, request_id) VALUES {}",
        rows.join(", ")
    );
    let values = refusals.into_iter().flat_map(values);
    store.database().writer.execute_raw(statement(store.database().backend(), sql, values)).await?;
    Ok(())
}

const COLUMNS: usize = 8;

fn values((at, refusal): (DateTime<Utc>, Refusal)) -> [Value; COLUMNS] {
    [
        kernel::id::random().into(),
        at.into(),
        refusal.caller.as_ref().map(|caller| caller.subject).into(),
        refusal.caller.map(|caller| caller.name.clone()).into(),
        refusal.address.into(),
        refusal.operation.into(),
        refusal.code.into(),
        refusal.request_id.into(),
    ]
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
