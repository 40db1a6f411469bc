//! Keeping the service's copy of the directory: units and employees, as identity's events tell.

use std::borrow::Cow;

use ::web::{Directory, EmployeeEntry, UnitEntry};
use event_store::{Failure, RowChange, Unit};
use events::identity::{
    EmployeeActivated, EmployeeLeft, EmployeeMoved, EmployeeRegistered, EmployeeReinstated, EmployeeSuspended,
    OrgUnitCreated, OrgUnitMoved, OrgUnitRenamed,
};
use messaging::{Reaction, Received};
use uuid::Uuid;

pub fn reactions() -> Vec<Reaction> {
    vec![
        Reaction::on("directory-unit-created", |event: OrgUnitCreated, received| async move {
            let Received { subject: id, event: envelope, store, .. } = received;
            let former = Directory::of(&store).unit_numbered(&envelope.number).await?;
            let entry = UnitEntry { id, number: envelope.number, parent_id: event.parent_id, name: event.name };
            Ok(in_place_of("directory_units", former.map(|former| former.id), id).with(keep_unit(entry)))
        }),
        Reaction::on("directory-unit-renamed", |event: OrgUnitRenamed, received| async move {
            change_unit(received, |unit| unit.name = event.name).await
        }),
        Reaction::on("directory-unit-moved", |event: OrgUnitMoved, received| async move {
            change_unit(received, |unit| unit.parent_id = event.parent_id).await
        }),
        Reaction::on("directory-employee-registered", |event: EmployeeRegistered, received| async move {
            let Received { subject: id, event: envelope, store, .. } = received;
            let former = Directory::of(&store).employee_numbered(&envelope.number).await?;
            let entry = EmployeeEntry { id, number: envelope.number, org_unit_id: event.org_unit_id, active: false };
            Ok(in_place_of("directory_employees", former.map(|former| former.id), id).with(keep_employee(entry)))
        }),
        Reaction::on("directory-employee-activated", |_: EmployeeActivated, received| async move {
            change_employee(received, |employee| employee.active = true).await
        }),
        Reaction::on("directory-employee-moved", |event: EmployeeMoved, received| async move {
            change_employee(received, |employee| employee.org_unit_id = event.org_unit_id).await
        }),
        Reaction::on("directory-employee-suspended", |_: EmployeeSuspended, received| async move {
            change_employee(received, |employee| employee.active = false).await
        }),
        Reaction::on("directory-employee-reinstated", |_: EmployeeReinstated, received| async move {
            change_employee(received, |employee| employee.active = true).await
        }),
        Reaction::on("directory-employee-left", |_: EmployeeLeft, received| async move {
            change_employee(received, |employee| employee.active = false).await
        }),
    ]
}

/// A number that was given to somebody else before: identity was restored from a backup and gave it again. The former is gone.
fn in_place_of(table: &'static str, former: Option<Uuid>, id: Uuid) -> Unit {
    let gone = former.filter(|former| *former != id).map(|id| RowChange::Delete { table: table.into(), id });
    Unit::new().rows(gone)
}

async fn change_unit(received: Received, change: impl FnOnce(&mut UnitEntry)) -> Result<Unit, Failure> {
    let known = Directory::of(&received.store).unit_by_id(received.subject).await?;
    Ok(known.map_or_else(Unit::new, |mut unit| {
        change(&mut unit);
        keep_unit(unit)
    }))
}

async fn change_employee(received: Received, change: impl FnOnce(&mut EmployeeEntry)) -> Result<Unit, Failure> {
    let known = Directory::of(&received.store).employee_by_id(received.subject).await?;
    Ok(known.map_or_else(Unit::new, |mut employee| {
        change(&mut employee);
        keep_employee(employee)
    }))
}

fn keep_unit(unit: UnitEntry) -> Unit {
    let row = RowChange::Put {
        table: Cow::Borrowed("directory_units"),
        columns: vec!["id", "number", "parent_id", "name_ka", "name_en"],
        values: vec![
            unit.id.into(),
            unit.number.into(),
            unit.parent_id.into(),
            unit.name.ka.into(),
            unit.name.en.into(),
        ],
    };
    Unit::new().rows([row])
}

fn keep_employee(employee: EmployeeEntry) -> Unit {
    let row = RowChange::Put {
        table: Cow::Borrowed("directory_employees"),
        columns: vec!["id", "number", "org_unit_id", "active"],
        values: vec![employee.id.into(), employee.number.into(), employee.org_unit_id.into(), employee.active.into()],
    };
    Unit::new().rows([row])
}
