use kernel::id::Id;
use testkit::{Given, given, given_nothing};
use uuid::Uuid;

use super::*;
use crate::register::{Condition, DeviceId, Holder};

const NINO: Uuid = Uuid::from_u128(10);
const STOREKEEPER: Uuid = Uuid::from_u128(20);

fn nino() -> Holder {
    Holder::Employee { id: NINO, number: "EMP-000010".into(), org_unit_id: None }
}

fn device(id: DeviceId) -> HandedDevice {
    HandedDevice {
        id,
        number: "DEV-000001".into(),
        inventory_number: Some("ს-1".into()),
        serial: None,
        name: "HP EliteBook 840 G11".into(),
        condition: Condition::Good,
    }
}

fn act() -> Act {
    Act {
        kind: ActKind::HandOver,
        giver: None,
        receiver: Some(nino()),
        signatory: Signatory { employee_id: NINO, number: "EMP-000010".into() },
        devices: vec![device(Uuid::from_u128(1).into())],
        on: "2026-03-02".parse().unwrap(),
    }
}

fn pending() -> Given<Handover> {
    given::<Handover>([HandoverEvent::HandoverRaised(act())])
}

#[test]
fn an_act_waits_for_its_receiver() {
    given_nothing::<Handover>()
        .by(STOREKEEPER)
        .when(HandoverCommand::Raise(act()))
        .then([HandoverEvent::HandoverRaised(act())]);
}

#[test]
fn only_the_receiver_himself_accepts_or_refuses() {
    pending().by(STOREKEEPER).when(HandoverCommand::Accept).refused("not-the-receiver");
    let refuse = HandoverCommand::Refuse { reason: "Broken".into() };
    pending().by(STOREKEEPER).when(refuse.clone()).refused("not-the-receiver");
    pending().by(NINO).when(refuse).then_state();
    let accepted = pending().by(NINO).when(HandoverCommand::Accept).then_state();
    assert!(matches!(accepted, Handover::Accepted { .. }));
}

#[test]
fn who_raises_an_act_to_himself_accepts_it_thereby() {
    let raised = given_nothing::<Handover>().by(NINO).when(HandoverCommand::Raise(act())).then_state();
    assert!(matches!(raised, Handover::Accepted { .. }));
}

#[test]
fn a_settled_act_stays_as_it_is() {
    let cancel = HandoverCommand::Cancel { reason: "Wrong laptop".into() };
    let settlement = act().settled("2026-03-02".parse().unwrap());
    let cancelled = HandoverEvent::HandoverCancelled { settlement, reason: "Wrong laptop".into() };
    pending().when(cancel.clone()).then([cancelled.clone()]);
    let after = || given::<Handover>([HandoverEvent::HandoverRaised(act()), cancelled.clone()]);
    after().by(NINO).when(HandoverCommand::Accept).refused("handover-already-settled");
    after().when(cancel.clone()).refused("handover-already-settled");
}

#[test]
fn an_act_has_devices_and_the_parties_of_its_kind() {
    given_nothing::<Handover>()
        .when(HandoverCommand::Raise(Act { devices: vec![], ..act() }))
        .refused("handover-without-devices");
    given_nothing::<Handover>()
        .when(HandoverCommand::Raise(Act { kind: ActKind::Return, ..act() }))
        .refused("handover-wrong-parties");
}

fn outstanding(id: DeviceId) -> Outstanding {
    Outstanding { id, number: "DEV-000001".into(), inventory_number: None, name: "HP".into(), outcome: None }
}

fn demand(devices: &[DeviceId]) -> Demand {
    Demand {
        employee_id: NINO,
        employee_number: "EMP-000010".into(),
        org_unit_id: None,
        left_on: "2026-03-01".parse().unwrap(),
        devices: devices.iter().copied().map(outstanding).collect(),
    }
}

#[test]
fn a_return_request_closes_when_the_last_device_is_back() {
    let (laptop, phone, foreign) = (DeviceId::generate(), DeviceId::generate(), DeviceId::generate());
    let on = "2026-03-02".parse().unwrap();
    let raised = || ReturnRequestEvent::from(demand(&[laptop, phone]));
    let back = ReturnRequestEvent::ReturnRequestDeviceReturned { device_id: laptop, on };
    given::<ReturnRequest>([raised()])
        .when(ReturnRequestCommand::NoteReturned { device_ids: vec![laptop, foreign], on })
        .then([back.clone()]);
    let waive = ReturnRequestCommand::Waive { device_id: phone, reason: "Stolen, police informed".into() };
    let done = given::<ReturnRequest>([raised(), back.clone()]).when(waive).then_state();
    assert!(matches!(done, ReturnRequest::Done(_)));
    let again = ReturnRequestCommand::NoteReturned { device_ids: vec![laptop], on };
    given::<ReturnRequest>([raised(), back]).when(again).then_nothing();
}

#[test]
fn who_holds_nothing_has_nothing_to_return() {
    given_nothing::<ReturnRequest>().when(ReturnRequestCommand::Raise(demand(&[]))).then_nothing();
}

#[test]
fn a_device_nobody_waits_for_cannot_be_waived() {
    let raised = ReturnRequestEvent::from(demand(&[DeviceId::generate()]));
    let waive = ReturnRequestCommand::Waive { device_id: DeviceId::generate(), reason: "-".into() };
    given::<ReturnRequest>([raised]).when(waive).refused("device-not-outstanding");
}
