//! Released events stay readable.

use contracts::calendar::domain::DayOffEvent;
use contracts::contracts::domain::ContractEvent;
use contracts::vendors::domain::VendorEvent;
use events::Published;
use events::contracts::{
    ContractActivated, ContractCompleted, ContractExpiryAnnounced, ContractRenewed, ContractSigned, ContractTermEnded,
    ContractTerminated, VendorBlacklisted,
};
use testkit::golden::check;

const FOLDER: &str = "tests/golden";

#[test]
fn events_of_contracts_stay_readable() {
    check::<ContractEvent>(FOLDER, "contract");
}

#[test]
fn events_of_vendors_stay_readable() {
    check::<VendorEvent>(FOLDER, "vendor");
}

#[test]
fn events_of_days_off_stay_readable() {
    check::<DayOffEvent>(FOLDER, "day_off");
}

#[test]
fn whoever_reads_them_can() {
    assert_eq!(read::<ContractSigned>().ends_on, read::<ContractTermEnded>().ends_on);
    assert_eq!(read::<ContractActivated>().on, read::<ContractCompleted>().on);
    assert_eq!(read::<ContractExpiryAnnounced>().days_left, 30);
    assert!(read::<ContractRenewed>().ends_on > read::<ContractTerminated>().on);
    assert_eq!(read::<VendorBlacklisted>().since.to_string(), "2026-03-02");
}

fn read<E: Published>() -> E {
    let sample = std::fs::read_to_string(format!("{FOLDER}/{}.json", E::NAME)).expect("a sample");
    serde_json::from_str(&sample).expect("what the reader wants")
}
