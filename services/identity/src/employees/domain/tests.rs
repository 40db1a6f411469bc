use event_store::Aggregate;
use kernel::Fault;
use testkit::{Given, given, given_nothing};
use uuid::Uuid;

use super::*;

/// The day on which these rules are asked, in Tbilisi.
const MONDAY: &str = "2026-03-02";
const NINO: EmployeeId = EmployeeId(Uuid::from_u128(10));
const GIORGI: Uuid = Uuid::from_u128(11);
const SUPPORT: Uuid = Uuid::from_u128(100);
const NETWORKS: Uuid = Uuid::from_u128(101);

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

fn details(starts_on: &str) -> EmployeeDetails {
    EmployeeDetails {
        hr_number: "10245".into(),
        personal_number: "01019012345".to_owned().try_into().unwrap(),
        first_name: "ანა-მარია".into(),
        last_name: "ბერიძე".into(),
        first_name_latin: None,
        last_name_latin: None,
        email: Some("n.beridze@moh.gov.ge".into()),
        phone: None,
        starts_on: day(starts_on),
    }
}

fn place() -> Place {
    Place { unit: UnitFacts { id: SUPPORT, is_open: true }, position: None, manager: None }
}

fn led_by(manager: Uuid, above: &[Uuid]) -> Place {
    let line = [&[manager], above].concat();
    Place { manager: Some(ManagerFacts { id: manager, has_left: false, line }), ..place() }
}

fn register(starts_on: &str) -> EmployeeCommand {
    EmployeeCommand::Register { id: NINO, details: Box::new(details(starts_on)), place: place() }
}

fn edit(details: EmployeeDetails) -> EmployeeCommand {
    EmployeeCommand::Edit { id: NINO, details: Box::new(details) }
}

fn registered(starts_on: &str) -> EmployeeEvent {
    let person = Box::new(details(starts_on).sealed(NINO));
    EmployeeEvent::EmployeeRegistered { person, org_unit_id: SUPPORT, position_id: None, manager_id: None }
}

fn joiner() -> Given<Employee> {
    given::<Employee>([registered("2026-03-16")])
}

fn active() -> Given<Employee> {
    given::<Employee>([registered("2026-01-05"), EmployeeEvent::EmployeeActivated {}])
}

fn after(event: EmployeeEvent) -> Given<Employee> {
    given::<Employee>([registered("2026-01-05"), EmployeeEvent::EmployeeActivated {}, event])
}

fn gone() -> EmployeeEvent {
    EmployeeEvent::EmployeeLeft { left_on: day(MONDAY), org_unit_id: SUPPORT }
}

fn suspended() -> EmployeeEvent {
    EmployeeEvent::EmployeeSuspended(Suspension { reason: "Pending an inquiry.".into() })
}

#[test]
fn who_starts_today_is_active_at_once_and_who_starts_later_waits_for_midnight_in_tbilisi() {
    given_nothing::<Employee>().when(register(MONDAY)).then([registered(MONDAY), EmployeeEvent::EmployeeActivated {}]);
    let joiner = given_nothing::<Employee>().when(register("2026-03-16")).then([registered("2026-03-16")]);
    let [deadline] = joiner.deadlines().try_into().unwrap();
    assert_eq!(deadline.due_at.to_rfc3339(), "2026-03-15T20:00:00+00:00");
    let start = joiner.on_deadline(&deadline.name).unwrap();
    assert!(matches!(start, EmployeeCommand::Activate));
    joiner_at_last(start);
}

fn joiner_at_last(start: EmployeeCommand) {
    let active = joiner().at("2026-03-15T20:00:00Z").when(start).then_state();
    assert!(matches!(active, Employee::Active(_)));
    assert!(active.deadlines().is_empty());
}

#[test]
fn the_day_is_tbilisi_s_not_greenwich_s() {
    let late = given_nothing::<Employee>().at("2026-03-01T20:30:00Z").when(register(MONDAY)).then_state();
    assert!(matches!(late, Employee::Active(_)));
    let early = given_nothing::<Employee>().at("2026-03-01T19:30:00Z").when(register(MONDAY)).then_state();
    assert!(matches!(early, Employee::Joiner(_)));
}

#[test]
fn nobody_is_registered_twice() {
    active().when(register(MONDAY)).refused("employee-exists");
}

#[test]
fn what_is_personal_is_sealed_and_the_latin_spelling_follows_the_georgian() {
    let state = active().state();
    let person = &state.employment().unwrap().person;
    assert_eq!(person.first_name_latin.open().unwrap(), "Ana-Maria");
    assert_eq!(person.details().unwrap().first_name_latin, None);
    assert!(!format!("{state:?}").contains("01019012345"));
}

#[test]
fn saying_the_same_again_changes_nothing() {
    active().when(edit(details("2026-01-05"))).then_nothing();
    active().when(EmployeeCommand::Move { id: NINO, place: place() }).then_nothing();
}

#[test]
fn a_spelling_of_one_s_own_stays_when_the_name_is_corrected() {
    let own = EmployeeDetails { first_name_latin: Some("Anamaria".into()), ..details("2026-01-05") };
    let state = active().when(edit(own)).then_state();
    assert_eq!(state.employment().unwrap().person.details().unwrap().first_name_latin.as_deref(), Some("Anamaria"));
}

#[test]
fn a_joiner_s_first_day_can_be_moved_but_not_that_of_somebody_at_work() {
    let sooner = joiner().when(edit(details(MONDAY))).then_state();
    assert!(matches!(sooner, Employee::Active(_)));
    let later = joiner().when(edit(details("2026-04-01"))).then_state();
    assert_eq!(later.deadlines()[0].due_at.to_rfc3339(), "2026-03-31T20:00:00+00:00");
    active().when(edit(details("2026-03-16"))).refused("employee-has-started");
}

#[test]
fn nobody_is_their_own_manager_nor_their_manager_s() {
    let own = EmployeeCommand::Move { id: NINO, place: led_by(NINO.0, &[]) };
    active().when(own).refused("own-manager");
    let circle = EmployeeCommand::Move { id: NINO, place: led_by(GIORGI, &[NINO.0]) };
    active().when(circle).refused("manager-is-below");
    let moved = active().when(EmployeeCommand::Move { id: NINO, place: led_by(GIORGI, &[]) });
    let placement = Placement { org_unit_id: SUPPORT, position_id: None, manager_id: Some(GIORGI) };
    moved.then([EmployeeEvent::EmployeeMoved(placement)]);
}

#[test]
fn everything_that_is_wrong_with_a_place_is_named() {
    let position = PositionFacts { id: Uuid::from_u128(7), org_unit_id: SUPPORT, is_open: true };
    let closed = UnitFacts { id: NETWORKS, is_open: false };
    let wrong = Place { unit: closed, position: Some(position), ..led_by(NINO.0, &[]) };
    let refusal = active().state().decide(EmployeeCommand::Move { id: NINO, place: wrong }, &context()).unwrap_err();
    let fault = Fault::from(refusal);
    let found: Vec<_> = fault.parts.iter().map(|part| (part.pointer.as_deref().unwrap(), part.code.as_str())).collect();
    let expected =
        [("/org_unit", "unit-not-open"), ("/position", "position-of-another-unit"), ("/manager", "own-manager")];
    assert_eq!(found, expected);
}

fn context() -> event_store::Context {
    event_store::Context::new("2026-03-02T05:00:00Z".parse().unwrap(), event_store::Actor::system("test"))
}

#[test]
fn a_place_that_was_good_once_is_not_asked_about_again() {
    let left = ManagerFacts { id: GIORGI, has_left: true, line: vec![GIORGI] };
    let moved = Placement { org_unit_id: SUPPORT, position_id: None, manager_id: Some(GIORGI) };
    let elsewhere = Place { unit: UnitFacts { id: NETWORKS, is_open: true }, position: None, manager: Some(left) };
    let state = after(EmployeeEvent::EmployeeMoved(moved)).when(EmployeeCommand::Move { id: NINO, place: elsewhere });
    assert_eq!(state.then_state().employment().unwrap().placement.org_unit_id, NETWORKS);
}

#[test]
fn a_leave_ends_by_itself_after_its_last_day() {
    let leave = Leave { until: Some(day("2026-03-06")) };
    let away =
        active().when(EmployeeCommand::BeginLeave(leave.clone())).then([EmployeeEvent::EmployeeLeaveBegan(leave)]);
    let [deadline] = away.deadlines().try_into().unwrap();
    assert_eq!(deadline.due_at.to_rfc3339(), "2026-03-06T20:00:00+00:00");
    assert!(matches!(away.on_deadline(&deadline.name), Some(EmployeeCommand::EndLeave)));
    let past = Leave { until: Some(day("2026-03-01")) };
    active().when(EmployeeCommand::BeginLeave(past)).refused("date-in-past");
    active().when(EmployeeCommand::EndLeave).refused("employee-not-on-leave");
}

#[test]
fn a_departure_to_come_is_announced_and_happens_on_its_day() {
    let leaving = EmployeeCommand::Leave { on: day("2026-03-31") };
    let announced = EmployeeEvent::EmployeeDepartureAnnounced { leaves_on: day("2026-03-31") };
    let state = active().when(leaving.clone()).then([announced.clone()]);
    let [deadline] = state.deadlines().try_into().unwrap();
    assert_eq!(deadline.due_at.to_rfc3339(), "2026-03-30T20:00:00+00:00");
    after(announced.clone()).when(leaving).then_nothing();
    let left = EmployeeEvent::EmployeeLeft { left_on: day("2026-03-31"), org_unit_id: SUPPORT };
    after(announced.clone()).when(state.on_deadline(&deadline.name).unwrap()).then([left]);
    let stays = after(announced).when(EmployeeCommand::Reinstate).then([EmployeeEvent::EmployeeReinstated {}]);
    assert!(stays.deadlines().is_empty());
    active().when(EmployeeCommand::Depart).refused("employee-not-leaving");
}

#[test]
fn who_leaves_today_is_gone_at_once() {
    active().when(EmployeeCommand::Leave { on: day(MONDAY) }).then([gone()]);
    active().when(EmployeeCommand::Leave { on: day("2026-01-04") }).refused("leaves-before-start");
}

#[test]
fn a_joiner_may_turn_back_before_the_first_day() {
    let state = joiner().when(EmployeeCommand::Leave { on: day(MONDAY) }).then([gone()]);
    assert!(state.deadlines().is_empty());
}

#[test]
fn who_has_left_can_only_come_back() {
    after(gone()).when(edit(details("2026-01-05"))).refused("employee-left");
    after(gone()).when(EmployeeCommand::BeginLeave(Leave::default())).refused("employee-left");
    let back = after(gone()).when(EmployeeCommand::Reinstate).then([EmployeeEvent::EmployeeReinstated {}]);
    assert!(matches!(back, Employee::Active(_)));
}

#[test]
fn a_suspension_is_lifted_once() {
    let suspend = EmployeeCommand::Suspend(Suspension { reason: "Pending an inquiry.".into() });
    active().when(suspend.clone()).then([suspended()]);
    after(suspended()).when(suspend.clone()).refused("employee-not-active");
    after(suspended()).when(EmployeeCommand::Reinstate).then([EmployeeEvent::EmployeeReinstated {}]);
    active().when(EmployeeCommand::Reinstate).refused("employee-not-away");
    joiner().when(suspend).refused("employee-not-active");
}

#[test]
fn several_commands_are_one_decision() {
    let steps = vec![EmployeeCommand::Reinstate, EmployeeCommand::BeginLeave(Leave::default())];
    let events = [EmployeeEvent::EmployeeReinstated {}, EmployeeEvent::EmployeeLeaveBegan(Leave::default())];
    after(gone()).when(EmployeeCommand::All(steps)).then(events);
    let refused = vec![EmployeeCommand::Reinstate, EmployeeCommand::EndLeave];
    after(gone()).when(EmployeeCommand::All(refused)).refused("employee-not-on-leave");
}

#[test]
fn an_erased_person_is_not_edited() {
    let erased = serde_json::json!({ "$sealed": { "erased": true } });
    let mut registered = serde_json::to_value(registered("2026-01-05")).unwrap();
    for member in ["personal_number", "first_name", "last_name", "first_name_latin", "last_name_latin", "email"] {
        registered["data"]["person"][member] = erased.clone();
    }
    let registered: EmployeeEvent = serde_json::from_value(registered).unwrap();
    let state = given::<Employee>([registered.clone(), EmployeeEvent::EmployeeActivated {}]).state();
    assert_eq!(state.employment().unwrap().person.name(), "— —");
    let active = given::<Employee>([registered, EmployeeEvent::EmployeeActivated {}]);
    active.when(edit(details("2026-01-05"))).refused("person-erased");
}
