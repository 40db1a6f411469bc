//! The files of samples.

use anyhow::{Context, Result};
use serde_json::{Map, Value};

/// A member of a JSON file: the body of the request that begins a thing, and what is asked of it then.
#[derive(Clone, Debug)]
pub struct Sample {
    pub body: Value,
    pub then: Vec<Step>,
}

/// `{"assign": {"assignee": "HR-0252"}}`: a request to the thing's address with that at its end.
#[derive(Clone, Debug)]
pub struct Step {
    pub name: String,
    pub body: Value,
}

/// The members of a JSON file.
pub fn samples(text: &str) -> Result<Vec<Sample>> {
    let members: Vec<Map<String, Value>> = serde_json::from_str(text).context("a file of samples is no list")?;
    members.into_iter().map(sample).collect()
}

fn sample(mut body: Map<String, Value>) -> Result<Sample> {
    let then = match body.shift_remove("then") {
        Some(steps) => serde_json::from_value(steps).context("`then` is no list of steps")?,
        None => vec![],
    };
    let step = |step: Map<String, Value>| {
        let (name, body) = step.into_iter().next().context("a step has no name")?;
        Ok(Step { name, body })
    };
    Ok(Sample { body: body.into(), then: then.into_iter().map(step).collect::<Result<_>>()? })
}

/// The lines of a CSV file, each with its columns by name; empty cells are left out.
pub fn rows(text: &str) -> Result<Vec<Value>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns = reader.headers().context("a file of samples has no header")?.clone();
    let row = |line: csv::StringRecord| {
        let filled = columns.iter().zip(&line).filter(|(_, cell)| !cell.is_empty());
        Value::Object(filled.map(|(column, cell)| (column.to_owned(), typed(cell))).collect())
    };
    reader.records().map(|line| Ok(row(line.context("a file of samples is no CSV")?))).collect()
}

/// Flags are flags; numbers are numbers of something, and stay text.
fn typed(cell: &str) -> Value {
    match cell {
        "true" => true.into(),
        "false" => false.into(),
        text => text.into(),
    }
}

/// The text at a JSON pointer.
pub fn text(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer)?.as_str().map(str::to_owned)
}
