use event_store::Aggregate;
use kernel::id::Id;
use serde_json::json;
use testkit::{Given, given, given_nothing};
use uuid::Uuid;

use super::*;
use crate::catalogue::{AttributeSchema, Attributes, Category};

fn laptop() -> TypeFacts {
    TypeFacts {
        id: Uuid::from_u128(1),
        number: "DTY-000001".into(),
        manufacturer_id: Uuid::from_u128(2),
        manufacturer: "HP".into(),
        model: "EliteBook 840 G11".into(),
        category: Category::Laptop,
    }
}

fn details() -> DeviceDetails {
    DeviceDetails { inventory_number: Some("ს-1".into()), serial: Some("4CE1".into()), ..DeviceDetails::default() }
}

fn register(arrival: Arrival, details: DeviceDetails) -> DeviceCommand {
    DeviceCommand::Register { arrival, device_type: laptop(), details, schema: AttributeSchema::default() }
}

fn registered() -> DeviceEvent {
    DeviceEvent::DeviceRegistered { device_type: laptop(), details: Box::new(details()) }
}

fn nino() -> Holder {
    Holder::Employee { id: Uuid::from_u128(10), number: "EMP-000010".into(), org_unit_id: Some(Uuid::from_u128(100)) }
}

fn room() -> Holder {
    Holder::Location { code: "A-312".into() }
}

fn act(number: u128) -> HandoverId {
    Uuid::from_u128(number).into()
}

fn handing(to: Holder, act_number: u128) -> Handing {
    Handing { to, act_id: act(act_number), on: "2026-03-02".parse().unwrap(), awaits_acceptance: true }
}

fn accepted(act_number: u128) -> DeviceEvent {
    DeviceEvent::DeviceHandoverAccepted { act_id: act(act_number) }
}

fn taken_back(act_number: u128) -> TakenBack {
    let on = "2026-03-02".parse().unwrap();
    TakenBack {
        act_id: act(act_number),
        on,
        awaits_acceptance: true,
        condition: Condition::Worn,
        location: Some("A-001".into()),
    }
}

fn in_stock() -> Given<Device> {
    given::<Device>([registered()])
}

fn with_nino() -> Given<Device> {
    given::<Device>([registered(), DeviceEvent::DeviceAssigned(handing(nino(), 1)), accepted(1)])
}

fn retired() -> DeviceEvent {
    DeviceEvent::DeviceRetired(retirement())
}

fn retirement() -> Retirement {
    Retirement { reason: "Old".into(), document: None }
}

fn repair() -> Repair {
    Repair { fault: "Dark screen".into(), vendor: None, expected_back_on: None }
}

fn loss() -> Loss {
    Loss { circumstances: "Moved offices".into(), missed_on: None }
}

#[test]
fn a_device_is_registered_into_stock() {
    given_nothing::<Device>().when(register(Arrival::InStock, details())).then([registered()]);
}

#[test]
fn a_device_in_stock_needs_an_inventory_number_an_ordered_one_does_not() {
    let unnumbered = DeviceDetails { inventory_number: None, ..details() };
    given_nothing::<Device>().when(register(Arrival::InStock, unnumbered.clone())).refused("inventory-number-missing");
    given_nothing::<Device>().when(register(Arrival::Ordered, unnumbered)).then_state();
}

#[test]
fn an_ordered_device_gets_its_number_when_it_comes() {
    let unnumbered = Box::new(DeviceDetails { inventory_number: None, ..details() });
    let receipt = Receipt { inventory_number: "ს-7".into(), serial: None, location: None, condition: Condition::New };
    let ordered = DeviceEvent::DeviceOrdered { device_type: laptop(), details: unnumbered };
    let device = given::<Device>([ordered]).when(DeviceCommand::Receive(receipt)).then_state();
    assert_eq!(device.details().inventory_number.as_deref(), Some("ს-7"));
    assert_eq!(device.details().serial.as_deref(), Some("4CE1"));
}

#[test]
fn attributes_are_held_to_the_category_s_schema() {
    let schema = json!({ "type": "object", "properties": { "ram_gb": { "type": "integer" } }, "required": ["ram_gb"] });
    let schema = AttributeSchema(schema.as_object().unwrap().clone());
    let attributes = Attributes(json!({ "ram_gb": "16" }).as_object().unwrap().clone());
    let details = DeviceDetails { attributes, ..details() };
    let command = DeviceCommand::Register { arrival: Arrival::InStock, device_type: laptop(), details, schema };
    let fault = Device::Unknown.decide(command, &context()).map_err(kernel::Fault::from).unwrap_err();
    assert_eq!(fault.parts[0].pointer.as_deref(), Some("/attributes/ram_gb"));
}

fn context() -> event_store::Context {
    let now = "2026-03-02T05:00:00Z".parse().unwrap();
    event_store::Context::new(now, event_store::Actor::system("test"))
}

#[test]
fn an_edit_that_changes_nothing_is_no_event() {
    let edit = |details| DeviceCommand::Edit { details, schema: AttributeSchema::default() };
    in_stock().when(edit(details())).then_nothing();
    let located = DeviceDetails { location: Some("A-1".into()), ..details() };
    in_stock().when(edit(located)).then_state();
    in_stock().when(edit(DeviceDetails { inventory_number: None, ..details() })).refused("inventory-number-missing");
}

#[test]
fn a_device_goes_from_stock_into_hands() {
    let device = in_stock()
        .when(DeviceCommand::Assign(handing(nino(), 1)))
        .then([DeviceEvent::DeviceAssigned(handing(nino(), 1))]);
    assert_eq!(device.custody().unwrap().holder, nino());
}

#[test]
fn nothing_can_be_in_two_places() {
    with_nino().when(DeviceCommand::Assign(handing(room(), 2))).refused("device-not-in-stock");
    with_nino().when(DeviceCommand::Transfer(handing(nino(), 2))).refused("device-already-held");
    in_stock().when(DeviceCommand::Transfer(handing(room(), 2))).refused("device-not-assigned");
    in_stock().when(DeviceCommand::TakeBack(taken_back(2))).refused("device-not-assigned");
}

#[test]
fn an_act_may_be_entered_late_but_not_early() {
    let tomorrow = Handing { on: "2026-03-03".parse().unwrap(), ..handing(nino(), 1) };
    in_stock().when(DeviceCommand::Assign(tomorrow)).refused("date-in-future");
    let last_week = Handing { on: "2026-02-25".parse().unwrap(), ..handing(nino(), 1) };
    in_stock().when(DeviceCommand::Assign(last_week)).then_state();
}

#[test]
fn a_device_waits_for_its_receiver_before_it_moves_on() {
    let handed = || given::<Device>([registered(), DeviceEvent::DeviceAssigned(handing(nino(), 1))]);
    handed().when(DeviceCommand::Transfer(handing(room(), 2))).refused("handover-pending");
    handed().when(DeviceCommand::TakeBack(taken_back(2))).refused("handover-pending");
    handed().when(DeviceCommand::ConfirmHandover { act_id: act(9) }).refused("handover-not-pending");
    handed().when(DeviceCommand::ConfirmHandover { act_id: act(1) }).then([accepted(1)]);
}

#[test]
fn a_refused_act_puts_the_device_back() {
    let handed = given::<Device>([registered(), DeviceEvent::DeviceAssigned(handing(nino(), 1))]);
    let device = handed.when(DeviceCommand::UndoHandover { act_id: act(1), back_to: None }).then_state();
    assert!(matches!(device, Device::InStock(_)));

    let returned = DeviceEvent::DeviceReturned { from: nino(), taken_back: taken_back(2) };
    let returned =
        given::<Device>([registered(), DeviceEvent::DeviceAssigned(handing(nino(), 1)), accepted(1), returned]);
    let device = returned.when(DeviceCommand::UndoHandover { act_id: act(2), back_to: Some(nino()) }).then_state();
    assert_eq!(device.custody().unwrap().holder, nino());
}

#[test]
fn a_returned_device_is_in_stock_as_it_came_back() {
    let device = with_nino().when(DeviceCommand::TakeBack(taken_back(2))).then_state();
    assert!(matches!(device, Device::InStock(_)));
    assert_eq!(device.details().condition, Condition::Worn);
    assert_eq!(device.details().location.as_deref(), Some("A-001"));
}

#[test]
fn a_place_that_gets_a_device_is_where_it_is() {
    let device = in_stock().when(DeviceCommand::Assign(handing(room(), 1))).then_state();
    assert_eq!(device.details().location.as_deref(), Some("A-312"));
}

#[test]
fn a_reserved_device_goes_to_whom_it_is_kept_for() {
    let reservation = Reservation { holder: nino(), until: Some("2026-03-10".parse().unwrap()) };
    let reserved = || given::<Device>([registered(), DeviceEvent::DeviceReserved(reservation.clone())]);
    reserved().when(DeviceCommand::Assign(handing(room(), 1))).refused("device-reserved-for-another");
    reserved().when(DeviceCommand::Assign(handing(nino(), 1))).then_state();
    let deadline = &reserved().state().deadlines()[0];
    assert_eq!(deadline.due_at.to_rfc3339(), "2026-03-10T20:00:00+00:00");
    let over = reserved().state().on_deadline(&deadline.name).unwrap();
    reserved().when(over).then([DeviceEvent::DeviceReleased {}]);
    let yesterday = Reservation { until: Some("2026-03-01".parse().unwrap()), ..reservation.clone() };
    in_stock().when(DeviceCommand::Reserve(yesterday)).refused("date-in-past");
}

#[test]
fn after_repair_a_device_is_again_with_whom_it_was() {
    let repaired = RepairOutcome { condition: Condition::Good, work: None };
    let sent = DeviceEvent::DeviceSentToRepair(repair());
    let held = [registered(), DeviceEvent::DeviceAssigned(handing(nino(), 1)), accepted(1), sent.clone()];
    let device = given::<Device>(held.clone()).when(DeviceCommand::TakeFromRepair(repaired.clone())).then_state();
    assert_eq!(device.custody().unwrap().holder, nino());
    given::<Device>(held).when(DeviceCommand::Retire(retirement())).refused("device-still-held");
    let device = given::<Device>([registered(), sent]).when(DeviceCommand::TakeFromRepair(repaired)).then_state();
    assert!(matches!(device, Device::InStock(_)));
}

#[test]
fn a_lost_device_stays_on_its_holder_until_it_is_found() {
    let device = with_nino().when(DeviceCommand::ReportLost(loss())).then_state();
    assert_eq!(device.custody().unwrap().holder, nino());
    let Device::Lost { loss, .. } = &device else { panic!("not lost") };
    assert_eq!(loss.missed_on.unwrap().to_string(), "2026-03-02");
    let lost = given::<Device>([registered(), DeviceEvent::DeviceLost(loss.clone())]);
    let find = Find { location: Some("B-2".into()), condition: Condition::Good };
    let device = lost.when(DeviceCommand::ReportFound(find)).then_state();
    assert!(matches!(device, Device::InStock(_)));
}

#[test]
fn only_a_retired_device_is_disposed_of_and_then_nothing_more_happens() {
    let disposal = Disposal { method: "Recycled".into(), document: None };
    in_stock().when(DeviceCommand::Dispose(disposal.clone())).refused("device-not-retired");
    with_nino().when(DeviceCommand::Retire(retirement())).refused("device-still-held");
    given::<Device>([registered(), retired()]).when(DeviceCommand::Reinstate).then([DeviceEvent::DeviceReinstated {}]);
    given::<Device>([registered(), retired(), DeviceEvent::DeviceDisposed(disposal)])
        .when(DeviceCommand::ReportLost(loss()))
        .refused("device-disposed");
}

#[test]
fn a_device_moves_with_its_holder_to_another_unit() {
    let (holder, elsewhere) = (nino().id().unwrap(), Some(Uuid::from_u128(200)));
    let follow = |employee_id| DeviceCommand::FollowHolder { employee_id, org_unit_id: elsewhere };
    let device = with_nino().when(follow(holder)).then([DeviceEvent::DeviceMovedWithHolder { org_unit_id: elsewhere }]);
    assert_eq!(device.custody().unwrap().holder.org_unit_id(), elsewhere);
    with_nino().when(follow(Uuid::from_u128(11))).then_nothing();
    in_stock().when(follow(holder)).then_nothing();
}

#[test]
fn the_row_says_who_holds_the_device_and_whose_eyes_it_is_for() {
    let entity =
        event_store::Entity { state: with_nino().state(), ..event_store::Entity::unborn(DeviceId::generate()) };
    let row = crate::register::DeviceRow::from(&entity);
    assert_eq!((row.holder_number.as_deref(), row.owner_id), (Some("EMP-000010"), nino().id()));
    assert_eq!(row.org_unit_id, Some(Uuid::from_u128(100)));
    assert!(row.search.contains("elitebook") && row.search.contains("4ce1"));
}
