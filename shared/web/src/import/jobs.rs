//! Imports under way: kept in a table, so that a crash costs a chunk and nothing else.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use event_store::{Actor, Context, Failure, Migration, Store, statement};
use futures_util::future::join_all;
use kernel::Fault;
use sea_orm::{ConnectionTrait, QueryResult, Value as SqlValue};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Apply, ImportContext, Imported, apply_of};
use crate::caller::{Caller, Visible};
use crate::directory::Directory;
use crate::problem::Problem;
use crate::words::UNKNOWN_REFERENCE;

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

impl RowOutcome {
    fn is_dangling(&self) -> bool {
        let unknown = |fault: &Value| fault["code"] == UNKNOWN_REFERENCE;
        match self {
            Self::Failed { fault } => {
                unknown(fault) || fault["parts"].as_array().is_some_and(|parts| parts.iter().any(unknown))
            }
            Self::Created { .. } | Self::Changed { .. } | Self::Unchanged { .. } => false,
        }
    }
}

/// What a job keeps of who began it.
#[derive(Serialize, Deserialize)]
struct KeptContext {
    actor: Actor,
    reason: Option<String>,
    correlation: Option<String>,
    traceparent: Option<String>,
    #[serde(default)]
    visible: Visible,
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
        visible: caller.visible.clone(),
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

/// Goes on with what a process left that ended: jobs of which nothing was heard since `before`. Of several replicas that ask, one
/// gets the job.
pub async fn resume(store: &Store, directory: &Directory, before: DateTime<Utc>) -> Result<usize, Failure> {
    let sql = "UPDATE jobs SET updated_at = $1 WHERE state = 'running' AND updated_at <= $2 RETURNING id";
    let values = [store.clock().now().into(), before.into()];
    let claim = statement(store.database().backend(), sql, values);
    let rows = store.database().writer.query_all_raw(claim).await?;
    for row in &rows {
        spawn(store.clone(), directory.clone(), row.try_get("", "id")?);
    }
    Ok(rows.len())
}

/// Forgets jobs that ended before `before`: their rows may tell of people.
pub async fn forget(store: &Store, before: DateTime<Utc>) -> Result<(), Failure> {
    execute(store, "DELETE FROM jobs WHERE state = 'done' AND updated_at < $1", vec![before.into()]).await
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
    let (rows, dry_run) = (job.rows.clone(), job.dry_run);
    let context = || import_context(store, directory, &kept, &rows, dry_run);
    while job.report.len() < job.rows.len() {
        let from = job.report.len();
        let chunk: Vec<usize> = (from..job.rows.len().min(from + CHUNK)).collect();
        let reports = applied(&apply, &rows, &chunk, &context()).await?;
        job.report.extend(reports);
        save(store, &job).await?;
    }
    look_again(store, &apply, &mut job, &context).await?;
    finish(store, &job).await
}

/// Applies the rows with these indexes, side by side.
async fn applied(
    apply: &Apply,
    rows: &[Value],
    indexes: &[usize],
    context: &ImportContext,
) -> Result<Vec<RowReport>, Failure> {
    let outcomes = join_all(indexes.iter().map(|index| apply(rows[*index].clone(), context.clone()))).await;
    let passing = outcomes.iter().find_map(|outcome| outcome.as_ref().err().filter(|fault| is_passing(fault)));
    if let Some(fault) = passing {
        return Err(Failure::Away(fault.to_string()));
    }
    Ok(indexes.iter().zip(outcomes).map(|(index, outcome)| report(index + 1, outcome)).collect())
}

/// What a row referred to may have come further down the file; goes on as long as that helps.
async fn look_again(
    store: &Store,
    apply: &Apply,
    job: &mut Job,
    context: &impl Fn() -> ImportContext,
) -> Result<(), Failure> {
    let mut unsettled = job.dangling();
    while !unsettled.is_empty() {
        for chunk in unsettled.chunks(CHUNK) {
            for report in applied(apply, &job.rows, chunk, &context()).await? {
                let index = report.row - 1;
                job.report[index] = report;
            }
            save(store, job).await?;
        }
        let left = job.dangling();
        if left.len() == unsettled.len() {
            break;
        }
        unsettled = left;
    }
    Ok(())
}

/// A dependency that is away is not the row's fault.
fn is_passing(fault: &Fault) -> bool {
    fault.kind == kernel::Kind::Unavailable
}

fn import_context(
    store: &Store,
    directory: &Directory,
    kept: &KeptContext,
    rows: &Arc<Vec<Value>>,
    dry_run: bool,
) -> ImportContext {
    let mut context = Context::new(store.clock().now(), kept.actor.clone());
    context.reason.clone_from(&kept.reason);
    context.correlation.clone_from(&kept.correlation);
    context.traceparent.clone_from(&kept.traceparent);
    let visible = kept.visible.clone();
    ImportContext { store: store.clone(), directory: directory.clone(), context, visible, dry_run, rows: rows.clone() }
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
    let done = job.report.len() as i64;
    execute(store, sql, vec![job.id.into(), done.into(), report.into(), store.clock().now().into()]).await
}

async fn finish(store: &Store, job: &Job) -> Result<(), Failure> {
    let sql = "UPDATE jobs SET state = 'done', updated_at = $2 WHERE id = $1";
    execute(store, sql, vec![job.id.into(), store.clock().now().into()]).await
}

async fn execute(store: &Store, sql: &str, values: Vec<SqlValue>) -> Result<(), Failure> {
    store.database().writer.execute_raw(statement(store.database().backend(), sql, values)).await?;
    Ok(())
}

pub(super) struct Job {
    id: Uuid,
    kind: String,
    state: JobState,
    dry_run: bool,
    pub caller: Uuid,
    context: String,
    pub rows: Arc<Vec<Value>>,
    pub report: Vec<RowReport>,
    total: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

pub(super) async fn load(store: &Store, id: Uuid) -> Result<Option<Job>, Failure> {
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
        rows: Arc::new(serde_json::from_str(&json("rows")?).map_err(broken)?),
        report: serde_json::from_str(&json("report")?).map_err(broken)?,
        total: row.try_get("", "total")?,
        created_at: row.try_get("", "created_at")?,
        updated_at: row.try_get("", "updated_at")?,
    })
}

impl Job {
    /// Indexes of the rows that refer to what nobody knows yet.
    fn dangling(&self) -> Vec<usize> {
        let dangling = self.report.iter().filter(|report| report.outcome.is_dangling());
        dangling.map(|report| report.row - 1).collect()
    }

    pub(super) fn public(&self) -> ImportJob {
        let count = |is: fn(&RowOutcome) -> bool| self.report.iter().filter(|report| is(&report.outcome)).count();
        ImportJob {
            id: self.id,
            state: self.state,
            dry_run: self.dry_run,
            total: self.total,
            done: self.report.len() as i64,
            created: count(|outcome| matches!(outcome, RowOutcome::Created { .. })),
            changed: count(|outcome| matches!(outcome, RowOutcome::Changed { .. })),
            unchanged: count(|outcome| matches!(outcome, RowOutcome::Unchanged { .. })),
            failed: count(|outcome| matches!(outcome, RowOutcome::Failed { .. })),
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}
