//! A row of HR's file: an employee as in an import, and how they stand.

use chrono::NaiveDate;
use kernel::Fault;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use web::schema;

use crate::employees::{EmployeeImportRow, under_one_roof};

#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct HrRow {
    pub record: EmployeeImportRow,
    pub standing: Standing,
}

/// How somebody stands, as HR has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// Active, if not said.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^(active|on_leave|left)$", example = "active")]
    pub status: HrStatus,
    /// The first day out of service; today, if not said of somebody who left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_on: Option<NaiveDate>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HrStatus {
    #[default]
    Active,
    OnLeave,
    Left,
}

/// A row with its place in the file.
pub struct Line {
    /// Counted from 1, without the header.
    pub line: i64,
    pub hr_number: String,
    pub row: Result<HrRow, Fault>,
}

/// The columns that the file may have.
pub fn columns() -> Value {
    let mut columns = schema::of::<EmployeeImportRow>();
    let standing = schema::of::<Standing>();
    for (name, column) in standing["properties"].as_object().into_iter().flatten() {
        columns["properties"][name] = column.clone();
    }
    columns
}

pub fn lines(rows: Vec<Value>) -> Vec<Line> {
    let line = |(index, value): (usize, Value)| {
        let hr_number = value["hr_number"].as_str().unwrap_or_default().to_owned();
        Line { line: index as i64 + 1, hr_number, row: read(value) }
    };
    rows.into_iter().enumerate().map(line).collect()
}

/// Both halves of a row, or all faults of both.
fn read(mut value: Value) -> Result<HrRow, Fault> {
    let mut standing = Map::new();
    for name in ["status", "left_on"] {
        standing.extend(value.as_object_mut().and_then(|row| row.remove_entry(name)));
    }
    match (schema::read(value), schema::read(Value::Object(standing))) {
        (Ok(record), Ok(standing)) => Ok(HrRow { record, standing }),
        (record, standing) => {
            let faults = [record.err(), standing.err()].into_iter().flatten();
            Err(under_one_roof(faults.flat_map(|fault: Fault| fault.parts).collect()))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_is_an_import_s_with_a_standing() {
        let [line] = lines(vec![json!({ "hr_number": "7", "status": "left", "left_on": "2026-03-02" })])
            .try_into()
            .ok()
            .unwrap();
        let row = line.row.ok().unwrap();
        assert_eq!((line.line, row.record.hr_number.as_str(), row.standing.status), (1, "7", HrStatus::Left));
    }

    #[test]
    fn every_fault_of_a_row_is_named() {
        let [line] =
            lines(vec![json!({ "hr_number": "7", "phone": "1", "status": "retired" })]).try_into().ok().unwrap();
        let fault = line.row.err().unwrap();
        let pointers: Vec<_> = fault.parts.iter().map(|part| part.pointer.as_deref().unwrap()).collect();
        assert_eq!(pointers, ["/phone", "/status"]);
    }

    #[test]
    fn the_columns_are_an_import_s_and_two_more() {
        let columns = columns();
        let names = columns["properties"].as_object().unwrap();
        assert!(["hr_number", "manager", "status", "left_on"].iter().all(|name| names.contains_key(*name)));
    }
}
