//! Whether the logs are as they were written: in the databases, or in an export without any.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::Context;
use event_store::chain::{Chain, ExportedEvent};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::desk::Desk;
use crate::capability::Service;

/// Faults that are printed of each log.
const SHOWN: usize = 20;

/// A line of an export: an event of a service's log.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Line {
    pub service: String,
    #[serde(flatten)]
    pub event: ExportedEvent,
}

/// The last line of a service: what its export holds, so that a file which was cut off shows.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct End {
    pub service: String,
    pub end: Totals,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Totals {
    pub events: usize,
    pub streams: usize,
    pub position: i64,
}

impl Totals {
    pub fn of(chain: &Chain) -> Self {
        Self { events: chain.events(), streams: chain.streams(), position: chain.last() }
    }
}

/// Recomputes every hash; whether all fit.
pub(super) async fn logs(desk: &Desk, services: &[&Service]) -> anyhow::Result<bool> {
    let mut sound = true;
    for service in services {
        let name = service.name;
        let verdict = match desk.look(name).await?.verify().await {
            Ok(verdict) => verdict,
            Err(failure) => {
                println!("{name:>10}: the log cannot be read to its end: {failure}");
                sound = false;
                continue;
            }
        };
        println!("{name:>10}: {} events in {} streams", verdict.events, verdict.streams);
        let mut faults = verdict.faults;
        // Position 0 stands for the heads of streams, which are compared last.
        faults.sort_by_key(|(position, _)| if *position == 0 { i64::MAX } else { *position });
        if let Some((position, _)) = faults.first().filter(|(position, _)| *position > 0) {
            println!("            the first bad position is {position}");
        }
        let lines = faults.iter().map(|(position, fault)| match position {
            0 => fault.clone(),
            _ => format!("position {position}: {fault}"),
        });
        tell(lines.collect());
        sound &= faults.is_empty();
    }
    if !sound {
        eprintln!("a log is not as it was written");
    }
    Ok(sound)
}

fn tell(faults: Vec<String>) {
    for fault in faults.iter().take(SHOWN) {
        println!("            {fault}");
    }
    if faults.len() > SHOWN {
        println!("            and {} more", faults.len() - SHOWN);
    }
}

/// Recomputes every hash of an export, with nothing but the file; whether all fit.
pub(super) fn offline(file: &Path) -> anyhow::Result<bool> {
    let reader: Box<dyn BufRead> = if file == Path::new("-") {
        Box::new(std::io::stdin().lock())
    } else {
        let opened = std::fs::File::open(file).with_context(|| format!("{} cannot be read", file.display()))?;
        Box::new(BufReader::new(opened))
    };
    let mut export = Export::default();
    for (index, line) in reader.lines().enumerate() {
        let line = line.with_context(|| format!("line {} cannot be read", index + 1))?;
        if let Err(fault) = export.take(&line) {
            export.faults.push(format!("line {}: {fault}", index + 1));
        }
    }
    let missing = export.logs.iter().filter(|(name, _)| !export.ended.contains(name));
    let missing: Vec<_> =
        missing.map(|(name, _)| format!("{name}: its last line is missing; the file was cut off")).collect();
    export.faults.extend(missing);
    for (name, chain) in &export.logs {
        println!("{name:>10}: {} events in {} streams", chain.events(), chain.streams());
    }
    let sound = export.faults.is_empty() && !export.logs.is_empty();
    tell(export.faults);
    if export.logs.is_empty() {
        eprintln!("the export holds no events");
    } else if !sound {
        eprintln!("the export is not a log as it was written");
    }
    Ok(sound)
}

#[derive(Default)]
struct Export {
    logs: BTreeMap<String, Chain>,
    ended: Vec<String>,
    faults: Vec<String>,
}

impl Export {
    fn take(&mut self, line: &str) -> Result<(), String> {
        let value: Value = serde_json::from_str(line).map_err(|error| format!("not JSON: {error}"))?;
        if value.get("end").is_some() {
            return self.end(serde_json::from_value(value).map_err(|error| format!("not the end of a log: {error}"))?);
        }
        let Line { service, event } =
            serde_json::from_value(value).map_err(|error| format!("not an exported event: {error}"))?;
        let position = event.position;
        let named = |fault| format!("{service}, position {position}: {fault}");
        let event = event.stored().map_err(named)?;
        self.logs.entry(service.clone()).or_default().check(&event).map_err(named)
    }

    fn end(&mut self, End { service, end }: End) -> Result<(), String> {
        let chain = self.logs.entry(service.clone()).or_default();
        let there = Totals::of(chain);
        self.ended.push(service.clone());
        if end == there { Ok(()) } else { Err(format!("{service}: {end:?} were exported, {there:?} are here")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_none_and_a_file_that_was_cut_off_are_named() {
        let mut export = Export::default();
        assert!(export.take("{").unwrap_err().contains("not JSON"));
        assert!(export.take("{\"service\":\"assets\"}").unwrap_err().contains("not an exported event"));
        let end = r#"{"service":"assets","end":{"events":2,"streams":1,"position":9}}"#;
        assert!(export.take(end).unwrap_err().contains("events: 0"), "fewer than were exported");
    }
}
