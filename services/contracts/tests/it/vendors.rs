//! Whom the ministry buys from.

use serde_json::{Value, json};

use crate::ministry::{Ministry, at, number};

#[tokio::test]
async fn no_two_vendors_share_a_code_and_every_code_has_its_form() {
    for database in testkit::databases().await {
        let ministry = Ministry::open_on(database).await;
        let office = ministry.office();
        assert_eq!(number(&ministry.vendor().await), "VEN-000001");
        let name = json!({ "ka": "ი/მ ნინო ბერიძე", "en": "IE Nino Beridze" });
        let vendor = |kind: &str, code: &str| json!({ "kind": kind, "identification_code": code, "name": name });
        let post = |body: Value| office.post("/v1/vendors", body);
        post(vendor("legal_person", "204545875")).refused(409, "identification-code-taken").await;
        let problem = post(vendor("legal_person", "01019012345")).refused(422, "identification-code-invalid").await;
        assert_eq!(problem["errors"][0]["pointer"], "/identification_code");
        let person = post(vendor("individual_entrepreneur", "01019012345")).expect(201).await;
        assert_eq!(person["identification_code"], "01019012345");
        post(vendor("individual_entrepreneur", "01019012345")).refused(409, "identification-code-taken").await;
        ministry.service.stop().await;
    }
}

#[tokio::test]
async fn what_belongs_to_people_is_sealed_in_the_log_and_shown_to_the_office() {
    let ministry = Ministry::open().await;
    let office = ministry.office();
    let vendor = ministry.vendor().await;
    let person = json!({ "name": "ნინო ბერიძე", "phone": "+995599123456", "email": "nino@vendor.example" });
    let body = json!({ "role": "Account manager", "person": person });
    let after = office.post(&at("vendors", &vendor, "add-contact"), body).expect(200).await;
    assert_eq!(
        (&after["contacts"][0]["name"], &after["contacts"][0]["phone"]),
        (&json!("ნინო ბერიძე"), &json!("+995599123456"))
    );
    let id: uuid::Uuid = vendor["id"].as_str().unwrap().parse().unwrap();
    for event in ministry.service.running.store.stream(id).await.unwrap() {
        assert!(!event.text.contains("ნინო") && !event.text.contains("599123456"), "{}", event.text);
    }
    let contact: uuid::Uuid = after["contacts"][0]["id"].as_str().unwrap().parse().unwrap();
    let gone = office.post(&at("vendors", &vendor, "remove-contact"), json!({ "contact": contact })).expect(200).await;
    assert_eq!(gone["contacts"], json!([]));
    ministry.service.stop().await;
}

#[tokio::test]
async fn vendors_are_found_in_either_script_and_patched() {
    let ministry = Ministry::open().await;
    let vendor = ministry.vendor().await;
    let found = ministry.office().get("/v1/vendors?q=kseli&fields=number").expect(200).await;
    assert_eq!(found["items"], json!([{ "number": "VEN-000001" }]));
    let path = format!("/v1/vendors/{}", number(&vendor));
    let patched = ministry.office().patch(&path, json!({ "vat_payer": true })).expect(200).await;
    assert_eq!((&patched["vat_payer"], &patched["version"]), (&json!(true), &json!(2)));
    ministry.service.stop().await;
}

#[tokio::test]
async fn a_blacklisted_vendor_gets_no_new_contracts() {
    let ministry = Ministry::open().await;
    let office = ministry.office();
    let vendor = ministry.vendor().await;
    let ends_on = ministry.today() + chrono::Days::new(300);
    let waiting = ministry.draft(&vendor, ends_on, json!({})).await;
    ministry.step(&waiting, "agree", json!({})).await;
    let listed = office.post(&at("vendors", &vendor, "blacklist"), json!({ "reason": "Fraud" })).expect(200).await;
    assert_eq!((&listed["status"], &listed["blacklisting_reason"]), (&json!("blacklisted"), &json!("Fraud")));
    office.post(&at("contracts", &waiting, "sign"), json!({})).refused(409, "vendor-blacklisted").await;
    office.post(&at("vendors", &vendor, "lift-blacklisting"), json!({})).expect(200).await;
    ministry.step(&waiting, "sign", json!({})).await;
    ministry.service.stop().await;
}
