//! Writing rows whole, many at a time.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use sea_orm::sea_query::{Alias, Expr, ExprTrait, InsertStatement, OnConflict, Query, SimpleExpr};
use sea_orm::{ConnectionTrait, DbErr, Value};
use uuid::Uuid;

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
    for (table, Puts { columns, rows, .. }) in puts {
        for rows in rows.chunks(20_000 / columns.len()) {
            connection.execute(&upsert(&table, &columns, rows)).await?;
        }
    }
    Ok(())
}

fn upsert(table: &str, columns: &[&str], rows: &[Vec<Value>]) -> InsertStatement {
    let mut insert = insert_into(table, columns);
    for row in rows {
        insert.values_panic(row.iter().cloned().map(SimpleExpr::from));
    }
    let changing = columns.iter().filter(|column| **column != "id").map(|column| Alias::new(*column));
    insert.on_conflict(OnConflict::column(Alias::new("id")).update_columns(changing).to_owned());
    insert
}

pub(crate) fn insert_into(table: &str, columns: &[&str]) -> InsertStatement {
    let mut insert = Query::insert();
    insert.into_table(Alias::new(table)).columns(columns.iter().map(|column| Alias::new(*column)));
    insert
}
