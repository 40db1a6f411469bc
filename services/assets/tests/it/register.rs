//! Each device and its life.

use serde_json::{Value, json};
use testkit::eventually;

use crate::ministry::{Ministry, at, upload};

#[tokio::test]
async fn no_two_devices_share_an_inventory_number_or_a_serial() {
    let ministry = Ministry::open().await;
    let laptop = &ministry.laptops(1).await[0];
    assert_eq!(laptop["number"], "DEV-000001");
    let same = |inventory: &str, serial: &str| json!({ "device_type": "DTY-000001", "inventory_number": inventory, "serial": serial });
    ministry.office.post("/v1/devices", same("ს-1", "other")).refused(409, "inventory-number-taken").await;
    ministry.office.post("/v1/devices", same("ს-2", "4CE1")).refused(409, "serial-taken").await;
    ministry.service.stop().await;
}

#[tokio::test]
async fn a_device_goes_from_order_to_disposal() {
    let ministry = Ministry::open().await;
    let office = &ministry.office;
    let device_type = ministry.laptop_type().await;
    let ordered = json!({ "device_type": device_type, "arrival": "ordered", "contract": "CON-2026-000017" });
    let device = office.post("/v1/devices", ordered).expect(201).await;
    assert_eq!(device["status"], "ordered");
    let step = |verb: &str, body: Value| office.post(&at("devices", &device, verb), body);
    step("/retire", json!({ "reason": "Old" })).refused(409, "device-not-in-stock").await;
    step("/receive", json!({ "inventory_number": "ს-1" })).expect(200).await;
    let reserved = step("/reserve", json!({ "to": { "employee": "EMP-000010" } })).expect(200).await;
    assert_eq!(reserved["status"], "reserved");
    step("/release", json!({})).expect(200).await;
    step("/repair", json!({ "fault": "Dark screen" })).expect(200).await;
    step("/finish-repair", json!({ "condition": "good" })).expect(200).await;
    step("/report-lost", json!({ "circumstances": "Moved" })).expect(200).await;
    step("/report-found", json!({ "condition": "worn", "location": "B-1" })).expect(200).await;
    step("/retire", json!({ "reason": "Old" })).expect(200).await;
    let disposed = step("/dispose", json!({ "method": "Recycled" })).expect(200).await;
    assert_eq!((&disposed["status"], &disposed["location"]), (&json!("disposed"), &json!("B-1")));
    step("/repair", json!({ "fault": "-" })).refused(409, "device-disposed").await;
    let history = office.get(&at("devices", &device, "/history")).expect(200).await;
    assert_eq!(history["items"].as_array().unwrap().len(), 10);
    ministry.service.stop().await;
}

#[tokio::test]
async fn details_are_patched_and_all_faults_named() {
    let ministry = Ministry::open().await;
    let laptop = &ministry.laptops(1).await[0];
    let patch = |body: Value| ministry.office.patch(&at("devices", laptop, ""), body);
    let patched =
        patch(json!({ "operating_system": "Debian 13", "non_standard_os": true, "serial": null })).expect(200).await;
    assert_eq!((&patched["non_standard_os"], &patched["serial"]), (&json!(true), &Value::Null));
    assert_eq!(patch(json!({ "location": "A-001" })).expect(200).await["version"], 2);
    let problem = patch(json!({ "condition": "shiny", "colour": "red" })).refused(422, "invalid-input").await;
    assert_eq!(problem["errors"].as_array().unwrap().len(), 2);
    patch(json!({ "inventory_number": null })).refused(422, "inventory-number-missing").await;
    let found = ministry.office.get("/v1/devices?non_standard_os=true&q=elitebook&with_total=true").expect(200).await;
    assert_eq!(found["total"], 1);
    ministry.service.stop().await;
}

#[tokio::test]
async fn a_table_of_devices_is_imported_and_a_second_time_changes_nothing() {
    let ministry = Ministry::open().await;
    ministry.laptop_type().await;
    let table = "inventory_number,device_type,serial,price,condition\n\
                 ს-1,hp-elitebook-840-g11,A1,3450.00,new\n\
                 ს-2,DTY-000001,A2,,\n\
                 ს-3,no-such-type,A3,,\n";
    let first = import(&ministry, table).await;
    assert_eq!((&first["created"], &first["failed"]), (&json!(2), &json!(1)));
    let second = import(&ministry, table).await;
    assert_eq!((&second["unchanged"], &second["failed"]), (&json!(2), &json!(1)));
    let devices = ministry.office.get("/v1/devices?sort=serial&fields=serial,price").expect(200).await;
    let price = json!({ "amount": "3450.00", "currency": "GEL" });
    assert_eq!(devices["items"], json!([{ "serial": "A1", "price": price }, { "serial": "A2", "price": null }]));
    ministry.service.stop().await;
}

/// The finished job.
async fn import(ministry: &Ministry, table: &str) -> Value {
    let job = upload(&ministry.office, "/v1/devices/import", "text/csv", table).expect(202).await;
    let path = format!("/v1/jobs/{}", job["id"].as_str().expect("the job's id"));
    eventually("the end of the import", async || {
        let job = ministry.office.get(&path).expect(200).await;
        (job["state"] == "done").then_some(job)
    })
    .await
}
