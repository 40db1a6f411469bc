//! A row is a function of state: the table that callers query, written with the events that change it.

use std::borrow::Cow;

use kernel::Fault;
use sea_orm::sea_query::{Alias, Index, IndexCreateStatement, TableCreateStatement, Value};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DbBackend, EntityName, EntityTrait, IdenStatic, IntoActiveModel, Iterable,
    ModelTrait, Schema,
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::aggregate::Aggregate;
use crate::entity::Entity;

/// An aggregate with its principal read model.
pub trait Record: Aggregate {
    type Row: Row + for<'a> From<&'a Entity<Self>>;
}

/// The model of a read-model table. Columns with these names mean something to every service:
/// `id`, `number`, `version`, `created_at`, `updated_at` (all required), `search` (what `q=` looks through, see
/// [`kernel::text::searchable`]), `org_unit_id` and `owner_id` (whose eyes it is for).
pub trait Row:
    ModelTrait<Entity = Self::Table> + IntoActiveModel<Self::Active> + Serialize + ToSchema + Send + Sync + Clone + 'static
{
    type Table: EntityTrait<Model = Self, ActiveModel = Self::Active> + Default;
    type Active: ActiveModelTrait<Entity = Self::Table> + Send;

    /// Rules that span aggregates, held by the database.
    const UNIQUE: &'static [Unique] = &[];
    /// Columns to be found by quickly, besides `id` and `number`.
    const INDEXES: &'static [&'static [&'static str]] = &[];
}

/// No two rows share these columns (rows where one is null do not count).
#[derive(Clone, Copy, Debug)]
pub struct Unique {
    pub columns: &'static [&'static str],
    /// Code of the refusal: `serial-taken`.
    pub code: &'static str,
    pub en: &'static str,
    pub ka: &'static str,
}

impl Unique {
    pub fn fault(&self) -> Fault {
        Fault::conflict(self.code, self.en, self.ka)
    }
}

/// A change of a row, as data; the kit writes it.
#[derive(Clone, Debug)]
pub enum RowChange {
    /// The whole row, under its `id`.
    Put {
        table: Cow<'static, str>,
        columns: Vec<&'static str>,
        values: Vec<Value>,
    },
    Delete {
        table: Cow<'static, str>,
        id: Uuid,
    },
}

impl RowChange {
    /// The whole row of any table whose key is `id`.
    pub fn put<M, A>(row: M) -> Self
    where
        M: ModelTrait + IntoActiveModel<A>,
        A: ActiveModelTrait<Entity = M::Entity>,
    {
        let active = row.into_active_model();
        let (mut columns, mut values) = (vec![], vec![]);
        for column in <M::Entity as EntityTrait>::Column::iter() {
            columns.push(column.as_str());
            values.push(active.get(column).into_value().unwrap_or(Value::Bool(None)));
        }
        Self::Put { table: table_name::<M::Entity>().into(), columns, values }
    }

    /// The same row for another table of the same shape.
    pub fn into_table(self, name: &str) -> Self {
        let table = Cow::Owned(name.to_owned());
        match self {
            Self::Put { columns, values, .. } => Self::Put { table, columns, values },
            Self::Delete { id, .. } => Self::Delete { table, id },
        }
    }

    pub fn has(&self, name: &str) -> bool {
        matches!(self, Self::Put { columns, .. } if columns.contains(&name))
    }

    /// The id in column `name`, when the row has one.
    pub fn uuid(&self, name: &str) -> Option<Uuid> {
        let Self::Put { columns, values, .. } = self else { return None };
        let index = columns.iter().position(|column| *column == name)?;
        match &values[index] {
            Value::Uuid(id) => *id,
            _ => None,
        }
    }
}

/// The table of a read model as the database must have it.
#[derive(Clone, Debug)]
pub struct TableDefinition {
    pub name: &'static str,
    pub create: TableCreateStatement,
    pub indexes: Vec<IndexCreateStatement>,
    pub unique: &'static [Unique],
    /// Changes whenever the table's shape does.
    pub fingerprint: String,
}

impl TableDefinition {
    pub fn of<R: Row>(backend: DbBackend) -> Self {
        let name = table_name::<R::Table>();
        let create = Schema::new(backend).create_table_from_entity(R::Table::default());
        let mut indexes = vec![];
        let shape = format!("{}{:?}{:?}{NEWEST:?}", backend.build(&create).sql, R::UNIQUE, R::INDEXES);
        let fingerprint = short_hash(&shape);
        let number: &[&str] = &["number"];
        let unique = R::UNIQUE.iter().map(|rule| rule.columns).chain([number]);
        indexes.extend(unique.map(|columns| index(name, &fingerprint, columns).unique().take()));
        let others = R::INDEXES.iter().copied().chain([NEWEST]);
        indexes.extend(others.map(|columns| index(name, &fingerprint, columns)));
        Self { name, create, indexes, unique: R::UNIQUE, fingerprint }
    }
}

/// The order of lists that were asked for no other; every table has an index for it.
const NEWEST: &[&str] = &["created_at", "id"];

/// Index names carry the fingerprint, so that a table and its successor can stand side by side.
fn index(table: &str, fingerprint: &str, columns: &[&str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(format!("{table}_{fingerprint}_{}", columns.join("_"))).table(Alias::new(table));
    for column in columns {
        index.col(Alias::new(*column));
    }
    index
}

fn short_hash(text: &str) -> String {
    Sha256::digest(text.as_bytes())[..4].iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn table_name<E: EntityTrait>() -> &'static str {
    EntityName::table_name(&E::default())
}

/// The column called `name`, when the table has one.
pub fn column<R: Row>(name: &str) -> Option<<R::Table as EntityTrait>::Column> {
    <R::Table as EntityTrait>::Column::iter().find(|column| column.as_str() == name)
}

/// Type of a column, for parsing filters.
pub fn column_type<R: Row>(column: <R::Table as EntityTrait>::Column) -> sea_orm::ColumnType {
    column.def().get_column_type().clone()
}
