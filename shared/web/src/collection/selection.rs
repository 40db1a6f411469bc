//! What a list was asked for, parsed and checked whole.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use event_store::Row;
use event_store::row::column;
use kernel::{Fault, Kind};
use sea_orm::sea_query::{Expr, ExprTrait, LikeExpr, NullOrdering, Order, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select, Value,
};

use super::cursor::Cursor;
use super::fields::{Column, Field, FieldKind, fields, instant};
use crate::caller::Visible;
use crate::words::bad_parameter;

/// Page sizes, as of the API's conventions.
const DEFAULT_LIMIT: u64 = 50;
pub const LARGEST_LIMIT: u64 = 200;

pub struct Selection<R: Row> {
    condition: Condition,
    sort: Vec<(Column<R>, FieldKind, Order)>,
    cursor: Option<Cursor>,
    /// Filter and order in one spelling, which cursors are bound to.
    query: String,
    pub limit: u64,
    pub as_of: Option<DateTime<Utc>>,
    pub with_total: bool,
    pub only: Option<BTreeSet<String>>,
}

/// Parameters that are not filters.
const OTHERS: [&str; 8] = ["limit", "cursor", "sort", "q", "fields", "with_total", "as_of", "format"];

impl<R: Row> Selection<R> {
    /// Reads the query string; names every fault in it.
    pub fn parse(query: &str, now: DateTime<Utc>) -> Result<Self, Fault> {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
        let mut parser = Parser::<R> { fields: fields(), faults: vec![], selection: Self::everything() };
        for (name, value) in &pairs {
            parser.take(name, value, now);
        }
        let Parser { mut faults, mut selection, .. } = parser;
        selection.finish_sort();
        selection.query = spelling(&pairs);
        if let Some((_, cursor)) = pairs.iter().find(|(name, _)| name == "cursor") {
            selection.cursor = Cursor::read(cursor, &selection.query)
                .filter(|cursor| cursor.values.len() == selection.sort.len())
                .filter(|cursor| selection.parsed(cursor).is_some());
            if selection.cursor.is_none() {
                let fault =
                    bad_parameter("cursor", "This cursor is not of this list.", "ეს კურსორი ამ სიას არ ეკუთვნის.");
                faults.push(Fault { code: "foreign-cursor".into(), ..fault });
            }
        }
        if faults.is_empty() { Ok(selection) } else { Err(Fault::all(Kind::Malformed, faults)) }
    }

    fn everything() -> Self {
        Self {
            condition: Condition::all(),
            sort: vec![],
            cursor: None,
            query: String::new(),
            limit: DEFAULT_LIMIT,
            as_of: None,
            with_total: false,
            only: None,
        }
    }

    /// The newest first unless asked otherwise; the id makes every order total.
    fn finish_sort(&mut self) {
        let id = column::<R>("id").map(|column| (column, FieldKind::Id));
        let created = column::<R>("created_at").map(|column| (column, FieldKind::Instant));
        if self.sort.is_empty() {
            self.sort.extend(created.map(|(column, kind)| (column, kind, Order::Desc)));
        }
        let direction = self.sort.last().map_or(Order::Asc, |(_, _, order)| order.clone());
        self.sort.extend(id.map(|(column, kind)| (column, kind, direction)));
    }

    /// Rows of this selection that `visible` shows, without order or page.
    pub fn filtered(&self, visible: &Visible) -> Select<R::Table> {
        <R::Table as EntityTrait>::find().filter(self.condition.clone()).filter(shown::<R>(visible))
    }

    /// How many rows there are on all pages together.
    pub async fn count(&self, visible: &Visible, rows: &DatabaseConnection) -> Result<i64, DbErr> {
        let count = self.filtered(visible).select_only().column_as(Expr::cust("count(*)"), "total");
        Ok(count.into_tuple::<i64>().one(rows).await?.unwrap_or(0))
    }

    /// One page, in order, with one row more than asked for to tell whether there is another.
    pub fn page(&self, visible: &Visible, after: Option<&Cursor>, limit: u64) -> Select<R::Table> {
        let mut select = self.filtered(visible);
        if let Some(values) = after.or(self.cursor.as_ref()).and_then(|cursor| self.parsed(cursor)) {
            select = select.filter(self.beyond(&values));
        }
        for (column, _, order) in &self.sort {
            // An index keeps nulls at one end, so asking for the other would keep PostgreSQL from reading along it.
            select = match column.def().is_null() {
                true => select.order_by_with_nulls(*column, order.clone(), NullOrdering::Last),
                false => select.order_by(*column, order.clone()),
            };
        }
        select.limit(limit + 1)
    }

    /// The cursor that continues after `row`.
    pub fn cursor_after(&self, row: &R) -> Cursor {
        let value = |(column, _, _): &(Column<R>, FieldKind, Order)| super::fields::text_of(row.get(*column));
        Cursor::new(&self.query, self.sort.iter().map(value).collect())
    }

    fn parsed(&self, cursor: &Cursor) -> Option<Vec<Option<Value>>> {
        let parse = |(text, (_, kind, _)): (&Option<String>, &(Column<R>, FieldKind, Order))| match text {
            None => Some(None),
            Some(text) => kind.parse(text).map(Some),
        };
        cursor.values.iter().zip(&self.sort).map(parse).collect()
    }

    /// Rows that come after `values` in this order: `a > x OR (a = x AND b > y) OR …`, nulls last.
    fn beyond(&self, values: &[Option<Value>]) -> Condition {
        if let Some(expression) = self.beyond_as_one(values) {
            return Condition::all().add(expression);
        }
        let mut any = Condition::any();
        for index in 0..self.sort.len() {
            let mut all = Condition::all();
            for ((column, _, _), value) in self.sort.iter().zip(values).take(index) {
                all = all.add(match value {
                    Some(value) => column.eq(value.clone()),
                    None => column.is_null(),
                });
            }
            let (column, _, order) = &self.sort[index];
            let Some(value) = &values[index] else { continue };
            let further = if *order == Order::Desc { column.lt(value.clone()) } else { column.gt(value.clone()) };
            let nullable = column.def().is_null();
            any = any.add(all.add(if nullable { further.or(column.is_null()) } else { further }));
        }
        any
    }
}

impl<R: Row> Selection<R> {
    /// `(a, b) > (x, y)`, when all columns go one way and none can be null: databases find that place in an index.
    fn beyond_as_one(&self, values: &[Option<Value>]) -> Option<SimpleExpr> {
        let (_, _, order) = self.sort.first()?;
        let plain = |(column, _, other): &(Column<R>, FieldKind, Order)| other == order && !column.def().is_null();
        if !self.sort.iter().all(plain) {
            return None;
        }
        let columns = self.sort.iter().map(|(column, _, _)| Expr::col((R::Table::default(), *column)));
        let columns = Expr::tuple(columns);
        let values = values.iter().map(|value| value.clone().map(Expr::val)).collect::<Option<Vec<_>>>()?;
        let values = Expr::tuple(values);
        Some(if *order == Order::Desc { columns.lt(values) } else { columns.gt(values) })
    }
}

/// Rows for these eyes; see [`Visible::shows`].
fn shown<R: Row>(visible: &Visible) -> Condition {
    let Visible::Only { units, own } = visible else { return Condition::all() };
    let (unit, owner) = (column::<R>("org_unit_id"), column::<R>("owner_id"));
    if unit.is_none() && owner.is_none() {
        return Condition::all();
    }
    let mut any = Condition::any();
    if let Some(unit) = unit.filter(|_| !units.is_empty()) {
        any = any.add(unit.is_in(units.iter().copied()));
    }
    if let (Some(owner), Some(own)) = (owner, own) {
        any = any.add(owner.eq(*own));
    }
    if any.is_empty() { any.add(Expr::val(1).eq(0)) } else { any }
}

struct Parser<R: Row> {
    fields: Vec<Field<R>>,
    faults: Vec<Fault>,
    selection: Selection<R>,
}

impl<R: Row> Parser<R> {
    fn take(&mut self, name: &str, value: &str, now: DateTime<Utc>) {
        let taken = match name {
            "limit" => self.limit(value),
            "sort" => self.sort(value),
            "q" => self.search(value),
            "fields" => self.only(value),
            "with_total" => value.parse().ok().map(|flag| self.selection.with_total = flag),
            "as_of" => self.as_of(value, now),
            "cursor" | "format" => Some(()),
            filter => self.filter(filter, value),
        };
        if taken.is_none() {
            self.faults.push(bad_parameter(name, "This value is not valid here.", "მნიშვნელობა აქ დაუშვებელია."));
        }
    }

    fn limit(&mut self, value: &str) -> Option<()> {
        self.selection.limit = value.parse().ok().filter(|limit| (1..=LARGEST_LIMIT).contains(limit))?;
        Some(())
    }

    fn as_of(&mut self, value: &str, now: DateTime<Utc>) -> Option<()> {
        self.selection.as_of = Some(instant(value).filter(|at| *at <= now)?);
        Some(())
    }

    fn only(&mut self, value: &str) -> Option<()> {
        let names: BTreeSet<String> = value.split(',').map(str::to_owned).collect();
        let known = super::describe::members::<R>();
        names.iter().all(|name| known.contains(name)).then(|| self.selection.only = Some(names))
    }

    fn sort(&mut self, value: &str) -> Option<()> {
        for part in value.split(',') {
            let (name, order) = part.strip_prefix('-').map_or((part, Order::Asc), |name| (name, Order::Desc));
            let field = self.fields.iter().find(|field| field.name == name)?;
            let twice = self.selection.sort.iter().any(|(column, _, _)| sea_orm::IdenStatic::as_str(column) == name);
            if twice || name == "id" {
                return None;
            }
            self.selection.sort.push((field.column, field.kind, order));
        }
        Some(())
    }

    /// Every word must occur somewhere in what the row is searched by.
    fn search(&mut self, value: &str) -> Option<()> {
        let search = column::<R>("search")?;
        if value.len() > 400 {
            return None;
        }
        for word in kernel::text::searchable(value).split(' ').filter(|word| !word.is_empty()) {
            let like = LikeExpr::new(format!("%{}%", escaped(word))).escape('\\');
            self.add(Expr::col((R::Table::default(), search)).like(like));
        }
        Some(())
    }

    fn filter(&mut self, name: &str, value: &str) -> Option<()> {
        let (name, suffix) = name.split_once("__").map_or((name, ""), |(name, suffix)| (name, suffix));
        let field = self.fields.iter().find(|field| field.name == name)?;
        let (column, kind, nullable) = (field.column, field.kind, field.nullable);
        if !suffix.is_empty() && !kind.suffixes(nullable).contains(&suffix) {
            return None;
        }
        let one = || kind.parse(value);
        let expression = match suffix {
            "" => column.eq(one()?),
            "not" => column.ne(one()?).or(column.is_null()),
            "gte" => column.gte(one()?),
            "lte" => column.lte(one()?),
            "gt" => column.gt(one()?),
            "lt" => column.lt(one()?),
            "in" => column.is_in(value.split(',').take(200).map(|part| kind.parse(part)).collect::<Option<Vec<_>>>()?),
            "contains" => column.like(LikeExpr::new(format!("%{}%", escaped(value))).escape('\\')),
            "empty" if value.parse().ok()? => column.is_null(),
            "empty" => column.is_not_null(),
            _ => return None,
        };
        self.add(expression);
        Some(())
    }

    fn add(&mut self, expression: SimpleExpr) {
        let condition = std::mem::replace(&mut self.selection.condition, Condition::all());
        self.selection.condition = condition.add(expression);
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// Filter and order, in an order of their own.
fn spelling(pairs: &[(String, String)]) -> String {
    let bound = |name: &str| !OTHERS.contains(&name) || matches!(name, "sort" | "q" | "as_of");
    let mut parts: Vec<String> =
        pairs.iter().filter(|(name, _)| bound(name)).map(|(name, value)| format!("{name}={value}")).collect();
    parts.sort();
    parts.join("&")
}
