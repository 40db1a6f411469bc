//! Applying a plan: made anew on today's staff, compared with what was previewed, and carried out in one unit.

use std::collections::HashMap;

use event_store::{Change, Context, Expect, Failure, Store, Unit};
use futures_util::future::try_join_all;
use kernel::Fault;
use web::Problem;

use super::domain::{ChangeSetId, Preview};
use super::pages::{self, Kept};
use super::plan::{Step, Terms, plan};
use super::preparation::draw_ids;
use super::row::Line;
use super::staff::Staff;
use crate::employees::{Employee, EmployeeCommand, EmployeeId};

/// Each newcomer gets a key, which must be durable before anything is sealed with it; waiting for one after another is slow.
const SIDE_BY_SIDE: usize = 32;

/// Adds to `unit` what the plan does to everybody, and forgets the plan.
pub async fn apply(
    store: &Store,
    id: ChangeSetId,
    preview: &Preview,
    context: &Context,
    mut unit: Unit,
) -> Result<Unit, Problem> {
    let previewed = pages::all(store, id).await?;
    let staff = Staff::load(store).await?;
    for steps in fitting(&previewed, &staff, preview, context)?.chunks(SIDE_BY_SIDE) {
        let decisions = try_join_all(steps.iter().map(|step| decided(store, &staff, step, context))).await?;
        unit = decisions.into_iter().fold(unit, Unit::change);
    }
    Ok(unit.rows(pages::forget(store, id).await?))
}

/// The steps that were previewed, if today's plan still has every one of them.
fn fitting(previewed: &[Kept], staff: &Staff, preview: &Preview, context: &Context) -> Result<Vec<Step>, Fault> {
    let file: Vec<Line> = previewed.iter().filter_map(line).collect();
    let mut new_ids = draw_ids(&file, staff);
    new_ids.extend(promised_ids(previewed));
    let terms = Terms { full: preview.full, planned_on: preview.planned_on, now: context.now, new_ids };
    let today = plan(&file, staff, &terms).into_iter();
    let mut today: HashMap<EmployeeId, Step> =
        today.filter_map(|step| Some((step.change.employee_id?, step))).collect();
    let (mut steps, mut outdated) = (vec![], vec![]);
    for kept in previewed.iter().filter(|kept| kept.change.takes_effect()) {
        let step = kept.change.employee_id.and_then(|id| today.remove(&id));
        match step.filter(|step| kept.change.is_still(&step.change)) {
            Some(step) => steps.push(step),
            None => outdated.push(kept.change.line),
        }
    }
    if outdated.is_empty() { Ok(steps) } else { Err(is_outdated(&outdated)) }
}

fn line(kept: &Kept) -> Option<Line> {
    let row = kept.row.clone()?;
    Some(Line { line: kept.change.line, hr_number: row.record.hr_number.clone(), row: Ok(row) })
}

/// Joiners get the ids that the preview showed.
fn promised_ids(previewed: &[Kept]) -> impl Iterator<Item = (String, EmployeeId)> + '_ {
    let joiners = previewed.iter().map(|kept| &kept.change).filter(|change| change.employee_number.is_none());
    joiners.filter_map(|change| Some((change.hr_number.clone(), change.employee_id?)))
}

async fn decided(store: &Store, staff: &Staff, step: &Step, context: &Context) -> Result<Change<Employee>, Failure> {
    let Step { change, commands } = step;
    let id = change.employee_id.ok_or_else(Fault::internal)?;
    let expect = staff.get(id).map_or(Expect::Nothing, |known| Expect::Version(known.version));
    match store.decide::<Employee>(id, expect, EmployeeCommand::All(commands.clone()), context).await {
        Err(Failure::Stale { .. }) => Err(is_outdated(&[change.line]).into()),
        decided => decided,
    }
}

fn is_outdated(lines: &[i64]) -> Fault {
    let roof = Fault::conflict(
        "change-set-outdated",
        "Staff changed since the preview; preview the file again.",
        "წინასწარი ნახვის შემდეგ თანამშრომლების მონაცემები შეიცვალა; ფაილი თავიდან ატვირთეთ.",
    );
    let part = |line: &i64| {
        let (en, ka) = ("This no longer changes what it did.", "ეს სტრიქონი უკვე სხვა ცვლილებას იწვევს.");
        Fault::conflict("line-outdated", en, ka).at(format!("/{line}"))
    };
    Fault { parts: lines.iter().map(part).collect(), ..roof }
}
