//! Files into rows: each a JSON object whose members are the columns.

use std::collections::BTreeSet;
use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use kernel::{Fault, Kind};
use serde_json::{Map, Value, json};

use crate::words;

/// More than any department brings in at once.
const MOST_ROWS: usize = 100_000;

pub const CSV: &str = "text/csv";
pub const JSON_LINES: &str = "application/x-ndjson";
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Reads a file of the given media type; `schema` is that of a row.
pub fn rows(media_type: &str, body: &[u8], schema: &Value) -> Result<Vec<Value>, Fault> {
    let rows = match media_type {
        XLSX => table(xlsx_lines(body)?, schema)?,
        JSON_LINES => json_lines(text(body)?)?,
        _ => table(csv_lines(text(body)?)?, schema)?,
    };
    match rows.len() {
        0 => Err(Fault::invalid("no-rows", "The file has no rows.", "ფაილში ჩანაწერები არ არის.")),
        1..=MOST_ROWS => Ok(rows),
        _ => Err(Fault::invalid("too-many-rows", "At most 100,000 rows.", "არაუმეტეს 100 000 ჩანაწერისა.")),
    }
}

fn text(body: &[u8]) -> Result<&str, Fault> {
    let text = std::str::from_utf8(body).map_err(|_| words::not_utf8())?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn json_lines(text: &str) -> Result<Vec<Value>, Fault> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| serde_json::from_str(line).map_err(|error| words::unreadable_json(&error))).collect()
}

/// RFC 4180; the delimiter may be a comma, a semicolon (as Georgian spreadsheets write) or a tab.
fn csv_lines(text: &str) -> Result<Vec<Vec<String>>, Fault> {
    let header = text.lines().next().unwrap_or_default();
    let count = |delimiter: &char| header.matches(*delimiter).count();
    let delimiter = [',', ';', '\t'].into_iter().max_by_key(count).unwrap_or(',');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter as u8)
        .from_reader(text.as_bytes());
    let unreadable = |error: csv::Error| {
        Fault::malformed("malformed-csv", format!("The CSV cannot be read: {error}."), "CSV ფაილი არ იკითხება.")
    };
    reader.records().map(|record| Ok(record.map_err(unreadable)?.iter().map(str::to_owned).collect())).collect()
}

fn xlsx_lines(body: &[u8]) -> Result<Vec<Vec<String>>, Fault> {
    let unreadable = || Fault::malformed("malformed-xlsx", "The workbook cannot be read.", "XLSX ფაილი არ იკითხება.");
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(body)).map_err(|_| unreadable())?;
    let sheet = workbook.worksheet_range_at(0).ok_or_else(unreadable)?.map_err(|_| unreadable())?;
    Ok(sheet.rows().map(|row| row.iter().map(cell).collect()).collect())
}

fn cell(data: &Data) -> String {
    match data {
        Data::Float(number) if number.fract() == 0.0 => format!("{number:.0}"),
        Data::DateTime(moment) => moment.as_datetime().map_or_else(String::new, |moment| moment.date().to_string()),
        other => other.to_string(),
    }
}

/// Lines under a header, which must be columns of the schema.
fn table(mut lines: Vec<Vec<String>>, schema: &Value) -> Result<Vec<Value>, Fault> {
    if lines.is_empty() {
        return Ok(vec![]);
    }
    let header: Vec<String> = lines.remove(0).iter().map(|name| name.trim().to_lowercase()).collect();
    check_header(&header, schema)?;
    let filled = lines.into_iter().filter(|line| line.iter().any(|cell| !cell.trim().is_empty()));
    Ok(filled.map(|line| row(&header, &line, schema)).collect())
}

fn check_header(header: &[String], schema: &Value) -> Result<(), Fault> {
    let known: BTreeSet<&str> =
        schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut faults: Vec<Fault> =
        header.iter().filter(|name| !known.contains(name.as_str())).map(|name| unknown(name)).collect();
    faults.extend(required.filter(|name| !header.iter().any(|column| column == name)).map(missing));
    if faults.is_empty() { Ok(()) } else { Err(Fault::all(Kind::Invalid, faults)) }
}

fn unknown(name: &str) -> Fault {
    let shown: String = name.chars().take(60).collect();
    Fault::invalid("unknown-column", format!("There is no column {shown}."), format!("სვეტი {shown} არ არსებობს."))
        .at(format!("/{shown}"))
}

fn missing(name: &str) -> Fault {
    Fault::invalid("missing-column", format!("The column {name} is missing."), format!("სვეტი {name} აკლია."))
        .at(format!("/{name}"))
}

/// Empty cells are absent members; a line with more cells than columns keeps them under a name no schema knows.
fn row(header: &[String], line: &[String], schema: &Value) -> Value {
    let mut row = Map::new();
    for (name, cell) in header.iter().zip(line) {
        let cell = cell.trim();
        if !cell.is_empty() {
            row.insert(name.clone(), typed(cell, &schema["properties"][name]));
        }
    }
    if line.len() > header.len() {
        row.insert("(more cells than columns)".into(), json!(line[header.len()..]));
    }
    Value::Object(row)
}

/// The cell as the column's type wants it; what does not fit stays text, for the schema to name.
fn typed(cell: &str, column: &Value) -> Value {
    let is = |name: &str| match &column["type"] {
        Value::String(one) => one == name,
        Value::Array(several) => several.iter().any(|one| one == name),
        _ => false,
    };
    let parsed = match cell {
        _ if is("string") => None,
        "true" | "TRUE" | "დიახ" if is("boolean") => Some(json!(true)),
        "false" | "FALSE" | "არა" if is("boolean") => Some(json!(false)),
        number if is("integer") => number.parse::<i64>().ok().map(Value::from),
        number if is("number") => number.parse::<f64>().ok().map(Value::from),
        // An exported cell that was made harmless for spreadsheets.
        _ => None,
    };
    parsed.unwrap_or_else(|| {
        json!(cell.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '@', '+', '-'])).unwrap_or(cell))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Value {
        json!({ "required": ["serial"], "properties": {
            "serial": { "type": "string" }, "watts": { "type": ["integer", "null"] }, "lit": { "type": "boolean" } } })
    }

    #[test]
    fn cells_become_what_the_column_is() {
        let rows = rows(CSV, "\u{feff}serial;watts;lit\r\n007;60;დიახ\r\n008;;\r\n".as_bytes(), &schema()).unwrap();
        assert_eq!(rows, [json!({ "serial": "007", "watts": 60, "lit": true }), json!({ "serial": "008" })]);
    }

    #[test]
    fn a_wrong_header_refuses_the_file_and_names_every_column() {
        let fault = rows(CSV, b"watts,colour\n1,red\n", &schema()).unwrap_err();
        let codes: Vec<_> = fault.parts.iter().map(|part| part.code.as_str()).collect();
        assert_eq!(codes, ["unknown-column", "missing-column"]);
    }

    #[test]
    fn another_encoding_is_named() {
        assert_eq!(rows(CSV, b"serial\n\xe2\x28\xa1\n", &schema()).unwrap_err().code, "not-utf8");
    }

    #[test]
    fn one_ragged_row_does_not_spoil_the_others() {
        let rows = rows(CSV, b"serial,watts\na,1,2,3\nb,2\n", &schema()).unwrap();
        assert!(rows[0].get("(more cells than columns)").is_some());
        assert_eq!(rows[1], json!({ "serial": "b", "watts": 2 }));
    }
}
