//! From an uploaded file to a preview: the plan, counted, and the rows that keep it.

use std::collections::HashMap;

use event_store::{RowChange, Store};
use kernel::id::Id;
use kernel::{Fault, tbilisi};
use sha2::{Digest, Sha256};
use web::{ImportFile, Problem};

use super::domain::{ChangeSetId, Preview};
use super::pages::{self, Kept};
use super::plan::{Step, Terms, plan};
use super::planned::ChangeKind;
use super::row::{Line, columns, lines};
use super::staff::Staff;
use crate::employees::EmployeeId;

/// What one transaction carries on every database; who brings more people at once imports them first.
const MOST_CHANGES: usize = 4_000;

pub struct Prepared {
    pub id: ChangeSetId,
    pub preview: Preview,
    pub pages: Vec<RowChange>,
}

pub async fn prepare(store: &Store, file: &ImportFile, full: bool) -> Result<Prepared, Problem> {
    let rows = lines(file.rows(&columns())?);
    let staff = Staff::load(store).await?;
    let now = store.clock().now();
    let terms = Terms { full, planned_on: tbilisi::day(now), now, new_ids: draw_ids(&rows, &staff) };
    let steps = plan(&rows, &staff, &terms);
    if steps.iter().filter(|step| step.change.takes_effect()).count() > MOST_CHANGES {
        return Err(too_many_changes().into());
    }
    let counted = count(&steps);
    let preview = Preview {
        full,
        file_sha256: Sha256::digest(&file.body).iter().map(|byte| format!("{byte:02x}")).collect(),
        planned_on: terms.planned_on,
        staff: number(staff.in_service().count()),
        rows: number(rows.len()),
        ..counted
    };
    let id = ChangeSetId::generate();
    Ok(Prepared { id, preview, pages: pages::keep(id, &kept(steps, rows))? })
}

/// An id for everybody of the file who is not known.
pub fn draw_ids(file: &[Line], staff: &Staff) -> HashMap<String, EmployeeId> {
    let unknown = file.iter().filter(|line| staff.with_hr_number(&line.hr_number).is_none());
    unknown.map(|line| (line.hr_number.clone(), EmployeeId::generate())).collect()
}

fn count(steps: &[Step]) -> Preview {
    let count = |kind| number(steps.iter().filter(|step| step.change.kind == kind).count());
    Preview {
        joins: count(ChangeKind::Joins),
        edits: count(ChangeKind::Edits),
        moves: count(ChangeKind::Moves),
        leaves: count(ChangeKind::Leaves),
        returns: count(ChangeKind::Returns),
        unchanged: count(ChangeKind::Unchanged),
        faults: count(ChangeKind::Fault),
        ..Preview::default()
    }
}

/// Files have at most a hundred thousand rows.
fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn kept(steps: Vec<Step>, rows: Vec<Line>) -> Vec<Kept> {
    let rows = rows.into_iter().map(|line| line.row.ok()).chain(std::iter::repeat_with(|| None));
    steps.into_iter().zip(rows).map(|(step, row)| Kept { change: step.change, row }).collect()
}

fn too_many_changes() -> Fault {
    let (en, ka) = (
        "At most 4,000 changes at once; import new employees first.",
        "ერთდროულად არაუმეტეს 4 000 ცვლილებისა; ახალი თანამშრომლები ჯერ იმპორტით შემოიტანეთ.",
    );
    Fault::invalid("too-many-changes", en, ka)
}
