//! The columns of a row, as far as callers may filter and sort by them.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use event_store::Row;
use event_store::row::column_type;
use sea_orm::{ColumnTrait, ColumnType, EntityTrait, IdenStatic, Iterable, Value};
use uuid::Uuid;

use super::describe::members;

pub type Column<R> = <<R as Row>::Table as EntityTrait>::Column;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    Text,
    Id,
    Integer,
    Number,
    Instant,
    Day,
    Boolean,
}

/// A column that can be filtered by.
pub struct Field<R: Row> {
    pub column: Column<R>,
    pub name: &'static str,
    pub kind: FieldKind,
    pub nullable: bool,
}

/// All of them; JSON columns are left out, and columns that callers do not see: a filter would tell what is in them.
pub fn fields<R: Row>() -> Vec<Field<R>> {
    let shown = members::<R>();
    let field = |column: Column<R>| {
        let (name, kind) = (column.as_str(), kind(&column_type::<R>(column))?);
        let visible = shown.iter().any(|member| member == name);
        visible.then(|| Field { column, name, kind, nullable: column.def().is_null() })
    };
    Column::<R>::iter().filter_map(field).collect()
}

fn kind(column: &ColumnType) -> Option<FieldKind> {
    Some(match column {
        ColumnType::Char(_) | ColumnType::String(_) | ColumnType::Text | ColumnType::Enum { .. } => FieldKind::Text,
        ColumnType::Uuid => FieldKind::Id,
        ColumnType::SmallInteger | ColumnType::Integer | ColumnType::BigInteger => FieldKind::Integer,
        ColumnType::Float | ColumnType::Double => FieldKind::Number,
        ColumnType::Timestamp | ColumnType::TimestampWithTimeZone | ColumnType::DateTime => FieldKind::Instant,
        ColumnType::Date => FieldKind::Day,
        ColumnType::Boolean => FieldKind::Boolean,
        _ => return None,
    })
}

impl FieldKind {
    /// The suffixes that make sense for it, besides equality.
    pub fn suffixes(self, nullable: bool) -> Vec<&'static str> {
        let mut suffixes = match self {
            Self::Boolean => vec!["not"],
            Self::Id => vec!["in", "not"],
            Self::Text => vec!["in", "not", "contains"],
            Self::Integer | Self::Number | Self::Instant | Self::Day => vec!["in", "not", "gte", "lte", "gt", "lt"],
        };
        if nullable {
            suffixes.push("empty");
        }
        suffixes
    }

    pub fn parse(self, text: &str) -> Option<Value> {
        Some(match self {
            Self::Text => text.to_owned().into(),
            Self::Id => text.parse::<Uuid>().ok()?.into(),
            Self::Integer => text.parse::<i64>().ok()?.into(),
            Self::Number => text.parse::<f64>().ok().filter(|number| number.is_finite())?.into(),
            Self::Instant => instant(text)?.into(),
            Self::Day => day(text)?.into(),
            Self::Boolean => text.parse::<bool>().ok()?.into(),
        })
    }
}

/// An instant of the four-digit years, which every database can hold.
pub fn instant(text: &str) -> Option<DateTime<Utc>> {
    // A bare `+` in a query string arrives as a space.
    let instant: DateTime<Utc> = DateTime::parse_from_rfc3339(&text.replace(' ', "+")).ok()?.into();
    let year = chrono::Datelike::year(&instant);
    (1..=9999).contains(&year).then_some(instant)
}

fn day(text: &str) -> Option<NaiveDate> {
    (text.len() == 10).then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten()
}

/// The value in the text that [`FieldKind::parse`] reads; `None` for null.
pub fn text_of(value: Value) -> Option<String> {
    match value {
        Value::String(text) => text,
        Value::Uuid(id) => id.map(|id| id.to_string()),
        Value::SmallInt(number) => number.map(|number| number.to_string()),
        Value::Int(number) => number.map(|number| number.to_string()),
        Value::BigInt(number) => number.map(|number| number.to_string()),
        Value::Double(number) => number.map(|number| number.to_string()),
        Value::ChronoDateTimeUtc(instant) => {
            instant.map(|instant| instant.to_rfc3339_opts(SecondsFormat::Micros, true))
        }
        Value::ChronoDate(day) => day.map(|day| day.to_string()),
        Value::Bool(flag) => flag.map(|flag| flag.to_string()),
        _ => None,
    }
}
