//! Bringing in many rows with one request, as a job of the platform.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tokio::time::sleep;

use super::client::Client;
use super::refused::NOT_HEARD_YET;

const POLL: Duration = Duration::from_millis(250);
/// So often rows are brought in again that failed because the service had not heard of something yet.
const TRIES: usize = 40;
/// More faults than these help nobody.
const SHOWN: usize = 10;

/// Imports the rows into the collection at `path`; `tell` hears how many are done.
pub async fn import(client: &mut Client, path: &str, mut rows: Vec<Value>, tell: impl Fn(usize)) -> Result<()> {
    for _ in 0..TRIES {
        let report = run(client, path, &rows, &tell).await?;
        let failed: Vec<(usize, &Value)> = report.iter().filter_map(failure).collect();
        if failed.is_empty() {
            return Ok(());
        }
        if !failed.iter().all(|(_, fault)| is_passing(fault)) {
            bail!("{path}: {} rows of {} failed{}", failed.len(), rows.len(), described(&failed));
        }
        rows = failed.iter().map(|(index, _)| rows[*index].clone()).collect();
        sleep(POLL).await;
    }
    bail!("{path}: {} rows name what the service does not know", rows.len())
}

/// Runs one job to its end, and returns what became of each row.
async fn run(client: &mut Client, path: &str, rows: &[Value], tell: &impl Fn(usize)) -> Result<Vec<Value>> {
    let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
    let mut job = client.post_text(&format!("{path}/import"), "application/x-ndjson", lines).await?;
    let service = path.rsplit_once('/').map_or(path, |(service, _)| service);
    let at = format!("{service}/jobs/{}", job["id"].as_str().context("the import has no job")?);
    let mut told = 0;
    while job["state"] != "done" {
        sleep(POLL).await;
        job = client.get(&at).await?;
        let done = job["done"].as_u64().unwrap_or_default() as usize;
        if (told + 1..rows.len()).contains(&done) {
            tell(done);
            told = done;
        }
    }
    let report = client.get(&format!("{at}/report")).await?;
    Ok(report.as_array().cloned().unwrap_or_default())
}

/// Index and fault of a row that failed.
fn failure(report: &Value) -> Option<(usize, &Value)> {
    let row = usize::try_from(report["row"].as_u64()?).ok()?;
    (report["outcome"] == "failed").then(|| (row - 1, &report["fault"]))
}

/// Each part of the fault comes from something that the service will hear of.
fn is_passing(fault: &Value) -> bool {
    parts(fault).iter().all(|part| part["code"].as_str().is_some_and(|code| NOT_HEARD_YET.contains(&code)))
}

fn parts(fault: &Value) -> Vec<&Value> {
    match fault["parts"].as_array() {
        Some(parts) if !parts.is_empty() => parts.iter().collect(),
        _ => vec![fault],
    }
}

fn described(failed: &[(usize, &Value)]) -> String {
    let part = |index: usize, part: &Value| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        format!(
            "\n  row {}: {} {}: {}",
            index + 1,
            text(&part["pointer"]),
            text(&part["code"]),
            text(&part["text"]["en"])
        )
    };
    let lines = failed.iter().flat_map(|(index, fault)| parts(fault).into_iter().map(move |one| part(*index, one)));
    lines.take(SHOWN).collect()
}
