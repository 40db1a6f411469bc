//! Released events stay readable.

use events::Published;
use events::software::{
    AssessmentDue, SystemClassified, SystemDetailsChanged, SystemPutIntoProduction, SystemRegistered, SystemRetired,
};
use software::catalogue::domain::SystemEvent;
use software::criticality::domain::AssessmentEvent;
use testkit::golden::check;

const FOLDER: &str = "tests/golden";

#[test]
fn events_of_the_catalogue_stay_readable() {
    check::<SystemEvent>(FOLDER, "system");
}

#[test]
fn events_of_assessments_stay_readable() {
    check::<AssessmentEvent>(FOLDER, "assessment");
}

#[test]
fn whoever_reads_them_can() {
    assert_eq!(read::<SystemRegistered>().details.code, "docflow");
    assert_eq!(read::<SystemDetailsChanged>().0.name.en, "Docflow");
    assert_eq!(read::<SystemPutIntoProduction>().on, read::<SystemRetired>().on);
    assert_eq!(read::<SystemClassified>().tier, read::<AssessmentDue>().tier);
}

fn read<E: Published>() -> E {
    let sample = std::fs::read_to_string(format!("{FOLDER}/{}.json", E::NAME)).expect("a sample");
    serde_json::from_str(&sample).expect("what the reader wants")
}
