//! However it ends, starting again finds everything.

use std::collections::BTreeSet;

use serde_json::json;
use testkit::{Client, TestData};

use crate::program::{Program, import, job_is, run};

const STAFF: &str = include_str!("../../../../samples/employees.csv");

/// The staff of the samples, without positions: those have no numbers here.
fn staff() -> String {
    let mut reader = csv::Reader::from_reader(STAFF.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let position = header.iter().position(|name| name == "position").expect("a column");
    let lines = std::iter::once(header).chain(reader.records().map(|record| record.expect("a row")));
    let mut writer = csv::Writer::from_writer(vec![]);
    for line in lines {
        let cells = line.iter().enumerate().filter(|(index, _)| *index != position).map(|(_, cell)| cell);
        writer.write_record(cells).expect("a row");
    }
    String::from_utf8(writer.into_inner().expect("a table")).expect("a table of text")
}

async fn numbers(admin: &Client) -> BTreeSet<String> {
    let mut numbers = BTreeSet::new();
    let mut cursor = String::new();
    loop {
        let page = admin.get(&format!("/api/identity/v1/employees?limit=200&fields=number{cursor}")).expect(200).await;
        let items = page["items"].as_array().cloned().unwrap_or_default();
        numbers.extend(items.iter().filter_map(|item| item["number"].as_str().map(str::to_owned)));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return numbers,
        }
    }
}

#[tokio::test]
async fn an_import_that_was_killed_goes_on_and_nothing_is_lost_or_doubled() {
    let data = TestData::new();
    let program = Program::start(&data.0);
    let admin = program.admin().await;
    let job = import(&admin, &staff()).await;
    let begun = job_is(&admin, &job, |job| job["done"].as_i64() > Some(0)).await;
    program.kill();
    assert!(begun["done"].as_i64() < Some(300), "it was too fast to be killed in the middle: {begun}");

    let program = Program::start(&data.0);
    let admin = program.admin().await;
    let done = job_is(&admin, &job, |job| job["state"] == "done").await;
    assert_eq!((&done["total"], &done["done"], &done["failed"]), (&json!(300), &json!(300), &json!(0)), "{done}");
    assert_eq!(numbers(&admin).await.len(), 300);
    let again = import(&admin, &staff()).await;
    let again = job_is(&admin, &again, |job| job["state"] == "done").await;
    assert_eq!((&again["unchanged"], &again["failed"]), (&json!(300), &json!(0)), "{again}");
    assert!(program.stop(), "it ends well when it is asked to");

    let verified = run(&data.0, &["verify"]);
    let said = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(verified.status.success(), "{said}");
    assert!(said.contains("identity"), "{said}");
}

#[tokio::test]
async fn a_second_program_on_the_same_data_says_so_and_stops() {
    let data = TestData::new();
    let program = Program::start(&data.0);
    let second = run(&data.0, &["run"]);
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(!second.status.success() && said.contains("another process is using"), "{said}");
    program.admin().await.get("/api/identity/v1/me").expect(200).await;
}

#[test]
fn a_wrong_setting_is_named() {
    let data = TestData::new();
    let config = data.0.join("darbazi.toml");
    std::fs::write(&config, "kafak = \"localhost:9092\"\n").expect("a file");
    let refused = run(&data.0, &["--config", &config.display().to_string(), "run"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("kafak"), "{said}");
}
