//! Trying commands on an employee without keeping anything: what they would change.

use chrono::{DateTime, Utc};
use event_store::{Actor, Aggregate, Context, Entity};
use kernel::Fault;
use serde_json::Value;

use super::planned::{ChangeKind, MemberChange};
use crate::employees::{Employee, EmployeeCommand, EmployeeEvent, EmployeeRow};

pub struct Rehearsal {
    pub kind: ChangeKind,
    pub changes: Vec<MemberChange>,
    pub after: Entity<Employee>,
}

pub fn rehearse(
    before: &Entity<Employee>,
    commands: Vec<EmployeeCommand>,
    now: DateTime<Utc>,
) -> Result<Rehearsal, Fault> {
    let context = Context::new(now, Actor::system("hrsync"));
    let events = before.state.decide(EmployeeCommand::All(commands), &context)?;
    let kind = kind(&events);
    let nothing = events.is_empty();
    let state = events.into_iter().fold(before.state.clone(), Employee::evolve);
    let after = Entity { state, ..before.clone() };
    let changes = if nothing { vec![] } else { changes(before, &after) };
    Ok(Rehearsal { kind, changes, after })
}

/// What matters most of what happens.
fn kind(events: &[EmployeeEvent]) -> ChangeKind {
    use EmployeeEvent as E;
    let of = |event: &EmployeeEvent| match event {
        E::EmployeeRegistered { .. } => ChangeKind::Joins,
        E::EmployeeLeft { .. } | E::EmployeeDepartureAnnounced { .. } => ChangeKind::Leaves,
        E::EmployeeReinstated {} | E::EmployeeLeaveEnded {} => ChangeKind::Returns,
        E::EmployeeMoved(_) => ChangeKind::Moves,
        E::EmployeeDetailsChanged { .. }
        | E::EmployeeActivated {}
        | E::EmployeeLeaveBegan(_)
        | E::EmployeeSuspended(_) => ChangeKind::Edits,
    };
    let weight = |kind: &ChangeKind| match kind {
        ChangeKind::Joins => 5,
        ChangeKind::Leaves => 4,
        ChangeKind::Returns => 3,
        ChangeKind::Moves => 2,
        ChangeKind::Edits => 1,
        ChangeKind::Unchanged | ChangeKind::Fault => 0,
    };
    events.iter().map(of).max_by_key(weight).unwrap_or(ChangeKind::Unchanged)
}

/// What every change changes, or what says nothing that a reader of the plan does not see anyway.
const SILENT: [&str; 6] = ["id", "number", "version", "created_at", "updated_at", "owner_id"];

/// Differences of the representations; a personal number stays masked even where the difference is in what the mask hides.
fn changes(before: &Entity<Employee>, after: &Entity<Employee>) -> Vec<MemberChange> {
    let (from, to) = (EmployeeRow::from(before), EmployeeRow::from(after));
    let another_number = from.personal_number_key != to.personal_number_key;
    let is_known = before.state.employment().is_some();
    let from = if is_known { serde_json::to_value(from).unwrap_or_default() } else { Value::Null };
    let Ok(Value::Object(to)) = serde_json::to_value(to) else { return vec![] };
    let loud = to.into_iter().filter(|(field, to)| {
        let differs = from.get(field).unwrap_or(&Value::Null) != to;
        !SILENT.contains(&field.as_str()) && (differs || (field == "personal_number" && another_number))
    });
    loud.map(|(field, to)| MemberChange { from: from.get(&field).cloned().unwrap_or_default(), field, to }).collect()
}
