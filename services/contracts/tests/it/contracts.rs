//! Contracts from draft to completion.

use chrono::Days;
use serde_json::{Value, json};

use crate::ministry::{GIORGI, Ministry, NINO, at, number};

#[tokio::test]
async fn a_contract_goes_from_draft_to_completion_with_its_value_exact() {
    for database in testkit::databases().await {
        let ministry = Ministry::open_on(database).await;
        let vendor = ministry.vendor().await;
        let ends_on = ministry.today() + Days::new(400);
        let draft = ministry.draft(&vendor, ends_on, json!({})).await;
        assert_eq!((&draft["vat"]["amount"], &draft["gross"]["amount"]), (&json!("180.05"), &json!("1180.30")));
        let path = format!("/v1/contracts/{}", number(&draft));
        let edited = ministry.office().patch(&path, json!({ "budget_line": "35 01" })).expect(200).await;
        assert_eq!(edited["version"], 2);
        ministry.office().post(&at("contracts", &draft, "sign"), json!({})).refused(409, "contract-not-agreed").await;
        ministry.step(&draft, "agree", json!({})).await;
        ministry.step(&draft, "sign", json!({})).await;
        ministry.office().patch(&path, json!({ "budget_line": "36" })).refused(409, "contract-not-draft").await;
        ministry.step(&draft, "activate", json!({})).await;
        assert_eq!(ministry.step(&draft, "suspend", json!({ "reason": "წყალდიდობა" })).await["status"], "suspended");
        ministry.step(&draft, "resume", json!({})).await;
        let done = ministry.step(&draft, "complete", json!({})).await;
        assert_eq!((&done["status"], &done["closed_on"]), (&json!("completed"), &json!(ministry.today())));
        let terminate = ministry.office().post(&at("contracts", &draft, "terminate"), json!({ "reason": "x" }));
        terminate.refused(409, "contract-wrong-state").await;
        ministry.service.stop().await;
    }
}

#[tokio::test]
async fn an_amendment_changes_what_holds_once_it_is_signed() {
    let ministry = Ministry::open().await;
    let office = ministry.office();
    let vendor = ministry.vendor().await;
    let (ends_on, later) = (ministry.today() + Days::new(40), ministry.today() + Days::new(140));
    let contract = ministry.signed(&vendor, ends_on, json!({})).await;
    let price = json!({ "net": { "amount": "900.00", "currency": "GEL" }, "vat_percent": 18 });
    let text = json!({ "rationale": "duration_extension", "justification": "Parts", "changes": { "ends_on": later } });
    let drafted = ministry.step(&contract, "amendments", text).await;
    assert_eq!((&drafted["amendments"][0]["status"], &drafted["ends_on"]), (&json!("draft"), &json!(ends_on)));
    let path = at("contracts", &contract, "amendments/1");
    office.patch(&path, json!({ "changes": { "price": price } })).expect(200).await;
    let signed = office.post(&format!("{path}/sign"), json!({})).expect(200).await;
    let holds = (&signed["ends_on"], &signed["original_ends_on"], &signed["gross"]["amount"]);
    assert_eq!(holds, (&json!(later), &json!(ends_on), &json!("1062.00")));
    assert_eq!(signed["amendments"][0]["signed_on"], json!(ministry.today()));
    office.patch(&path, json!({ "justification": "Other" })).refused(409, "amendment-not-draft").await;
    office.post(&at("contracts", &contract, "amendments/7/sign"), json!({})).refused(409, "amendment-unknown").await;
    office.post(&at("contracts", &contract, "amendments/x/sign"), json!({})).expect(404).await;
    let empty = json!({ "rationale": "tax_rate", "justification": "-", "changes": {} });
    office.post(&at("contracts", &contract, "amendments"), empty).refused(422, "amendment-empty").await;
    ministry.service.stop().await;
}

#[tokio::test]
async fn whoever_has_a_broken_device_learns_who_covers_it() {
    let ministry = Ministry::open().await;
    let office = ministry.office();
    let vendor = ministry.vendor().await;
    let today = ministry.today();
    let covers = json!({ "covers": [
        { "number": "DEV-000123", "inventory_number": "ს-004512" },
        { "number": "DEV-000124", "until": today - Days::new(1) },
    ] });
    let contract = ministry.signed(&vendor, today + Days::new(100), covers).await;
    let covered = async |device: &str, on: String| {
        let found = office.get(&format!("/v1/warranties?device={device}{on}")).expect(200).await;
        found["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| number(&json!({ "number": item["contract_number"] })).to_owned())
            .collect::<Vec<_>>()
    };
    let number = vec![number(&contract).to_owned()];
    assert_eq!(covered("dev-000123", String::new()).await, number);
    assert_eq!(covered("%E1%83%A1-004512", String::new()).await, number);
    assert!(covered("DEV-00012", String::new()).await.is_empty());
    assert!(covered("DEV-000124", String::new()).await.is_empty());
    assert!(covered("DEV-000123", format!("&on={}", today + Days::new(101))).await.is_empty());
    assert_eq!(covered("DEV-000123", format!("&on={}", today + Days::new(100))).await, number);
    let more = json!({ "covers": [{ "id": uuid::Uuid::from_u128(5), "serial": "4CE1" }] });
    ministry.step(&contract, "cover", more).await;
    assert_eq!(covered(&uuid::Uuid::from_u128(5).to_string(), String::new()).await, number);
    ministry.step(&contract, "uncover", json!({ "devices": ["4ce1"] })).await;
    assert!(covered("4CE1", String::new()).await.is_empty());
    ministry.step(&contract, "terminate", json!({ "reason": "Breach" })).await;
    assert!(covered("DEV-000123", String::new()).await.is_empty());
    office.get("/v1/warranties?device=%20").refused(400, "bad-parameter").await;
    ministry.service.stop().await;
}

#[tokio::test]
async fn what_ends_soon_is_listed_by_kind_vendor_and_supervisor() {
    let ministry = Ministry::open().await;
    let office = ministry.office();
    let vendor = ministry.vendor().await;
    let today = ministry.today();
    let soon = ministry.signed(&vendor, today + Days::new(30), json!({})).await;
    let sooner = json!({ "kind": "licence", "supervisor": "EMP-000042" });
    let sooner = ministry.signed(&vendor, today + Days::new(20), sooner).await;
    ministry.signed(&vendor, today + Days::new(300), json!({})).await;
    ministry.draft(&vendor, today + Days::new(10), json!({})).await;
    let listed = async |query: &str| {
        let found = office.get(&format!("/v1/contracts/expiring{query}")).expect(200).await;
        let items = found["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|item| (number(&item["contract"]).to_owned(), item["days_left"].as_i64().unwrap()))
            .collect::<Vec<_>>()
    };
    let (soon, sooner) = ((number(&soon).to_owned(), 30), (number(&sooner).to_owned(), 20));
    assert_eq!(listed("").await, [sooner.clone(), soon.clone()]);
    assert_eq!(listed("?within_days=25").await, std::slice::from_ref(&sooner));
    assert_eq!(listed("?kind=server").await, std::slice::from_ref(&soon));
    assert_eq!(listed("?supervisor=EMP-000042&vendor=VEN-000001").await, [sooner]);
    office.get("/v1/contracts/expiring?vendor=VEN-000009").expect(422).await;
    ministry.service.stop().await;
}

#[tokio::test]
async fn a_supervisor_sees_what_is_theirs() {
    let ministry = Ministry::open().await;
    let vendor = ministry.vendor().await;
    let contract = ministry.signed(&vendor, ministry.today() + Days::new(30), json!({})).await;
    let path = format!("/v1/contracts/{}", number(&contract));
    ministry.own(NINO).get(&path).expect(200).await;
    ministry.own(GIORGI).get(&path).expect(404).await;
    assert_eq!(ministry.own(GIORGI).get("/v1/contracts/expiring").expect(200).await["items"], json!([]));
    ministry.step(&contract, "appoint-supervisor", json!({ "supervisor": "EMP-000042" })).await;
    ministry.own(GIORGI).get(&path).expect(200).await;
    let gone = json!({ "supervisor": "EMP-000043" });
    let refused = ministry.office().post(&at("contracts", &contract, "appoint-supervisor"), gone);
    refused.refused(409, "supervisor-not-active").await;
    ministry.service.stop().await;
}

#[tokio::test]
async fn all_faults_of_a_draft_are_named_at_once() {
    let ministry = Ministry::open().await;
    let vendor = ministry.vendor().await;
    let draft = json!({
        "kind": "spaceship",
        "vendor": vendor["number"],
        "subject": "",
        "price": { "net": { "amount": "1.005", "currency": "GEL" }, "vat_percent": 118 },
        "procurement": { "tender_number": "26-1" },
        "starts_on": "2026-02-30",
        "colour": "red",
    });
    let problem = ministry.office().post("/v1/contracts", draft).refused(422, "invalid-input").await;
    let mut pointers: Vec<&str> =
        problem["errors"].as_array().unwrap().iter().filter_map(|fault| fault["pointer"].as_str()).collect();
    pointers.sort_unstable();
    pointers.dedup();
    let expected =
        ["/colour", "/kind", "/price/net/amount", "/price/vat_percent", "/procurement", "/starts_on", "/subject"];
    assert_eq!(pointers, expected);
    let both = json!({
        "kind": "service", "vendor": vendor["number"], "subject": "x", "starts_on": "2026-01-31", "ends_on": "2026-02-28",
        "price": { "net": { "amount": "1", "currency": "GEL" }, "vat_percent": 18 }, "term": { "length": 1, "unit": "months" },
    });
    ministry.office().post("/v1/contracts", both).refused(422, "contract-end-or-term").await;
    ministry.service.stop().await;
}

#[tokio::test]
async fn a_term_in_the_draft_becomes_the_last_day() {
    let ministry = Ministry::open().await;
    let vendor = ministry.vendor().await;
    let more = json!({ "starts_on": "2026-01-31", "ends_on": null, "term": { "length": 1, "unit": "months" } });
    let mut draft: Value = json!({
        "kind": "service", "vendor": vendor["number"], "subject": "x",
        "price": { "net": { "amount": "1", "currency": "GEL" }, "vat_percent": 0 },
    });
    draft.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let drafted = ministry.office().post("/v1/contracts", draft).expect(201).await;
    assert_eq!(drafted["ends_on"], "2026-03-02");
    ministry.service.stop().await;
}
