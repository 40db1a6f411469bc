//! Where a plan waits for its decision: in pages, so that it is looked through and forgotten quickly.

use std::borrow::Cow;

use event_store::{Failure, Migration, RowChange, Store, statement};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::domain::ChangeSetId;
use super::planned::PlannedChange;
use super::row::HrRow;

pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "identity-planned-changes-1",
    postgres: "CREATE TABLE planned_changes (id uuid PRIMARY KEY, change_set_id uuid NOT NULL, first_line bigint NOT NULL, \
               last_line bigint NOT NULL, changes text NOT NULL); \
               CREATE INDEX planned_changes_of ON planned_changes (change_set_id, first_line)",
    sqlite: "CREATE TABLE planned_changes (id blob PRIMARY KEY, change_set_id blob NOT NULL, first_line integer NOT NULL, \
             last_line integer NOT NULL, changes text NOT NULL); \
             CREATE INDEX planned_changes_of ON planned_changes (change_set_id, first_line)",
}];

const TABLE: &str = "planned_changes";
/// Lines of one page.
const LINES: usize = 200;

/// A planned change with the row it comes from; people who are not in the file have none.
#[derive(Clone, Serialize, Deserialize)]
pub struct Kept {
    pub change: PlannedChange,
    pub row: Option<HrRow>,
}

/// The rows that keep a plan, whose lines are in order.
pub fn keep(change_set: ChangeSetId, plan: &[Kept]) -> Result<Vec<RowChange>, Failure> {
    plan.chunks(LINES).map(|page| put(change_set, page)).collect()
}

fn put(change_set: ChangeSetId, page: &[Kept]) -> Result<RowChange, Failure> {
    let unwritable = |error: serde_json::Error| Failure::Database(format!("a plan cannot be written: {error}"));
    let changes = serde_json::to_string(page).map_err(unwritable)?;
    let line = |kept: Option<&Kept>| kept.map_or(0, |kept| kept.change.line);
    Ok(RowChange::Put {
        table: Cow::Borrowed(TABLE),
        columns: vec!["id", "change_set_id", "first_line", "last_line", "changes"],
        values: vec![
            kernel::id::random().into(),
            change_set.0.into(),
            line(page.first()).into(),
            line(page.last()).into(),
            changes.into(),
        ],
    })
}

/// At most `limit` changes beyond the line `after`.
pub async fn read(
    store: &Store,
    change_set: ChangeSetId,
    after: i64,
    limit: usize,
) -> Result<Vec<PlannedChange>, Failure> {
    let pages = limit / LINES + 2;
    let condition = format!("change_set_id = $1 AND last_line > $2 ORDER BY first_line LIMIT {pages}");
    let kept = plan_where(store, &condition, vec![change_set.0.into(), after.into()]).await?;
    let beyond = kept.into_iter().map(|kept| kept.change).filter(|change| change.line > after);
    Ok(beyond.take(limit).collect())
}

/// The whole plan.
pub async fn all(store: &Store, change_set: ChangeSetId) -> Result<Vec<Kept>, Failure> {
    plan_where(store, "change_set_id = $1 ORDER BY first_line", vec![change_set.0.into()]).await
}

async fn plan_where(store: &Store, condition: &str, values: Vec<Value>) -> Result<Vec<Kept>, Failure> {
    let unreadable = |error: serde_json::Error| Failure::Database(format!("a plan cannot be read: {error}"));
    let mut plan = vec![];
    for page in select(store, "changes", condition, values).await? {
        let changes: String = page.try_get("", "changes")?;
        plan.extend(serde_json::from_str::<Vec<Kept>>(&changes).map_err(unreadable)?);
    }
    Ok(plan)
}

/// What removes the plan.
pub async fn forget(store: &Store, change_set: ChangeSetId) -> Result<Vec<RowChange>, Failure> {
    let pages = select(store, "id", "change_set_id = $1", vec![change_set.0.into()]).await?;
    let ids = pages.iter().map(|page| page.try_get::<Uuid>("", "id"));
    ids.map(|id| Ok(RowChange::Delete { table: Cow::Borrowed(TABLE), id: id? })).collect()
}

async fn select(store: &Store, column: &str, condition: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, Failure> {
    let database = store.database();
    let sql = format!("SELECT {column} FROM {TABLE} WHERE {condition}");
    Ok(database.reader.query_all_raw(statement(database.backend(), sql, values)).await?)
}
