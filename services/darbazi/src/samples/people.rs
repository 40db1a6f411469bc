//! The organisation and the people in it.

use anyhow::Result;
use serde_json::Value;

use super::file::{rows, samples, text};
use super::loader::{Loader, Things};
use super::names::{Kind, Names};

pub const POSITIONS_FILE: &str = include_str!("../../../../samples/positions.json");
pub const EMPLOYEES_FILE: &str = include_str!("../../../../samples/employees.csv");

const UNITS: Things =
    Things { kind: Kind::Unit, what: "org units", path: "identity/v1/org-units", name: |unit| text(unit, "/code") };

const POSITIONS: Things =
    Things { kind: Kind::Position, what: "positions", path: "identity/v1/positions", name: position_name };

const EMPLOYEES: Things = Things {
    kind: Kind::Employee,
    what: "employees",
    path: "identity/v1/employees",
    name: |employee| text(employee, "/hr_number"),
};

/// Several units have lawyers, so a title alone is no name.
fn position_name(position: &Value) -> Option<String> {
    Some(format!("{} {}", text(position, "/org_unit_id")?, text(position, "/title/ka")?))
}

pub async fn load(loader: &mut Loader) -> Result<()> {
    loader.client.post("identity/v1/org-units/built-in", &Value::Null).await?;
    loader.known(&UNITS).await?;
    loader.bring_in(&POSITIONS, samples(POSITIONS_FILE)?).await?;
    let people = rows(EMPLOYEES_FILE)?.into_iter().map(|row| numbered(&loader.names, row)).collect::<Result<_>>()?;
    loader.import(&EMPLOYEES, people).await
}

/// The row with the number of a position where the file has its title; units go by code, managers by HR number.
fn numbered(names: &Names, mut row: Value) -> Result<Value> {
    let (unit, title) = (text(&row, "/org_unit"), text(&row, "/position"));
    if let Some((unit, title)) = unit.zip(title) {
        let name = format!("{} {title}", names.id(Kind::Unit, &unit)?);
        row["position"] = names.number(Kind::Position, &name)?.into();
    }
    Ok(row)
}
