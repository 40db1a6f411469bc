use event_store::Aggregate;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::employees::{EmployeeDetails, EmployeeEvent, Placement};
use crate::hrsync::row::lines;
use crate::organisation::{OrgUnitRow, OrganisationStatus, UnitKind};

const NINO: EmployeeId = EmployeeId(Uuid::from_u128(10));
const GIORGI: EmployeeId = EmployeeId(Uuid::from_u128(11));
const TAMAR: EmployeeId = EmployeeId(Uuid::from_u128(12));
const SUPPORT: Uuid = Uuid::from_u128(100);
const NETWORKS: Uuid = Uuid::from_u128(101);

fn today() -> NaiveDate {
    "2026-03-02".parse().unwrap()
}

fn unit(id: Uuid, code: &str) -> OrgUnitRow {
    OrgUnitRow {
        id: id.into(),
        number: format!("ORG-{code}"),
        version: 1,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
        status: OrganisationStatus::Open,
        code: code.into(),
        name: kernel::Localized::default(),
        kind: UnitKind::Division,
        parent_id: None,
        org_unit_id: Some(id),
        search: String::new(),
    }
}

/// Somebody who has worked in support since January, and what happened to them then.
fn colleague(id: EmployeeId, hr_number: &str, then: &[EmployeeEvent]) -> Entity<Employee> {
    let person = EmployeeDetails {
        hr_number: hr_number.into(),
        personal_number: personal_number(hr_number).try_into().unwrap(),
        first_name: "ნინო".into(),
        last_name: "ბერიძე".into(),
        first_name_latin: None,
        last_name_latin: None,
        email: None,
        phone: None,
        starts_on: "2026-01-05".parse().unwrap(),
    };
    let person = Box::new(person.sealed(id));
    let registered =
        EmployeeEvent::EmployeeRegistered { person, org_unit_id: SUPPORT, position_id: None, manager_id: None };
    let events = [registered, EmployeeEvent::EmployeeActivated {}].into_iter().chain(then.iter().cloned());
    let state = events.fold(Employee::default(), Employee::evolve);
    Entity { number: format!("EMP-{hr_number}"), version: 2, state, ..Entity::unborn(id) }
}

fn personal_number(hr_number: &str) -> String {
    format!("0101900{:0>4}", hr_number)
}

fn staff(people: Vec<Entity<Employee>>) -> Staff {
    Staff::of(people, &[unit(SUPPORT, "IT-SUPPORT"), unit(NETWORKS, "IT-INFRA")], &[])
}

fn terms(full: bool) -> Terms {
    let new_ids = HashMap::from([("3".to_owned(), TAMAR), ("4".to_owned(), EmployeeId(Uuid::from_u128(13)))]);
    Terms { full, planned_on: today(), now: "2026-03-02T05:00:00Z".parse().unwrap(), new_ids }
}

fn planned(rows: Vec<Value>, staff: &Staff) -> Vec<PlannedChange> {
    plan(&lines(rows), staff, &terms(false)).into_iter().map(|step| step.change).collect()
}

/// The only change of the only row.
#[track_caller]
fn only(row: Value, staff: &Staff) -> PlannedChange {
    let [change] = planned(vec![row], staff).try_into().unwrap();
    change
}

fn newcomer(hr_number: &str) -> Value {
    json!({ "hr_number": hr_number, "personal_number": personal_number(hr_number), "first_name": "თამარ", "last_name": "ლომიძე",
        "org_unit": "it-support", "starts_on": "2026-01-05" })
}

fn with(mut row: Value, members: Value) -> Value {
    row.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    row
}

fn faults(change: &PlannedChange) -> Vec<(&str, &str)> {
    let errors = change.fault.iter().flat_map(|fault| &fault.errors);
    errors.map(|error| (error.pointer.as_str(), error.code.as_str())).collect()
}

fn members(change: &PlannedChange) -> Vec<(&str, Value, Value)> {
    change.changes.iter().map(|change| (change.field.as_str(), change.from.clone(), change.to.clone())).collect()
}

fn left() -> EmployeeEvent {
    EmployeeEvent::EmployeeLeft { left_on: "2026-02-01".parse().unwrap(), org_unit_id: SUPPORT }
}

#[test]
fn who_is_unknown_joins_and_may_be_led_by_somebody_further_down() {
    let rows = vec![with(newcomer("3"), json!({ "manager": "4" })), newcomer("4")];
    let changes = planned(rows, &staff(vec![]));
    let kinds: Vec<_> = changes.iter().map(|change| change.kind).collect();
    assert_eq!(kinds, [ChangeKind::Joins, ChangeKind::Joins]);
    assert_eq!((changes[0].employee_id, changes[0].name.as_deref()), (Some(TAMAR), Some("თამარ ლომიძე")));
    assert!(members(&changes[0]).contains(&("manager_id", Value::Null, json!(changes[1].employee_id))));
    assert!(members(&changes[0]).contains(&("personal_number", Value::Null, json!("*******0003"))));
}

#[test]
fn a_row_that_says_what_is_known_changes_nothing() {
    let row = json!({ "hr_number": "1", "first_name": "ნინო", "org_unit": "IT-SUPPORT", "status": "active" });
    let change = only(row, &staff(vec![colleague(NINO, "1", &[])]));
    assert_eq!((change.kind, change.changes.len()), (ChangeKind::Unchanged, 0));
    assert_eq!(change.employee_number.as_deref(), Some("EMP-1"));
}

#[test]
fn edits_and_moves_are_shown_member_by_member() {
    let staff = staff(vec![colleague(NINO, "1", &[])]);
    let edited = only(json!({ "hr_number": "1", "phone": "+995599123456" }), &staff);
    assert_eq!(edited.kind, ChangeKind::Edits);
    assert_eq!(members(&edited), [("phone", Value::Null, json!("+995599123456"))]);
    let moved = only(json!({ "hr_number": "1", "org_unit": "IT-INFRA", "last_name": "კაპანაძე" }), &staff);
    assert_eq!(moved.kind, ChangeKind::Moves);
    let fields: Vec<_> = members(&moved).into_iter().map(|(field, ..)| field).collect();
    assert_eq!(fields, ["last_name", "last_name_latin", "org_unit_id"]);
}

#[test]
fn leavers_leave_on_their_day_or_today() {
    let staff = staff(vec![colleague(NINO, "1", &[])]);
    let today = only(json!({ "hr_number": "1", "status": "left", "org_unit": "GONE" }), &staff);
    let expected = [("status", json!("active"), json!("left")), ("left_on", Value::Null, json!("2026-03-02"))];
    assert_eq!((today.kind, members(&today)), (ChangeKind::Leaves, expected.to_vec()));
    let later = only(json!({ "hr_number": "1", "left_on": "2026-03-31" }), &staff);
    assert_eq!(members(&later), [("leaves_on", Value::Null, json!("2026-03-31"))]);
    let contradiction = only(json!({ "hr_number": "1", "status": "active", "left_on": "2026-03-01" }), &staff);
    assert_eq!(faults(&contradiction), [("/left_on", "left-on-contradicts-status")]);
}

#[test]
fn who_left_and_stays_left_is_unchanged() {
    let staff = staff(vec![colleague(NINO, "1", &[left()])]);
    assert_eq!(only(json!({ "hr_number": "1", "status": "left" }), &staff).kind, ChangeKind::Unchanged);
    assert_eq!(only(json!({ "hr_number": "3", "status": "left" }), &staff).kind, ChangeKind::Unchanged);
}

#[test]
fn people_return_from_leave_and_after_having_left() {
    let away = EmployeeEvent::EmployeeLeaveBegan(crate::employees::Leave::default());
    let staff = staff(vec![colleague(NINO, "1", &[away]), colleague(GIORGI, "2", &[left()])]);
    let from_leave = only(json!({ "hr_number": "1" }), &staff);
    assert_eq!(members(&from_leave), [("status", json!("on_leave"), json!("active"))]);
    assert_eq!(from_leave.kind, ChangeKind::Returns);
    let back = only(json!({ "hr_number": "2", "status": "on_leave" }), &staff);
    let expected = [("status", json!("left"), json!("on_leave")), ("left_on", json!("2026-02-01"), Value::Null)];
    assert_eq!((back.kind, members(&back)), (ChangeKind::Returns, expected.to_vec()));
    let not_yet = only(json!({ "hr_number": "2", "starts_on": "2026-04-01" }), &staff);
    assert_eq!(not_yet.kind, ChangeKind::Unchanged);
}

#[test]
fn a_suspension_is_not_lifted_by_a_file() {
    let suspended = crate::employees::Suspension { reason: "Pending an inquiry.".into() };
    let staff = staff(vec![colleague(NINO, "1", &[EmployeeEvent::EmployeeSuspended(suspended)])]);
    assert_eq!(only(json!({ "hr_number": "1", "status": "active" }), &staff).kind, ChangeKind::Unchanged);
}

#[test]
fn whoever_is_not_in_a_file_of_all_staff_leaves() {
    let people = vec![colleague(NINO, "1", &[]), colleague(GIORGI, "2", &[]), colleague(TAMAR, "5", &[left()])];
    let steps = plan(&lines(vec![json!({ "hr_number": "1" })]), &staff(people), &terms(true));
    let changes: Vec<_> =
        steps.iter().map(|step| (step.change.line, step.change.kind, step.change.employee_id)).collect();
    assert_eq!(changes, [(1, ChangeKind::Unchanged, Some(NINO)), (2, ChangeKind::Leaves, Some(GIORGI))]);
}

#[test]
fn a_bad_row_among_good_ones_is_shown_with_all_its_faults() {
    let staff = staff(vec![colleague(NINO, "1", &[])]);
    let rows = vec![
        json!({ "hr_number": "1", "phone": "+995599123456" }),
        json!({ "hr_number": "3", "first_name": "თამარ", "org_unit": "NOWHERE" }),
        json!({ "hr_number": "4", "email": "nobody", "status": "retired" }),
    ];
    let changes = planned(rows, &staff);
    assert_eq!(changes[0].kind, ChangeKind::Edits);
    let lacking = [
        ("/personal_number", "required"),
        ("/last_name", "required"),
        ("/starts_on", "required"),
        ("/org_unit", "reference-unknown"),
    ];
    assert_eq!(faults(&changes[1]), lacking);
    assert_eq!(faults(&changes[2]), [("/email", "wrong-format"), ("/status", "wrong-format")]);
}

#[test]
fn nobody_has_two_rows_and_no_two_people_one_personal_number() {
    let staff = staff(vec![colleague(NINO, "1", &[]), colleague(GIORGI, "2", &[])]);
    let taken = json!({ "personal_number": personal_number("1") });
    let rows = vec![
        json!({ "hr_number": "1" }),
        json!({ "hr_number": "1", "phone": "+995599123456" }),
        with(json!({ "hr_number": "2" }), taken),
        newcomer("3"),
        with(newcomer("4"), json!({ "personal_number": personal_number("3") })),
    ];
    let changes = planned(rows, &staff);
    let found: Vec<_> = changes.iter().map(faults).collect();
    let number = ("/personal_number", "personal-number-taken");
    assert_eq!(found, [vec![], vec![("/hr_number", "row-repeated")], vec![number], vec![], vec![number]]);
}

#[test]
fn nobody_is_led_in_a_circle_however_the_rows_are_spread() {
    let led = Placement { org_unit_id: SUPPORT, position_id: None, manager_id: Some(NINO.0) };
    let staff = staff(vec![colleague(NINO, "1", &[]), colleague(GIORGI, "2", &[EmployeeEvent::EmployeeMoved(led)])]);
    assert_eq!(faults(&only(json!({ "hr_number": "1", "manager": "2" }), &staff)), [("/manager", "manager-is-below")]);
    let rows = vec![with(newcomer("3"), json!({ "manager": "4" })), with(newcomer("4"), json!({ "manager": "3" }))];
    let circle = planned(rows, &staff);
    assert!(circle.iter().all(|change| faults(change) == [("/manager", "manager-is-below")]));
    let swapped = vec![
        json!({ "hr_number": "1", "manager": "EMP-2" }),
        with(json!({ "hr_number": "2" }), json!({ "manager": "3" })),
        newcomer("3"),
    ];
    assert!(planned(swapped, &staff).iter().all(|change| change.fault.is_none()));
    assert_eq!(faults(&only(with(newcomer("3"), json!({ "manager": "3" })), &staff)), [("/manager", "own-manager")]);
}

#[test]
fn a_first_day_to_come_makes_a_joiner_and_cannot_be_put_off_later() {
    let staff = staff(vec![colleague(NINO, "1", &[])]);
    let joiner = only(with(newcomer("3"), json!({ "starts_on": "2026-03-16" })), &staff);
    assert!(members(&joiner).contains(&("status", Value::Null, json!("joiner"))));
    let late = only(json!({ "hr_number": "1", "starts_on": "2026-03-16" }), &staff);
    assert_eq!(faults(&late), [("/starts_on", "employee-has-started")]);
}
