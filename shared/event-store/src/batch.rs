//! A batch of units as one transaction, each step one statement for all of them.

use std::collections::{BTreeMap, HashMap, HashSet};

use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, QueryResult, Value};
use uuid::Uuid;

use crate::Failure;
use crate::aggregate::Series;
use crate::database::{Database, statement};
use crate::unit::{Answer, Append, Committed, Deadlines, Unit};
use crate::upserts::{insert, records, values_places, write_rows};

pub(crate) enum Verdict {
    Written(Vec<Committed>),
    /// Nothing was written; these, by index, cannot be.
    Refused(Vec<(usize, Failure)>),
}

type Refused = Vec<(usize, Failure)>;

pub(crate) async fn write(database: &Database, units: &[&Unit]) -> Result<Verdict, Failure> {
    let transaction = database.begin().await?;
    let batch = Batch { transaction: &transaction, backend: database.backend(), units };
    match batch.run().await {
        Ok(Verdict::Written(committed)) => match transaction.commit().await {
            Ok(()) => Ok(Verdict::Written(committed)),
            Err(error) => {
                database.replace_writer().await;
                Err(error.into())
            }
        },
        Ok(refused) => {
            transaction.rollback().await?;
            Ok(refused)
        }
        Err(error) => {
            // A broken connection cannot be rolled back; the server does that by itself.
            let _ = transaction.rollback().await;
            let rule = rule_broken(units, &error);
            if rule.is_none() {
                database.replace_writer().await;
            }
            Err(rule.map_or_else(|| error.into(), Failure::Refused))
        }
    }
}

struct Batch<'a> {
    transaction: &'a DatabaseTransaction,
    backend: DbBackend,
    units: &'a [&'a Unit],
}

impl Batch<'_> {
    async fn run(&self) -> Result<Verdict, DbErr> {
        let numbers = self.numbers().await?;
        for refused in [self.already_answered(&numbers).await?, self.already_handled().await?] {
            if !refused.is_empty() {
                return Ok(Verdict::Refused(refused));
            }
        }
        for stale in [self.begin_streams(&numbers).await?, self.advance_streams().await?] {
            if !stale.is_empty() {
                return Ok(Verdict::Refused(stale));
            }
        }
        self.append_events().await?;
        self.put_rows(&numbers).await?;
        self.set_timers().await?;
        Ok(Verdict::Written(numbers.into_iter().map(|numbers| Committed { numbers }).collect()))
    }

    fn appends(&self) -> impl Iterator<Item = &Append> {
        self.units.iter().flat_map(|unit| &unit.appends)
    }

    /// The number of every stream, drawing new ones without gaps.
    async fn numbers(&self) -> Result<Vec<Vec<String>>, DbErr> {
        let mut wanted: BTreeMap<String, i64> = BTreeMap::new();
        for append in self.appends().filter(|append| append.expected == 0) {
            *wanted.entry(append.series.counter(append.at)).or_default() += 1;
        }
        let mut next = HashMap::new();
        for (series, count) in wanted {
            let sql = "INSERT INTO numbers (series, last) VALUES ($1, $2) \
                       ON CONFLICT (series) DO UPDATE SET last = numbers.last + excluded.last RETURNING last";
            let row = self.query(sql, vec![series.clone().into(), count.into()]).await?;
            let last: i64 = row.first().ok_or_else(|| DbErr::Custom("no number".into()))?.try_get("", "last")?;
            next.insert(series, last - count + 1);
        }
        let mut number_of = |append: &Append| {
            if append.expected > 0 {
                return append.number.clone();
            }
            let counter = append.series.counter(append.at);
            let count = next.get_mut(&counter).map_or(0, |count| std::mem::replace(count, *count + 1));
            Series::number(&counter, count)
        };
        Ok(self.units.iter().map(|unit| unit.appends.iter().map(&mut number_of).collect()).collect())
    }

    /// Keeps the answers under their idempotency keys; finds those that have one already.
    async fn already_answered(&self, numbers: &[Vec<String>]) -> Result<Refused, DbErr> {
        let (mut rows, mut commands) = (vec![], vec![]);
        for (index, unit) in self.units.iter().enumerate() {
            let Some(command) = &unit.command else { continue };
            let answer = (command.answer)(&numbers[index]);
            let answer = serde_json::to_string(&answer).map_err(|error| DbErr::Json(error.to_string()))?;
            let key = &command.key;
            let hash = key.request_hash.to_vec();
            rows.push(vec![
                key.caller.clone().into(),
                key.key.clone().into(),
                hash.into(),
                answer.into(),
                command.now.into(),
            ]);
            commands.push((index, key));
        }
        let columns = ["caller", "key", "request_hash", "answer", "created_at"];
        let kept = self.insert("command_log", &columns, rows, "ON CONFLICT DO NOTHING RETURNING caller, key").await?;
        if kept.len() == commands.len() {
            return Ok(vec![]);
        }
        let kept: HashSet<(String, String)> = kept
            .iter()
            .map(|row| Ok((row.try_get("", "caller")?, row.try_get("", "key")?)))
            .collect::<Result<_, DbErr>>()?;
        let mut refused = vec![];
        for (index, key) in commands {
            if !kept.contains(&(key.caller.clone(), key.key.clone())) {
                refused.push((index, self.earlier_answer(key).await?));
            }
        }
        Ok(refused)
    }

    async fn earlier_answer(&self, key: &crate::unit::CommandKey) -> Result<Failure, DbErr> {
        let sql = "SELECT request_hash, answer FROM command_log WHERE caller = $1 AND key = $2";
        let rows = self.query(sql, vec![key.caller.clone().into(), key.key.clone().into()]).await?;
        rows.first().map_or(Ok(Failure::KeyReused), |row| answered(row, key))
    }

    async fn already_handled(&self) -> Result<Refused, DbErr> {
        let (mut rows, mut expected) = (vec![], vec![]);
        for (index, unit) in self.units.iter().enumerate() {
            let Some(once) = &unit.once else { continue };
            rows.push(vec![once.subscription.clone().into(), once.event_id.into(), once.now.into()]);
            expected.push((index, once));
        }
        let columns = ["subscription", "event_id", "handled_at"];
        let tail = "ON CONFLICT DO NOTHING RETURNING subscription, event_id";
        let fresh = self.insert("inbox", &columns, rows, tail).await?;
        let mut fresh: HashSet<(String, Uuid)> = fresh
            .iter()
            .map(|row| Ok((row.try_get("", "subscription")?, row.try_get("", "event_id")?)))
            .collect::<Result<_, DbErr>>()?;
        let handled =
            expected.into_iter().filter(|(_, once)| !fresh.remove(&(once.subscription.clone(), once.event_id)));
        Ok(handled.map(|(index, _)| (index, Failure::Handled)).collect())
    }

    /// Begins new streams; one that somebody else began meanwhile is stale.
    async fn begin_streams(&self, numbers: &[Vec<String>]) -> Result<Refused, DbErr> {
        let columns = ["id", "kind", "number", "version", "head_hash", "created_at", "updated_at"];
        let (mut rows, mut beginning) = (vec![], vec![]);
        let appends = self.units.iter().enumerate().zip(numbers);
        let appends = appends
            .flat_map(|((index, unit), numbers)| unit.appends.iter().zip(numbers).map(move |pair| (index, pair)));
        for (index, (append, number)) in appends.filter(|(_, (append, _))| append.expected == 0) {
            beginning.push((index, append.stream_id));
            rows.push(vec![
                append.stream_id.into(),
                append.kind.into(),
                number.clone().into(),
                version_after(append).into(),
                append.head.to_vec().into(),
                append.at.into(),
                append.at.into(),
            ]);
        }
        let begun = self.insert("streams", &columns, rows, "ON CONFLICT (id) DO NOTHING RETURNING id").await?;
        let begun: HashSet<Uuid> = begun.iter().map(|row| row.try_get("", "id")).collect::<Result<_, _>>()?;
        let mut stale: Refused = vec![];
        for (index, stream) in beginning.into_iter().filter(|(_, stream)| !begun.contains(stream)) {
            if stale.last().is_none_or(|(last, _)| *last != index) {
                stale.push((index, Failure::Stale { actual: self.version_of(stream).await? }));
            }
        }
        Ok(stale)
    }

    /// Raises the versions of streams that are where they are expected to be; the others are stale.
    async fn advance_streams(&self) -> Result<Refused, DbErr> {
        let appends: Vec<&Append> = self.appends().filter(|append| append.expected > 0).collect();
        if appends.is_empty() {
            return Ok(vec![]);
        }
        let (given, values) = self.given(&appends)?;
        let sql = format!(
            "UPDATE streams SET version = v.version, head_hash = v.head_hash, updated_at = v.updated_at FROM {given} \
             WHERE streams.id = v.id AND streams.version = v.expected RETURNING streams.id AS advanced"
        );
        let rows = self.query(&sql, values).await?;
        let advanced: HashSet<Uuid> = rows.iter().map(|row| row.try_get("", "advanced")).collect::<Result<_, _>>()?;
        let mut stale = vec![];
        for (index, unit) in self.units.iter().enumerate() {
            let behind =
                unit.appends.iter().find(|append| append.expected > 0 && !advanced.contains(&append.stream_id));
            if let Some(append) = behind {
                stale.push((index, Failure::Stale { actual: self.version_of(append.stream_id).await? }));
            }
        }
        Ok(stale)
    }

    /// What streams are expected to be and shall become, as a table `v`.
    fn given(&self, appends: &[&Append]) -> Result<(String, Vec<Value>), DbErr> {
        let columns = ["id", "expected", "version", "head_hash", "updated_at"];
        let row = |append: &&Append| -> Vec<Value> {
            vec![
                append.stream_id.into(),
                append.expected.into(),
                version_after(append).into(),
                append.head.to_vec().into(),
                append.at.into(),
            ]
        };
        let rows: Vec<Vec<Value>> = appends.iter().map(row).collect();
        if self.backend == DbBackend::Postgres {
            let types = "id uuid, expected bigint, version bigint, head_hash bytea, updated_at timestamptz";
            let table = format!("json_to_recordset($1::text::json) AS v ({types})");
            return Ok((table, vec![records(&columns, &rows)?.into()]));
        }
        let names = columns.iter().enumerate().map(|(place, name)| format!("column{} AS {name}", place + 1));
        let (names, places) = (names.collect::<Vec<_>>().join(", "), values_places(rows.len(), columns.len()));
        Ok((format!("(SELECT {names} FROM (VALUES {places})) AS v"), rows.into_iter().flatten().collect()))
    }

    async fn version_of(&self, stream: Uuid) -> Result<i64, DbErr> {
        let rows = self.query("SELECT version FROM streams WHERE id = $1", vec![stream.into()]).await?;
        rows.first().map_or(Ok(0), |row| row.try_get("", "version"))
    }

    async fn append_events(&self) -> Result<(), DbErr> {
        let columns = [
            "id",
            "stream_id",
            "kind",
            "version",
            "type",
            "data",
            "meta",
            "org_unit_id",
            "owner_id",
            "recorded_at",
            "hash",
        ];
        let rows: Vec<Vec<Value>> = self.appends().flat_map(event_rows).collect();
        self.insert("events", &columns, rows, "").await.map(drop)
    }

    async fn put_rows(&self, numbers: &[Vec<String>]) -> Result<(), DbErr> {
        let mut changes = vec![];
        for (unit, numbers) in self.units.iter().zip(numbers) {
            changes.extend(unit.appends.iter().zip(numbers).map(|(append, number)| (append.row)(number)));
            changes.extend(unit.rows.iter().cloned());
        }
        write_rows(self.transaction, changes).await
    }

    async fn set_timers(&self) -> Result<(), DbErr> {
        let (mut streams, mut rows) = (vec![], vec![]);
        for append in self.appends() {
            let Deadlines::Are(deadlines) = &append.deadlines else { continue };
            streams.push(append.stream_id);
            rows.extend(deadlines.iter().map(|deadline| {
                let name = deadline.name.clone();
                vec![append.stream_id.into(), name.into(), append.kind.into(), deadline.due_at.into()]
            }));
        }
        if !streams.is_empty() {
            let mut delete = Query::delete();
            delete.from_table(Alias::new("timers")).and_where(Expr::col(Alias::new("stream_id")).is_in(streams));
            self.transaction.execute(&delete).await?;
        }
        self.insert("timers", &["stream_id", "name", "kind", "due_at"], rows, "").await.map(drop)
    }

    /// Writes the rows; what `tail` returns.
    async fn insert(
        &self,
        table: &str,
        columns: &[&str],
        rows: Vec<Vec<Value>>,
        tail: &str,
    ) -> Result<Vec<QueryResult>, DbErr> {
        let mut returned = vec![];
        // SQLite binds at most 32,766 values in one statement.
        for rows in rows.chunks(2_000) {
            returned.extend(self.transaction.query_all_raw(insert(self.backend, table, columns, rows, tail)?).await?);
        }
        Ok(returned)
    }

    async fn query(&self, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, DbErr> {
        self.transaction.query_all_raw(statement(self.backend, sql, values)).await
    }
}

fn event_rows(append: &Append) -> impl Iterator<Item = Vec<Value>> + '_ {
    append.events.iter().map(|event| {
        vec![
            event.id.into(),
            append.stream_id.into(),
            append.kind.into(),
            event.version.into(),
            event.name.clone().into(),
            event.text.clone().into(),
            serde_json::to_string(&event.meta).unwrap_or_default().into(),
            event.org_unit_id.into(),
            event.owner_id.into(),
            append.at.into(),
            event.hash.to_vec().into(),
        ]
    })
}

fn version_after(append: &Append) -> i64 {
    append.expected + append.events.len() as i64
}

/// The earlier answer to the same command.
pub(crate) fn answered(row: &QueryResult, key: &crate::unit::CommandKey) -> Result<Failure, DbErr> {
    let hash: Vec<u8> = row.try_get("", "request_hash")?;
    if hash != key.request_hash {
        return Ok(Failure::KeyReused);
    }
    let answer: String = row.try_get("", "answer")?;
    let answer: Answer = serde_json::from_str(&answer).map_err(|error| DbErr::Json(error.to_string()))?;
    Ok(Failure::Answered(answer))
}

/// The rule of a read model that `error` says was broken; PostgreSQL names the index, SQLite the columns.
fn rule_broken(units: &[&Unit], error: &DbErr) -> Option<kernel::Fault> {
    let text = error.to_string();
    let unique_violation = text.contains("duplicate key value") || text.contains("UNIQUE constraint failed");
    if !unique_violation {
        return None;
    }
    let appends = units.iter().flat_map(|unit| &unit.appends);
    appends.flat_map(|append| append.unique).find(|rule| names(&text, rule.columns)).map(crate::row::Unique::fault)
}

fn names(text: &str, columns: &[&str]) -> bool {
    let postgres = format!("_{}\"", columns.join("_"));
    let sqlite = columns.iter().all(|column| text.contains(&format!(".{column}")));
    text.contains(&postgres) || (text.contains("UNIQUE constraint failed") && sqlite)
}
