//! Imports under way: kept in a table, so that a crash costs a chunk and nothing else.

use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, Utc};
use event_store::{Actor, Context, Failure, Migration, Store, statement};
use futures_util::future::join_all;
use kernel::Fault;
use sea_orm::{ConnectionTrait, QueryResult, Value as SqlValue};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ImportContext, Imported, apply_of};
use crate::Routes;
use crate::caller::Caller;
use crate::directory::Directory;
use crate::input::Params;
use crate::problem::Problem;

/// Rows applied side by side; they share commits.
const CHUNK: usize = 64;

pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "web-jobs-1",
    postgres: "CREATE TABLE jobs (id uuid PRIMARY KEY, kind text NOT NULL, state text NOT NULL, dry_run boolean NOT NULL, \
               caller uuid NOT NULL, context text NOT NULL, rows text NOT NULL, report text NOT NULL, total bigint NOT NULL, \
               done bigint NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL)",
    sqlite: "CREATE TABLE jobs (id blob PRIMARY KEY, kind text NOT NULL, state text NOT NULL, dry_run boolean NOT NULL, \
             caller blob NOT NULL, context text NOT NULL, rows text NOT NULL, report text NOT NULL, total integer NOT NULL, \
             done integer NOT NULL, created_at text NOT NULL, updated_at text NOT NULL)",
}];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    Running,
    Done,
}

/// An import, and how far it is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ImportJob {
    pub id: Uuid,
    pub state: JobState,
    pub dry_run: bool,
    #[schema(minimum = 0, example = 1000)]
    pub total: i64,
    #[schema(minimum = 0, example = 640)]
    pub done: i64,
    pub created: usize,
    pub changed: usize,
    pub unchanged: usize,
    pub failed: usize,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// What became of one row.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RowReport {
    /// Counted from 1, without the header.
    #[schema(minimum = 1, example = 17)]
    pub row: usize,
    #[serde(flatten)]
    pub outcome: RowOutcome,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum RowOutcome {
    Created { number: String },
    Changed { number: String },
    Unchanged { number: String },
    Failed { fault: Value },
}

/// What a job keeps of who began it.
#[derive(Serialize, Deserialize)]
struct KeptContext {
    actor: Actor,
    reason: Option<String>,
    correlation: Option<String>,
    traceparent: Option<String>,
}

pub(super) async fn begin(store: &Store, caller: &Caller, kind: &str, rows: Vec<Value>) -> Result<ImportJob, Problem> {
    let now = store.clock().now();
    let id = kernel::id::random();
    let context = caller.context(now);
    let kept = KeptContext {
        actor: context.actor,
        reason: context.reason,
        correlation: context.correlation,
        traceparent: context.traceparent,
    };
    let (total, dry_run) = (rows.len() as i64, caller.facts.dry_run);
    let values: Vec<SqlValue> = vec![
        id.into(),
        kind.into(),
        "running".into(),
        dry_run.into(),
        caller.principal.subject.into(),
        json!(kept).to_string().into(),
        Value::Array(rows).to_string().into(),
        "[]".into(),
        total.into(),
        0_i64.into(),
        now.into(),
        now.into(),
    ];
    let sql = "INSERT INTO jobs (id, kind, state, dry_run, caller, context, rows, report, total, done, created_at, updated_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    execute(store, sql, values).await?;
    Ok(load(store, id).await?.ok_or_else(Fault::internal)?.public())
}

/// Goes on with what a former process left.
pub async fn resume(store: &Store, directory: &Directory) -> Result<usize, Failure> {
    let sql = "SELECT id FROM jobs WHERE state = 'running'";
    let rows = store.database().reader.query_all_raw(statement(store.database().backend(), sql, [])).await?;
    for row in &rows {
        spawn(store.clone(), directory.clone(), row.try_get("", "id")?);
    }
    Ok(rows.len())
}

pub(super) fn spawn(store: Store, directory: Directory, id: Uuid) {
    tokio::spawn(async move {
        let mut pause = std::time::Duration::from_millis(250);
        while let Err(failure) = run(&store, &directory, id).await {
            tracing::warn!(%failure, %id, "an import is interrupted and goes on later");
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(std::time::Duration::from_secs(30));
        }
    });
}

async fn run(store: &Store, directory: &Directory, id: Uuid) -> Result<(), Failure> {
    let Some(mut job) = load(store, id).await? else { return Ok(()) };
    let Some(apply) = apply_of(&job.kind) else { return finish(store, &job).await };
    let kept: KeptContext = serde_json::from_str(&job.context).map_err(|error| Failure::Database(error.to_string()))?;
    while (job.done as usize) < job.rows.len() {
        let from = job.done as usize;
        let chunk = &job.rows[from..job.rows.len().min(from + CHUNK)];
        let context = import_context(store, directory, &kept, job.dry_run);
        let outcomes = join_all(chunk.iter().map(|row| apply(row.clone(), context.clone()))).await;
        if let Some(fault) =
            outcomes.iter().find_map(|outcome| outcome.as_ref().err().filter(|fault| is_passing(fault)))
        {
            return Err(Failure::Away(fault.to_string()));
        }
        let reports = outcomes.into_iter().enumerate().map(|(index, outcome)| report(from + index + 1, outcome));
        job.report.extend(reports);
        job.done = job.report.len() as i64;
        save(store, &job).await?;
    }
    finish(store, &job).await
}

/// A dependency that is away is not the row's fault.
fn is_passing(fault: &Fault) -> bool {
    fault.kind == kernel::Kind::Unavailable
}

fn import_context(store: &Store, directory: &Directory, kept: &KeptContext, dry_run: bool) -> ImportContext {
    let mut context = Context::new(store.clock().now(), kept.actor.clone());
    context.reason.clone_from(&kept.reason);
    context.correlation.clone_from(&kept.correlation);
    context.traceparent.clone_from(&kept.traceparent);
    ImportContext { store: store.clone(), directory: directory.clone(), context, dry_run }
}

fn report(row: usize, outcome: Result<Imported, Fault>) -> RowReport {
    let outcome = match outcome {
        Ok(Imported::Created { number }) => RowOutcome::Created { number },
        Ok(Imported::Changed { number }) => RowOutcome::Changed { number },
        Ok(Imported::Unchanged { number }) => RowOutcome::Unchanged { number },
        Err(fault) => RowOutcome::Failed { fault: json!(fault) },
    };
    RowReport { row, outcome }
}

async fn save(store: &Store, job: &Job) -> Result<(), Failure> {
    let sql = "UPDATE jobs SET done = $2, report = $3, updated_at = $4 WHERE id = $1";
    let report = json!(job.report).to_string();
    execute(store, sql, vec![job.id.into(), job.done.into(), report.into(), store.clock().now().into()]).await
}

async fn finish(store: &Store, job: &Job) -> Result<(), Failure> {
    let sql = "UPDATE jobs SET state = 'done', updated_at = $2 WHERE id = $1";
    execute(store, sql, vec![job.id.into(), store.clock().now().into()]).await
}

async fn execute(store: &Store, sql: &str, values: Vec<SqlValue>) -> Result<(), Failure> {
    store.database().writer.execute_raw(statement(store.database().backend(), sql, values)).await?;
    Ok(())
}

struct Job {
    id: Uuid,
    kind: String,
    state: JobState,
    dry_run: bool,
    caller: Uuid,
    context: String,
    rows: Vec<Value>,
    report: Vec<RowReport>,
    total: i64,
    done: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

async fn load(store: &Store, id: Uuid) -> Result<Option<Job>, Failure> {
    let select = statement(store.database().backend(), "SELECT * FROM jobs WHERE id = $1", [id.into()]);
    let row = store.database().reader.query_one_raw(select).await?;
    Ok(row.map(|row| read(&row)).transpose()?)
}

fn read(row: &QueryResult) -> Result<Job, sea_orm::DbErr> {
    let json = |name: &str| -> Result<String, sea_orm::DbErr> { row.try_get("", name) };
    let broken = |error: serde_json::Error| sea_orm::DbErr::Json(error.to_string());
    let state: String = row.try_get("", "state")?;
    Ok(Job {
        id: row.try_get("", "id")?,
        kind: row.try_get("", "kind")?,
        state: if state == "done" { JobState::Done } else { JobState::Running },
        dry_run: row.try_get("", "dry_run")?,
        caller: row.try_get("", "caller")?,
        context: json("context")?,
        rows: serde_json::from_str(&json("rows")?).map_err(broken)?,
        report: serde_json::from_str(&json("report")?).map_err(broken)?,
        total: row.try_get("", "total")?,
        done: row.try_get("", "done")?,
        created_at: row.try_get("", "created_at")?,
        updated_at: row.try_get("", "updated_at")?,
    })
}

impl Job {
    fn public(&self) -> ImportJob {
        let count = |is: fn(&RowOutcome) -> bool| self.report.iter().filter(|report| is(&report.outcome)).count();
        ImportJob {
            id: self.id,
            state: self.state,
            dry_run: self.dry_run,
            total: self.total,
            done: self.done,
            created: count(|outcome| matches!(outcome, RowOutcome::Created { .. })),
            changed: count(|outcome| matches!(outcome, RowOutcome::Changed { .. })),
            unchanged: count(|outcome| matches!(outcome, RowOutcome::Unchanged { .. })),
            failed: count(|outcome| matches!(outcome, RowOutcome::Failed { .. })),
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

pub fn routes(routes: &mut Routes<'_>) {
    routes.service(read_job).service(read_job_report);
}

/// How far an import is; for the caller that began it.
#[utoipa::path(responses((status = 200, body = ImportJob)), extensions(("x-authenticated" = json!(true))))]
#[get("/jobs/{id}")]
async fn read_job(id: web::Path<String>, caller: Caller, store: web::Data<Store>) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(own_job(&id, &caller, &store).await?.public()))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ReportParams {
    /// `json` unless asked otherwise.
    format: Option<ReportFormat>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ReportFormat {
    Json,
    Csv,
}

/// What became of each row; as CSV with the row itself beside its outcome.
#[utoipa::path(params(ReportParams), responses((status = 200, body = [RowReport])), extensions(("x-authenticated" = json!(true))))]
#[get("/jobs/{id}/report")]
async fn read_job_report(
    id: web::Path<String>,
    caller: Caller,
    store: web::Data<Store>,
    params: Params<ReportParams>,
) -> Result<HttpResponse, Problem> {
    let job = own_job(&id, &caller, &store).await?;
    match params.0.format {
        None | Some(ReportFormat::Json) => Ok(HttpResponse::Ok().json(job.report)),
        Some(ReportFormat::Csv) => Ok(csv_report(&job, caller.facts.language)),
    }
}

async fn own_job(id: &str, caller: &Caller, store: &Store) -> Result<Job, Problem> {
    let id: Uuid = id.parse().map_err(|_| Fault::not_found())?;
    let job = load(store, id).await?.filter(|job| job.caller == caller.principal.subject);
    Ok(job.ok_or_else(Fault::not_found)?)
}

fn csv_report(job: &Job, language: kernel::Language) -> HttpResponse {
    let columns: Vec<String> =
        job.rows.first().and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.clone()).collect();
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(b"\xef\xbb\xbf".to_vec());
    let head = columns.iter().cloned().chain(["outcome", "number", "errors"].map(str::to_owned));
    let _ = writer.write_record(head);
    for (row, report) in job.rows.iter().zip(&job.report) {
        let cells = columns.iter().map(|name| match &row[name] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        let _ = writer.write_record(cells.chain(outcome_cells(&report.outcome, language)));
    }
    HttpResponse::Ok().content_type("text/csv; charset=utf-8").body(writer.into_inner().unwrap_or_default())
}

fn outcome_cells(outcome: &RowOutcome, language: kernel::Language) -> [String; 3] {
    let (name, number, errors) = match outcome {
        RowOutcome::Created { number } => ("created", number.clone(), String::new()),
        RowOutcome::Changed { number } => ("changed", number.clone(), String::new()),
        RowOutcome::Unchanged { number } => ("unchanged", number.clone(), String::new()),
        RowOutcome::Failed { fault } => ("failed", String::new(), errors(fault, language)),
    };
    [name.to_owned(), number, errors]
}

fn errors(fault: &Value, language: kernel::Language) -> String {
    let Ok(fault) = serde_json::from_value::<Fault>(fault.clone()) else { return String::new() };
    let parts = if fault.parts.is_empty() { std::slice::from_ref(&fault) } else { &fault.parts };
    let text = |part: &Fault| {
        format!("{} {}", part.pointer.as_deref().unwrap_or_default(), part.detail(language)).trim().to_owned()
    };
    parts.iter().map(text).collect::<Vec<_>>().join("; ")
}
