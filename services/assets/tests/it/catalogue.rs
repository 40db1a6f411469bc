//! What devices can be.

use serde_json::json;

use crate::ministry::{Ministry, at, upload};

const SAMPLES: [&str; 5] = [
    include_str!("../device-types/apc-smt1500rmi2u.yaml"),
    include_str!("../device-types/cisco-air-ap1815i-e-k9.yaml"),
    include_str!("../device-types/hpe-aruba-1930-24g.yaml"),
    include_str!("../device-types/hpe-aruba-2530-8g.yaml"),
    include_str!("../device-types/mikrotik-ccr1036-12g-4s.yaml"),
];

fn yaml(ministry: &Ministry, query: &str, text: impl Into<String>) -> testkit::Request {
    upload(&ministry.office, &format!("/v1/device-types/import-yaml{query}"), "application/yaml", text)
}

#[tokio::test]
async fn the_library_goes_in_as_it_is_and_a_second_time_changes_nothing() {
    let ministry = Ministry::open().await;
    let file = SAMPLES.concat();
    let outcomes = |report: &serde_json::Value| -> Vec<String> {
        report["items"].as_array().unwrap().iter().map(|item| item["outcome"].as_str().unwrap().to_owned()).collect()
    };
    let dry = yaml(&ministry, "?dry_run=true", file.clone()).expect(200).await;
    assert_eq!(outcomes(&dry), ["created"; 5]);
    let report = yaml(&ministry, "", file.clone()).expect(200).await;
    assert_eq!(outcomes(&report), ["created"; 5]);
    assert_eq!(report["items"][3]["extra"], json!(["front_image", "rear_image"]));
    assert_eq!(outcomes(&yaml(&ministry, "", file).expect(200).await), ["unchanged"; 5]);
    let routers = ministry.office.get("/v1/device-types?category=router&fields=slug,manufacturer").expect(200).await;
    assert_eq!(routers["items"], json!([{ "manufacturer": "MikroTik", "slug": "mikrotik-ccr1036-12g-4s" }]));
    let makers = ministry.office.get("/v1/manufacturers?with_total=true").expect(200).await;
    assert_eq!(makers["total"], 4);
    ministry.service.stop().await;
}

#[tokio::test]
async fn a_bad_file_is_refused_whole_with_its_lines() {
    let ministry = Ministry::open().await;
    let file = format!("{}\n---\nmanufacturer: X\nmodel: Y\nu_height: tall\n", SAMPLES[0]);
    let problem = yaml(&ministry, "", file).refused(422, "invalid-input").await;
    assert_eq!(problem["errors"][0]["pointer"], "/u_height");
    ministry.laptop_type().await;
    let taken = "manufacturer: hp\nmodel: EliteBook 840 G11\nslug: another\n";
    let problem = yaml(&ministry, "?category=laptop", taken).refused(409, "device-type-model-taken").await;
    assert_eq!(problem["errors"][0]["pointer"], "/0");
    yaml(&ministry, "", "a: [").refused(400, "malformed-yaml").await;
    yaml(&ministry, "?category=spaceship", SAMPLES[0]).expect(400).await;
    let types = ministry.office.get("/v1/device-types?with_total=true").expect(200).await;
    assert_eq!(types["total"], 1);
    ministry.service.stop().await;
}

#[tokio::test]
async fn makers_and_models_are_known_by_their_names() {
    let ministry = Ministry::open().await;
    let laptop = ministry.laptop_type().await;
    ministry.office.post("/v1/manufacturers", json!({ "name": "hp" })).refused(409, "manufacturer-name-taken").await;
    let again =
        json!({ "manufacturer": "MFR-000001", "model": "EliteBook 840 G11", "category": "laptop", "slug": "x" });
    ministry.office.post("/v1/device-types", again).refused(409, "device-type-model-taken").await;
    let edited = ministry.office.patch(&format!("/v1/device-types/{laptop}"), json!({ "part_number": "A26SUEA" }));
    assert_eq!(edited.expect(200).await["version"], 2);
    let other = ministry.office.patch(&format!("/v1/device-types/{laptop}"), json!({ "category": "switch" }));
    other.refused(409, "category-is-fixed").await;
    ministry.service.stop().await;
}

#[tokio::test]
async fn a_category_says_which_attributes_its_devices_have() {
    let ministry = Ministry::open().await;
    let device_type = ministry.laptop_type().await;
    let device =
        |ram| json!({ "device_type": device_type, "inventory_number": "ს-1", "attributes": { "ram_gb": ram } });
    ministry.office.post("/v1/devices", device(json!(16))).refused(422, "invalid-input").await;
    let schema =
        json!({ "type": "object", "properties": { "ram_gb": { "type": "integer" } }, "additionalProperties": false });
    let definition = json!({ "category": "laptop", "device_schema": schema });
    let defined = ministry.office.post("/v1/category-schemas", definition.clone()).expect(201).await;
    ministry.office.post("/v1/category-schemas", definition).refused(409, "category-schema-taken").await;
    let problem = ministry.office.post("/v1/devices", device(json!("much"))).refused(422, "invalid-input").await;
    assert_eq!(problem["errors"][0]["pointer"], "/attributes/ram_gb");
    let device = ministry.office.post("/v1/devices", device(json!(16))).expect(201).await;
    assert_eq!(device["attributes"], json!({ "ram_gb": 16 }));
    let broken = json!({ "device_schema": { "type": "array" } });
    ministry.office.patch(&at("category-schemas", &defined, ""), broken).refused(422, "not-a-schema").await;
    ministry.service.stop().await;
}
