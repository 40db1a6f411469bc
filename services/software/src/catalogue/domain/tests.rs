use kernel::Localized;
use testkit::{given, given_nothing};
use uuid::Uuid;

use super::*;

fn own() -> SystemId {
    Uuid::from_u128(1).into()
}

fn other() -> SystemId {
    Uuid::from_u128(2).into()
}

fn docflow() -> SystemDetails {
    SystemDetails {
        code: "docflow".into(),
        name: Localized::new("საქმისწარმოება", "Docflow"),
        purpose: None,
        owner_unit_id: Uuid::from_u128(7),
        technical_owner_id: None,
        data_classes: vec![DataClass::Personal],
        user_agency_ids: vec![],
        interfaces: vec![],
        functions: vec!["3.4.8".into()],
    }
}

fn new(stage: Stage) -> NewSystem {
    NewSystem { stage, since: None, details: docflow(), part_of: None, dependencies: vec![] }
}

fn registered(stage: Stage) -> SystemEvent {
    SystemEvent::SystemRegistered(Box::new(new(stage)))
}

fn reads_from(system_id: SystemId) -> Dependency {
    Dependency { system_id, kind: DependencyKind::ReadsFrom, note: None }
}

fn plan(retire_by: &str) -> RetirementPlan {
    RetirementPlan { reason: "Replaced".into(), retire_by: retire_by.parse().unwrap() }
}

fn today() -> NaiveDate {
    "2026-03-02".parse().unwrap()
}

#[test]
fn a_system_goes_from_plan_to_production_through_its_test() {
    let developed = given::<System>([registered(Stage::Planned)]).when(SystemCommand::StartDevelopment);
    let state = developed.then([SystemEvent::SystemDevelopmentStarted { on: today() }]);
    assert_eq!((state.stage(), state.entry().unwrap().since), (Stage::InDevelopment, Some(today())));
    let development = [registered(Stage::InDevelopment)];
    given::<System>(development.clone()).when(SystemCommand::PutIntoProduction).refused("system-wrong-stage");
    given::<System>(development)
        .when(SystemCommand::StartTesting)
        .then([SystemEvent::SystemTestingStarted { on: today() }]);
    let put = given::<System>([registered(Stage::InTest)]).when(SystemCommand::PutIntoProduction);
    put.then([SystemEvent::SystemPutIntoProduction { on: today() }]);
}

#[test]
fn a_failed_test_leads_back_to_development() {
    let back = given::<System>([registered(Stage::InTest)]).when(SystemCommand::StartDevelopment);
    back.then([SystemEvent::SystemDevelopmentStarted { on: today() }]);
}

#[test]
fn the_stage_a_system_is_in_can_be_said_again() {
    given::<System>([registered(Stage::InTest)]).when(SystemCommand::StartTesting).then_nothing();
    given::<System>([registered(Stage::InProduction)]).when(SystemCommand::PutIntoProduction).then_nothing();
    given::<System>([registered(Stage::Retired)]).when(SystemCommand::Retire { needed_by: 3 }).then_nothing();
}

#[test]
fn what_others_need_is_not_retired() {
    let going = || {
        let begun = SystemEvent::SystemRetirementBegun { on: today(), plan: plan("2026-06-30") };
        given::<System>([registered(Stage::InProduction), begun])
    };
    going().when(SystemCommand::Retire { needed_by: 1 }).refused("system-still-needed");
    let state = going().when(SystemCommand::Retire { needed_by: 0 }).then([SystemEvent::SystemRetired { on: today() }]);
    assert_eq!(state.stage(), Stage::Retired);
    going().when(SystemCommand::RevokeRetirement).then([SystemEvent::SystemRetirementRevoked { on: today() }]);
}

#[test]
fn a_system_in_production_is_not_retired_without_a_plan() {
    let running = || given::<System>([registered(Stage::InProduction)]);
    running().when(SystemCommand::Retire { needed_by: 0 }).refused("system-wrong-stage");
    running().when(SystemCommand::BeginRetirement(plan("2026-03-01"))).refused("retirement-in-the-past");
    let state = running().when(SystemCommand::BeginRetirement(plan("2026-03-02"))).then_state();
    assert_eq!(state.plan().unwrap().reason, "Replaced");
}

#[test]
fn nothing_depends_on_itself_or_is_part_of_itself() {
    let system = || given::<System>([registered(Stage::InProduction)]);
    let itself = SystemCommand::DependOn { id: own(), dependency: reads_from(own()) };
    system().when(itself).refused("system-depends-on-itself");
    let under_its_module = SystemCommand::Join { id: own(), whole: other(), ancestors: vec![other(), own()] };
    system().when(under_its_module).refused("system-part-of-itself");
    let new = NewSystem { dependencies: vec![reads_from(own())], ..new(Stage::Planned) };
    let register = SystemCommand::Register { id: own(), system: Box::new(new) };
    given_nothing::<System>().when(register).refused("system-depends-on-itself");
}

#[test]
fn a_dependency_is_kept_once_for_each_kind() {
    let depend = |dependency| SystemCommand::DependOn { id: own(), dependency };
    let known = [registered(Stage::InProduction), SystemEvent::SystemDependencyAdded(reads_from(other()))];
    given::<System>(known.clone()).when(depend(reads_from(other()))).then_nothing();
    let noted = Dependency { note: Some("Nightly".into()), ..reads_from(other()) };
    let state =
        given::<System>(known.clone()).when(depend(noted.clone())).then([SystemEvent::SystemDependencyAdded(noted)]);
    assert_eq!(state.entry().unwrap().dependencies.len(), 1);
    let writes = Dependency { kind: DependencyKind::WritesTo, ..reads_from(other()) };
    let state = given::<System>(known.clone()).when(depend(writes)).then_state();
    assert_eq!(state.entry().unwrap().dependencies.len(), 2);
    let drop = |kind| SystemCommand::DropDependency { system_id: other(), kind };
    given::<System>(known.clone()).when(drop(DependencyKind::RunsOn)).then_nothing();
    let state = given::<System>(known).when(drop(DependencyKind::ReadsFrom)).then_state();
    assert!(state.entry().unwrap().dependencies.is_empty());
}

#[test]
fn an_edit_that_changes_nothing_is_no_event() {
    let edit = |details| SystemCommand::Edit(Box::new(details));
    given::<System>([registered(Stage::Planned)]).when(edit(docflow())).then_nothing();
    let twice = SystemDetails { data_classes: vec![DataClass::Personal, DataClass::Personal], ..docflow() };
    given::<System>([registered(Stage::Planned)]).when(edit(twice)).then_nothing();
    let unknown = SystemDetails { functions: vec!["3.4.x".into()], ..docflow() };
    given::<System>([registered(Stage::Planned)]).when(edit(unknown)).refused("function-number-invalid");
}

#[test]
fn a_retired_system_gets_no_new_dependencies() {
    let depend = SystemCommand::DependOn { id: own(), dependency: reads_from(other()) };
    given::<System>([registered(Stage::Retired)]).when(depend).refused("system-retired");
}
