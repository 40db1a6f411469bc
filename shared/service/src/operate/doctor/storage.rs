//! A service's tables, the key of its personal fields, and the newest part of its log.

use std::collections::BTreeSet;

use event_store::{SELECT, Store, StoredEvent, statement};
use sea_orm::ConnectionTrait;

use super::Doctor;
use super::findings::Findings;
use crate::capability::Service;

/// Faults that are named of each kind.
const NAMED: usize = 5;

/// Compares what was applied with what this version knows; whether there is anything to look at.
pub(super) fn migrations(service: &Service, applied: &[String], findings: &mut Findings) -> bool {
    let known: BTreeSet<&str> = service.migrations().iter().map(|migration| migration.name).collect();
    let there: BTreeSet<&str> = applied.iter().map(String::as_str).collect();
    let newer: Vec<_> = there.difference(&known).collect();
    let missing: Vec<_> = known.difference(&there).collect();
    if there.is_empty() {
        findings.fault("migrations", "the database has no tables yet", "start the service, or run its `migrate`");
        return false;
    }
    if !newer.is_empty() {
        let text = format!("this version does not know {newer:?}: a newer one has migrated this database");
        findings.fault("migrations", text, "run the newer version, or restore the backup that was made before it");
    }
    if !missing.is_empty() {
        let text = format!("{missing:?} are not applied yet");
        findings.warning("migrations", text, "they are at the next start of this version, or by its `migrate`");
        return missing.len() < known.len() && !missing.contains(&&"event-store-1");
    }
    if newer.is_empty() {
        findings.ok("migrations", format!("all {} applied", known.len()));
    }
    true
}

pub(super) async fn master_key(store: &Store, findings: &mut Findings) -> anyhow::Result<()> {
    match store.vault().fits().await? {
        Some(true) => findings.ok("master key", "opens the personal fields"),
        None => findings.ok("master key", "nothing is sealed with it yet"),
        Some(false) => findings.fault(
            "master key",
            "wrong: it does not open this database's personal fields",
            "DARBAZI_MASTER_KEY_FILE must name the file that the data were written with; restore it from its copy. Do not write with another one",
        ),
    }
    Ok(())
}

pub(super) async fn read_models(service: &Service, store: &Store, findings: &mut Findings) -> anyhow::Result<()> {
    let (mut missing, mut other) = (vec![], vec![]);
    let mut count = 0;
    for aggregate in service.aggregates() {
        count += 1;
        match (aggregate.fits)(store.clone()).await? {
            Some(true) => {}
            Some(false) => other.push(aggregate.table),
            None => missing.push(aggregate.table),
        }
    }
    if missing.is_empty() && other.is_empty() {
        findings.ok("read models", format!("all {count} have today's shape"));
        return Ok(());
    }
    let text = format!("of another shape: {other:?}; missing: {missing:?}");
    findings.warning("read models", text, "they are built at the next start of this version, or by its `migrate`");
    Ok(())
}

/// Whether the newest events can be read by this version.
pub(super) async fn newest(
    doctor: &Doctor,
    service: &Service,
    store: &Store,
    findings: &mut Findings,
) -> anyhow::Result<()> {
    let key_fits = store.vault().fits().await? != Some(false);
    let sql = format!("{SELECT} ORDER BY events.position DESC LIMIT {}", doctor.events);
    let rows = store.database().reader.query_all_raw(statement(store.database().backend(), sql, [])).await?;
    let (mut looked_at, mut faults) = (0, vec![]);
    for row in &rows {
        looked_at += 1;
        let position: i64 = row.try_get("", "position")?;
        let event = match StoredEvent::read(row) {
            Ok(event) if key_fits => store.opened(event).await,
            Ok(event) => Ok(event),
            Err(error) => Err(error.into()),
        };
        if let Err(fault) = event.map_err(|error| error.to_string()).and_then(|event| decoded(service, &event)) {
            faults.push(format!("position {position}: {fault}"));
        }
    }
    // The newest come first; the first that broke matters more.
    faults.reverse();
    let horizon = store.horizon().await?;
    if faults.is_empty() {
        let personal = if key_fits { "" } else { ", personal fields left sealed" };
        findings.ok("log", format!("ends at position {horizon}; the newest {looked_at} events can be read{personal}"));
        return Ok(());
    }
    let named: Vec<_> = faults.iter().take(NAMED).cloned().collect();
    let text = format!("{} of the newest {looked_at} events cannot be read: {}", faults.len(), named.join("; "));
    findings.fault("log", text, "`verify` says whether they were changed; events of a newer version need that version");
    Ok(())
}

fn decoded(service: &Service, event: &StoredEvent) -> Result<(), String> {
    let Some(aggregate) = service.aggregates().find(|aggregate| aggregate.kind == event.kind) else {
        return Err(format!("{} is of a kind that this version does not know: {}", event.name, event.kind));
    };
    (aggregate.reads)(event).map_err(|failure| failure.to_string())
}
