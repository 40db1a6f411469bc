//! A batch of units as one transaction, each step one statement for all of them.

use std::collections::{BTreeMap, HashMap, HashSet};

use sea_orm::sea_query::{Alias, Expr, ExprTrait, OnConflict, Query, SimpleExpr};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, QueryResult, Value};
use uuid::Uuid;

use crate::Failure;
use crate::aggregate::Series;
use crate::database::{Database, statement};
use crate::unit::{Answer, Append, Committed, Deadlines, Unit};
use crate::upserts::{insert_into, write_rows};

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
        Ok(Verdict::Written(committed)) => {
            transaction.commit().await?;
            Ok(Verdict::Written(committed))
        }
        Ok(refused) => {
            transaction.rollback().await?;
            Ok(refused)
        }
        Err(error) => {
            // A broken connection cannot be rolled back; the server does that by itself.
            let _ = transaction.rollback().await;
            Err(rule_broken(units, &error).map_or_else(|| error.into(), Failure::Refused))
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
        if self.backend == DbBackend::Postgres {
            self.transaction.execute_unprepared("SELECT announce_append()").await?;
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
        let mut insert = insert_into("command_log", &["caller", "key", "request_hash", "answer", "created_at"]);
        let mut commands = vec![];
        for (index, unit) in self.units.iter().enumerate() {
            let Some(command) = &unit.command else { continue };
            let answer = (command.answer)(&numbers[index]);
            let answer = serde_json::to_string(&answer).map_err(|error| DbErr::Json(error.to_string()))?;
            let key = &command.key;
            let hash = key.request_hash.to_vec();
            let values: [Value; 5] =
                [key.caller.clone().into(), key.key.clone().into(), hash.into(), answer.into(), command.now.into()];
            insert.values_panic(values.map(SimpleExpr::from));
            commands.push((index, key));
        }
        if commands.is_empty() {
            return Ok(vec![]);
        }
        insert.on_conflict(OnConflict::new().do_nothing().to_owned());
        insert.returning(Query::returning().columns(["caller", "key"].map(Alias::new)));
        let kept = self.transaction.query_all(&insert).await?;
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
        let mut insert = insert_into("inbox", &["subscription", "event_id", "handled_at"]);
        let mut expected = vec![];
        for (index, unit) in self.units.iter().enumerate() {
            let Some(once) = &unit.once else { continue };
            let values: [Value; 3] = [once.subscription.clone().into(), once.event_id.into(), once.now.into()];
            insert.values_panic(values.map(SimpleExpr::from));
            expected.push((index, once));
        }
        if expected.is_empty() {
            return Ok(vec![]);
        }
        insert.on_conflict(OnConflict::new().do_nothing().to_owned());
        insert.returning(Query::returning().columns(["subscription", "event_id"].map(Alias::new)));
        let fresh = self.transaction.query_all(&insert).await?;
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
        let mut insert = insert_into("streams", &columns);
        let mut beginning = vec![];
        let appends = self.units.iter().enumerate().zip(numbers);
        let appends = appends
            .flat_map(|((index, unit), numbers)| unit.appends.iter().zip(numbers).map(move |pair| (index, pair)));
        for (index, (append, number)) in appends.filter(|(_, (append, _))| append.expected == 0) {
            beginning.push((index, append.stream_id));
            let values: [Value; 7] = [
                append.stream_id.into(),
                append.kind.into(),
                number.clone().into(),
                version_after(append).into(),
                append.head.to_vec().into(),
                append.at.into(),
                append.at.into(),
            ];
            insert.values_panic(values.map(SimpleExpr::from));
        }
        if beginning.is_empty() {
            return Ok(vec![]);
        }
        insert.on_conflict(OnConflict::column(Alias::new("id")).do_nothing().to_owned());
        insert.returning(Query::returning().columns([Alias::new("id")]));
        let begun = self.transaction.query_all(&insert).await?;
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
        let (places, values) = self.guards(&appends);
        let sql = format!(
            "UPDATE streams SET version = v.version, head_hash = v.head_hash, updated_at = v.updated_at \
             FROM (SELECT column1 AS id, column2 AS expected, column3 AS version, column4 AS head_hash, column5 AS updated_at \
                   FROM (VALUES {places}) AS given) AS v \
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

    /// `($1::uuid, …), (…)` and what goes there. SQLite neither needs nor knows the casts.
    fn guards(&self, appends: &[&Append]) -> (String, Vec<Value>) {
        let types = ["uuid", "bigint", "bigint", "bytea", "timestamptz"];
        let mut values: Vec<Value> = vec![];
        let mut places = vec![];
        for append in appends {
            let place = |(offset, name): (usize, &&str)| match self.backend {
                DbBackend::Postgres => format!("${}::{name}", values.len() + offset + 1),
                _ => format!("${}", values.len() + offset + 1),
            };
            places.push(format!("({})", types.iter().enumerate().map(place).collect::<Vec<_>>().join(", ")));
            values.extend([
                append.stream_id.into(),
                append.expected.into(),
                version_after(append).into(),
                append.head.to_vec().into(),
                append.at.into(),
            ]);
        }
        (places.join(", "), values)
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
        let rows: Vec<[Value; 11]> = self.appends().flat_map(event_rows).collect();
        // SQLite binds at most 32,766 values in one statement.
        for rows in rows.chunks(2_000) {
            let mut insert = insert_into("events", &columns);
            for row in rows {
                insert.values_panic(row.clone().map(SimpleExpr::from));
            }
            self.transaction.execute(&insert).await?;
        }
        Ok(())
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
        let mut insert = insert_into("timers", &["stream_id", "name", "kind", "due_at"]);
        let (mut streams, mut any) = (vec![], false);
        for append in self.appends() {
            let Deadlines::Are(deadlines) = &append.deadlines else { continue };
            streams.push(append.stream_id);
            for deadline in deadlines {
                any = true;
                let values: [Value; 4] =
                    [append.stream_id.into(), deadline.name.clone().into(), append.kind.into(), deadline.due_at.into()];
                insert.values_panic(values.map(SimpleExpr::from));
            }
        }
        if !streams.is_empty() {
            let mut delete = Query::delete();
            delete.from_table(Alias::new("timers")).and_where(Expr::col(Alias::new("stream_id")).is_in(streams));
            self.transaction.execute(&delete).await?;
        }
        if any {
            self.transaction.execute(&insert).await?;
        }
        Ok(())
    }

    async fn query(&self, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, DbErr> {
        self.transaction.query_all_raw(statement(self.backend, sql, values)).await
    }
}

fn event_rows(append: &Append) -> impl Iterator<Item = [Value; 11]> + '_ {
    append.events.iter().map(|event| {
        [
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
