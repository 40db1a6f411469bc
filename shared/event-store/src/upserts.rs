//! Writing many rows by one statement.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use chrono::SecondsFormat;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, Value};
use serde::ser::{Error, SerializeMap};
use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::database::statement;
use crate::row::RowChange;

/// Rows of one table, to be written whole.
#[derive(Default)]
struct Puts {
    columns: Vec<&'static str>,
    rows: Vec<Vec<Value>>,
    /// Where the row with this id stands.
    places: HashMap<Uuid, usize>,
}

impl Puts {
    /// PostgreSQL refuses a statement that writes a row twice, so the last change of a row takes the place of the first.
    fn put(&mut self, columns: Vec<&'static str>, values: Vec<Value>) {
        let id = columns.iter().position(|column| *column == "id").and_then(|index| match &values[index] {
            Value::Uuid(id) => *id,
            _ => None,
        });
        self.columns = columns;
        match id.and_then(|id| self.places.insert(id, self.rows.len()).map(|place| (id, place))) {
            Some((id, place)) => {
                self.places.insert(id, place);
                self.rows[place] = values;
            }
            None => self.rows.push(values),
        }
    }
}

/// Writes rows, one statement for each table and chunk; the last change of a row wins.
pub async fn write_rows(connection: &impl ConnectionTrait, changes: Vec<RowChange>) -> Result<(), DbErr> {
    let mut puts: BTreeMap<Cow<str>, Puts> = BTreeMap::new();
    for change in changes {
        match change {
            RowChange::Put { table, columns, values } => puts.entry(table).or_default().put(columns, values),
            RowChange::Delete { table, id } => {
                let mut delete = Query::delete();
                delete.from_table(Alias::new(table.as_ref())).and_where(Expr::col(Alias::new("id")).eq(id));
                connection.execute(&delete).await?;
            }
        }
    }
    let backend = connection.get_database_backend();
    for (table, Puts { columns, rows, .. }) in puts {
        let replaced = replacing(&columns);
        // SQLite binds at most 32,766 values in one statement.
        for rows in rows.chunks(20_000 / columns.len()) {
            connection.execute_raw(insert(backend, &table, &columns, rows, &replaced)?).await?;
        }
    }
    Ok(())
}

fn replacing(columns: &[&str]) -> String {
    let changing = columns.iter().filter(|column| **column != "id");
    let set: Vec<String> = changing.map(|column| format!(r#""{column}" = excluded."{column}""#)).collect();
    format!("ON CONFLICT (id) DO UPDATE SET {}", set.join(", "))
}

/// `INSERT` of rows; `tail` follows them.
pub(crate) fn insert(
    backend: DbBackend,
    table: &str,
    columns: &[&str],
    rows: &[Vec<Value>],
    tail: &str,
) -> Result<Statement, DbErr> {
    let names = columns.iter().map(|column| format!(r#""{column}""#)).collect::<Vec<_>>().join(", ");
    if backend == DbBackend::Postgres {
        let source = format!(r#"json_populate_recordset(NULL::"{table}", $1::text::json)"#);
        let sql = format!(r#"INSERT INTO "{table}" ({names}) SELECT {names} FROM {source} {tail}"#);
        return Ok(statement(backend, sql, [records(columns, rows)?.into()]));
    }
    let places = values_places(rows.len(), columns.len());
    let sql = format!(r#"INSERT INTO "{table}" ({names}) VALUES {places} {tail}"#);
    Ok(statement(backend, sql, rows.iter().flatten().cloned()))
}

/// `(?, ?), (?, ?)`
pub(crate) fn values_places(rows: usize, columns: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    vec![row.as_str(); rows].join(", ")
}

/// Rows as a JSON array. PostgreSQL gets them so, as one parameter: the statement has the same text for any number of rows,
/// so a connection parses and plans it once.
pub(crate) fn records(columns: &[&str], rows: &[Vec<Value>]) -> Result<String, DbErr> {
    let records: Vec<_> = rows.iter().map(|values| Record { columns, values }).collect();
    serde_json::to_string(&records).map_err(|error| DbErr::Json(error.to_string()))
}

struct Record<'a> {
    columns: &'a [&'a str],
    values: &'a [Value],
}

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.columns.len()))?;
        for (column, value) in self.columns.iter().zip(self.values) {
            map.serialize_entry(column, &Cell(value))?;
        }
        map.end()
    }
}

/// A value as the database reads its type from text.
struct Cell<'a>(&'a Value);

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Bool(value) => value.serialize(serializer),
            Value::TinyInt(value) => value.serialize(serializer),
            Value::SmallInt(value) => value.serialize(serializer),
            Value::Int(value) => value.serialize(serializer),
            Value::BigInt(value) => value.serialize(serializer),
            Value::TinyUnsigned(value) => value.serialize(serializer),
            Value::SmallUnsigned(value) => value.serialize(serializer),
            Value::Unsigned(value) => value.serialize(serializer),
            Value::BigUnsigned(value) => value.serialize(serializer),
            Value::Float(value) => value.serialize(serializer),
            Value::Double(value) => value.serialize(serializer),
            Value::Char(value) => value.serialize(serializer),
            Value::String(value) => value.serialize(serializer),
            Value::Json(value) => value.serialize(serializer),
            Value::Uuid(value) => value.serialize(serializer),
            Value::ChronoDate(value) => value.serialize(serializer),
            Value::ChronoTime(value) => value.serialize(serializer),
            Value::Decimal(value) => value.map(|value| value.to_string()).serialize(serializer),
            Value::Bytes(value) => value.as_deref().map(hex).serialize(serializer),
            // The database keeps microseconds and would round what is finer.
            Value::ChronoDateTimeUtc(value) => {
                value.map(|value| value.to_rfc3339_opts(SecondsFormat::Micros, true)).serialize(serializer)
            }
            other => Err(S::Error::custom(format!("no column of ours holds {other:?}"))),
        }
    }
}

/// As `bytea` is written.
fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(2 + 2 * bytes.len());
    text.push_str("\\x");
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
