//! Released events stay readable.

use assets::catalogue::{CategorySchemaEvent, DeviceTypeEvent, ManufacturerEvent};
use assets::custody::{HandoverEvent, ReturnRequestEvent};
use assets::register::DeviceEvent;
use events::Published;
use events::assets::{HandoverAccepted, ReturnRequestCompleted, ReturnRequestRaised};
use testkit::golden::check;

const FOLDER: &str = "tests/golden";

#[test]
fn events_of_the_catalogue_stay_readable() {
    check::<ManufacturerEvent>(FOLDER, "manufacturer");
    check::<DeviceTypeEvent>(FOLDER, "device_type");
    check::<CategorySchemaEvent>(FOLDER, "category_schema");
}

#[test]
fn events_of_the_register_stay_readable() {
    check::<DeviceEvent>(FOLDER, "device");
}

#[test]
fn events_of_custody_stay_readable() {
    check::<HandoverEvent>(FOLDER, "handover");
    check::<ReturnRequestEvent>(FOLDER, "return_request");
}

#[test]
fn whoever_reads_them_can() {
    assert_eq!(read::<ReturnRequestRaised>().devices[0].number, "DEV-000123");
    assert_eq!(read::<ReturnRequestCompleted>().employee_number, "EMP-000123");
    assert_eq!(read::<HandoverAccepted>().settlement.kind, "return");
}

fn read<E: Published>() -> E {
    let sample = std::fs::read_to_string(format!("{FOLDER}/{}.json", E::NAME)).expect("a sample");
    serde_json::from_str(&sample).expect("what the reader wants")
}
