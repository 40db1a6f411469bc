//! The plan: what HR's file changes of the staff as it is known. A pure function; the same file and staff, the same plan.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use event_store::Entity;
use kernel::Fault;

use super::planned::{ChangeKind, PlannedChange};
use super::rehearsal::rehearse;
use super::row::{HrRow, HrStatus, Line};
use super::staff::Staff;
use super::standing::{Wish, align, join};
use crate::employees::{
    Employee, EmployeeCommand, EmployeeId, EmployeeRefusal, Found, ManagerFacts, Place, under_one_roof,
};

/// What a plan depends on besides file and staff.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Whether the file is all staff, so that whoever is not in it leaves.
    pub full: bool,
    /// The day that the file is read for.
    pub planned_on: NaiveDate,
    pub now: DateTime<Utc>,
    /// Ids for the people of the file who are not known yet, by HR number.
    pub new_ids: HashMap<String, EmployeeId>,
}

/// A change and the commands that make it.
pub struct Step {
    pub change: PlannedChange,
    pub commands: Vec<EmployeeCommand>,
}

pub fn plan(file: &[Line], staff: &Staff, terms: &Terms) -> Vec<Step> {
    let planner = Planner::new(file, staff, terms);
    let mut steps: Vec<Step> = file.iter().map(|line| planner.step(line)).collect();
    if terms.full {
        let last = file.len() as i64;
        let mentioned: HashSet<&str> = file.iter().map(|line| line.hr_number.as_str()).collect();
        let unmentioned = staff.in_service().filter(|entity| !mentioned.contains(hr_number(entity)));
        steps.extend(unmentioned.zip(last + 1..).map(|(entity, line)| planner.dismissed(line, entity)));
    }
    steps
}

struct Planner<'a> {
    staff: &'a Staff,
    terms: &'a Terms,
    /// The first row of each person of the file; a second one is a fault.
    rows: HashMap<&'a str, (i64, &'a HrRow)>,
    /// The first row that claims a personal number.
    claims: HashMap<&'a str, i64>,
    /// Who leads whom when all of it is applied.
    leads: HashMap<EmployeeId, EmployeeId>,
}

impl<'a> Planner<'a> {
    fn new(file: &'a [Line], staff: &'a Staff, terms: &'a Terms) -> Self {
        let (mut rows, mut claims) = (HashMap::new(), HashMap::new());
        for line in file {
            let Ok(row) = &line.row else { continue };
            rows.entry(line.hr_number.as_str()).or_insert((line.line, row));
            if let Some(number) = &row.record.personal_number {
                claims.entry(number.as_str()).or_insert(line.line);
            }
        }
        let mut planner = Self { staff, terms, rows, claims, leads: HashMap::new() };
        planner.leads = planner.leads();
        planner
    }

    fn leads(&self) -> HashMap<EmployeeId, EmployeeId> {
        let known = self.staff.people().iter();
        let mut leads: HashMap<_, _> = known.filter_map(|one| Some((one.id, self.staff.manager_of(one.id)?))).collect();
        for (hr_number, (_, row)) in &self.rows {
            let manager = row.record.manager.as_deref().and_then(|text| self.somebody(text));
            if let (Some(id), Some(manager)) = (self.somebody(hr_number), manager) {
                leads.insert(id, manager);
            }
        }
        leads
    }

    /// Somebody who is known, or whom the file brings.
    fn somebody(&self, text: &str) -> Option<EmployeeId> {
        let known = self.staff.named(text).map(|entity| entity.id);
        known.or_else(|| self.terms.new_ids.get(text).copied())
    }

    fn step(&self, line: &Line) -> Step {
        let known = self.staff.with_hr_number(&line.hr_number);
        let new_id = self.terms.new_ids.get(&line.hr_number).copied();
        let before = known.cloned().or_else(|| new_id.map(Entity::unborn));
        let planned = line.row.as_ref().map_err(Clone::clone).and_then(|row| {
            let before = before.as_ref().ok_or_else(Fault::internal)?;
            self.check_once(line, row, before.id)?;
            let commands = self.commands(row, before)?;
            Ok((before, commands))
        });
        match planned.and_then(|(before, commands)| self.rehearsed(line.line, &line.hr_number, before, commands)) {
            Ok(step) => step,
            Err(fault) => faulty(line, known, fault),
        }
    }

    fn rehearsed(
        &self,
        line: i64,
        hr_number: &str,
        before: &Entity<Employee>,
        commands: Vec<EmployeeCommand>,
    ) -> Result<Step, Fault> {
        let rehearsal = rehearse(before, commands.clone(), self.terms.now)?;
        let person = rehearsal.after.state.employment().map(|employment| &employment.person);
        let is_known = before.exists();
        let change = PlannedChange {
            line,
            kind: rehearsal.kind,
            hr_number: hr_number.to_owned(),
            employee_id: person.map(|_| before.id),
            employee_number: is_known.then(|| before.number.clone()),
            name: person.map(crate::employees::Person::name),
            changes: rehearsal.changes,
            fault: None,
        };
        Ok(Step { change, commands })
    }

    /// Who is not in a file of all staff leaves.
    fn dismissed(&self, line: i64, entity: &Entity<Employee>) -> Step {
        let commands = vec![EmployeeCommand::Leave { on: self.terms.planned_on }];
        let hr_number = hr_number(entity).to_owned();
        match self.rehearsed(line, &hr_number, entity, commands) {
            Ok(step) => step,
            Err(fault) => faulty(&Line { line, hr_number, row: Err(fault.clone()) }, Some(entity), fault),
        }
    }

    /// One row for each person, one person for each personal number.
    fn check_once(&self, line: &Line, row: &HrRow, id: EmployeeId) -> Result<(), Fault> {
        let mut faults = vec![];
        if self.rows.get(line.hr_number.as_str()).is_some_and(|(first, _)| *first != line.line) {
            faults.push(named_twice());
        }
        if let Some(number) = row.record.personal_number.as_ref().map(kernel::person::PersonalNumber::as_str) {
            let of_another = self.staff.with_personal_number(number).is_some_and(|owner| owner != id);
            let claimed = self.claims.get(number).is_some_and(|first| *first != line.line);
            faults.extend((of_another || claimed).then(number_taken));
        }
        if faults.is_empty() { Ok(()) } else { Err(under_one_roof(faults)) }
    }

    fn commands(&self, row: &HrRow, before: &Entity<Employee>) -> Result<Vec<EmployeeCommand>, Fault> {
        let employment = before.state.employment();
        let known = employment.map(|_| &before.state);
        match Wish::of(row, known, self.terms.planned_on)? {
            Wish::Nothing => Ok(vec![]),
            Wish::Leave(on) => Ok(vec![EmployeeCommand::Leave { on }]),
            Wish::Serve => {
                let place = self.place(row, before);
                let details = match employment.map(|employment| employment.person.details()) {
                    Some(None) => return Err(EmployeeRefusal::Erased.into()),
                    details => row.record.over(details.flatten()),
                };
                let (details, place) = match (details, place) {
                    (Ok(details), Ok(place)) => (details, place),
                    (details, place) => {
                        let faults = [details.err(), place.err()].into_iter().flatten().flatten();
                        return Err(under_one_roof(faults.collect()));
                    }
                };
                Ok(match known {
                    None => join(row, before.id, details, place, self.terms.planned_on),
                    Some(known) => align(row, before.id, known, details, place),
                })
            }
        }
    }

    fn place(&self, row: &HrRow, before: &Entity<Employee>) -> Result<Place, Vec<Fault>> {
        let named = row.record.named();
        let found = Found {
            unit: named.org_unit.and_then(|text| self.staff.unit(text)),
            position: named.position.and_then(|text| self.staff.position(text)),
            manager: named.manager.and_then(|text| self.manager(text)),
        };
        named.place(found, before.state.employment().map(|employment| &employment.placement))
    }

    fn manager(&self, text: &str) -> Option<ManagerFacts> {
        let id = self.somebody(text)?;
        let known = self.staff.get(id);
        let hr_number = known.map_or(text, hr_number);
        // Somebody who has left may come back by this very file.
        let comes_back = self.rows.get(hr_number).is_some_and(|(_, row)| row.standing.status != HrStatus::Left);
        let has_left = known.is_some_and(|entity| entity.state.has_left()) && !comes_back;
        Some(ManagerFacts { id: id.0, has_left, line: self.line_of(id) })
    }

    /// The employee, and everybody above when all of it is applied.
    fn line_of(&self, from: EmployeeId) -> Vec<uuid::Uuid> {
        let mut line = vec![];
        let mut next = Some(from);
        while let Some(id) = next.filter(|id| !line.contains(&id.0)) {
            line.push(id.0);
            next = self.leads.get(&id).copied();
        }
        line
    }
}

fn hr_number(entity: &Entity<Employee>) -> &str {
    entity.state.employment().map_or("", |employment| employment.person.hr_number.as_str())
}

fn faulty(line: &Line, known: Option<&Entity<Employee>>, fault: Fault) -> Step {
    let change = PlannedChange {
        line: line.line,
        kind: ChangeKind::Fault,
        hr_number: line.hr_number.clone(),
        employee_id: known.map(|entity| entity.id),
        employee_number: known.map(|entity| entity.number.clone()),
        name: known.and_then(|entity| Some(entity.state.employment()?.person.name())),
        changes: vec![],
        fault: Some(fault.into()),
    };
    Step { change, commands: vec![] }
}

fn named_twice() -> Fault {
    let (en, ka) = ("The file has a row of this person already.", "ფაილში ამ პირის სტრიქონი უკვე არის.");
    Fault::invalid("row-repeated", en, ka).at("/hr_number")
}

fn number_taken() -> Fault {
    let (en, ka) = ("Another person has this personal number.", "ეს პირადი ნომერი სხვა პირს აქვს.");
    Fault::invalid("personal-number-taken", en, ka).at("/personal_number")
}
