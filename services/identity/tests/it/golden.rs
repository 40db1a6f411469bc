//! Released events stay readable.

use events::Published;
use events::identity::{
    EmployeeActivated, EmployeeLeft, EmployeeMoved, EmployeeRegistered, EmployeeReinstated, EmployeeSuspended,
    OrgUnitCreated, OrgUnitMoved, OrgUnitRenamed,
};
use identity::employees::EmployeeEvent;
use identity::hrsync::ChangeSetEvent;
use identity::organisation::{OrgUnitEvent, PositionEvent};
use testkit::golden::check;
use uuid::Uuid;

const FOLDER: &str = "tests/golden";
const UNIT: Option<Uuid> = Some(Uuid::from_u128(0x0198_c0de_0000_7000_8000_0000_0000_0005));

#[test]
fn events_of_the_organisation_stay_readable() {
    check::<OrgUnitEvent>(FOLDER, "org_unit");
    check::<PositionEvent>(FOLDER, "position");
}

#[test]
fn events_of_employees_stay_readable() {
    check::<EmployeeEvent>(FOLDER, "employee");
}

#[test]
fn events_of_change_sets_stay_readable() {
    check::<ChangeSetEvent>(FOLDER, "change_set");
}

#[test]
fn whoever_reads_them_can() {
    assert_eq!(read::<OrgUnitCreated>().name.en, "Technical Support Division");
    assert_eq!(read::<OrgUnitRenamed>().name.en, "Technical Support Division");
    assert_eq!(read::<OrgUnitMoved>().parent_id, UNIT);
    assert_eq!(read::<EmployeeRegistered>().org_unit_id, UNIT);
    assert_eq!(read::<EmployeeMoved>().org_unit_id, UNIT);
    assert_eq!(read::<EmployeeLeft>().org_unit_id, UNIT);
    assert_eq!(read::<EmployeeLeft>().left_on.to_string(), "2026-03-31");
    read::<EmployeeActivated>();
    read::<EmployeeSuspended>();
    read::<EmployeeReinstated>();
}

fn read<E: Published>() -> E {
    let sample = std::fs::read_to_string(format!("{FOLDER}/{}.json", E::NAME)).expect("a sample");
    serde_json::from_str(&sample).expect("what the reader wants")
}
