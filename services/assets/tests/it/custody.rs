//! Who holds what, and the acts that prove it.

use assets::custody::{Demand, Outstanding, ReturnRequest, ReturnRequestCommand, ReturnRequestId};
use chrono::Duration;
use event_store::{Actor, Context, Expect};
use kernel::id::Id;
use serde_json::{Value, json};
use testkit::eventually;

use crate::ministry::{DEPARTMENT, GIORGI, Ministry, NINO, OFFICE, at, number};

fn to(employee: &str) -> Value {
    json!({ "to": { "employee": employee } })
}

/// The act that a device waits for.
async fn pending_act(ministry: &Ministry, device: &Value) -> Value {
    let id = device["pending_act_id"].as_str().expect("an act that waits");
    ministry.office.get(&format!("/v1/handovers/{id}")).expect(200).await
}

#[tokio::test]
async fn an_assigned_device_is_the_receiver_s_once_he_accepts() {
    let ministry = Ministry::open().await;
    let laptop = &ministry.laptops(1).await[0];
    let assigned = ministry.office.post(&at("devices", laptop, "/assign"), to("EMP-000010")).expect(200).await;
    assert_eq!((&assigned["status"], &assigned["holder_number"]), (&json!("assigned"), &json!("EMP-000010")));
    let act = pending_act(&ministry, &assigned).await;
    assert_eq!((&act["status"], &act["devices"][0]["serial"]), (&json!("pending"), &json!("4CE1")));

    let accept = at("handovers", &act, "/accept");
    ministry.staff(GIORGI).post(&accept, json!({})).expect(404).await;
    ministry.office.post(&at("devices", laptop, "/return"), json!({})).refused(409, "handover-pending").await;
    let accepted = ministry.staff(NINO).post(&accept, json!({})).expect(200).await;
    assert_eq!(accepted["status"], "accepted");
    let device = ministry.staff(NINO).get(&at("devices", laptop, "")).expect(200).await;
    assert_eq!(device["pending_act_id"], Value::Null);
    ministry.staff(GIORGI).get(&at("devices", laptop, "")).expect(404).await;
    ministry.service.stop().await;
}

#[tokio::test]
async fn a_refused_device_is_back_where_it_was() {
    let ministry = Ministry::open().await;
    let laptop = &ministry.laptops(1).await[0];
    let assigned = ministry.office.post(&at("devices", laptop, "/assign"), to("EMP-000010")).expect(200).await;
    let act = pending_act(&ministry, &assigned).await;
    let reason = json!({ "reason": "The screen is broken." });
    ministry.staff(NINO).post(&at("handovers", &act, "/refuse"), reason.clone()).expect(200).await;
    let device = ministry.office.get(&at("devices", laptop, "")).expect(200).await;
    assert_eq!((&device["status"], &device["holder_id"]), (&json!("in_stock"), &Value::Null));
    ministry.office.post(&at("handovers", &act, "/cancel"), reason).refused(409, "handover-already-settled").await;
    ministry.service.stop().await;
}

#[tokio::test]
async fn holdings_are_asked_for_now_and_as_of_the_past() {
    for database in testkit::databases().await {
        ask_for_holdings(&Ministry::open_on(database).await).await;
    }
}

async fn ask_for_holdings(ministry: &Ministry) {
    let laptops = ministry.laptops(2).await;
    let body = json!({
        "kind": "hand_over",
        "to": { "employee": "EMP-000010" },
        "devices": [laptops[0]["number"], laptops[1]["id"]],
    });
    let act = ministry.office.post("/v1/handovers", body).expect(201).await;
    assert!(number(&act).starts_with("ACT-"));
    ministry.staff(NINO).post(&at("handovers", &act, "/accept"), json!({})).expect(200).await;
    let before = ministry.service.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    ministry.service.clock.advance(Duration::minutes(5));

    let back =
        ministry.office.post(&at("devices", &laptops[0], "/return"), json!({ "condition": "worn" })).expect(200).await;
    assert_eq!((&back["status"], &back["pending_act_id"]), (&json!("in_stock"), &Value::Null));
    let held = async |query: &str| {
        let holdings = ministry.office.get(&format!("/v1/holdings?holder=EMP-000010{query}")).expect(200).await;
        holdings["devices"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(held("").await, 1);
    assert_eq!(held(&format!("&as_of={before}")).await, 2);
    let list = format!("/v1/devices?holder_id={NINO}&holder_kind=employee&with_total=true&as_of={before}");
    assert_eq!(ministry.office.get(&list).expect(200).await["total"], 2);
    ministry
        .office
        .get("/v1/holdings?holder=EMP-000010&as_of=2999-01-01T00:00:00Z")
        .refused(400, "bad-parameter")
        .await;
}

#[tokio::test]
async fn a_repeated_handover_happens_once() {
    let ministry = Ministry::open().await;
    let laptop = &ministry.laptops(1).await[0];
    let assign =
        || ministry.office.post(&at("devices", laptop, "/assign"), to("EMP-000010")).header("idempotency-key", "k1");
    let first = assign().expect_answer(200).await;
    let second = assign().expect_answer(200).await;
    assert_eq!(second.header("idempotent-replayed"), Some("true"));
    assert_eq!(first.json(), second.json());
    let acts = ministry.office.get("/v1/handovers?with_total=true").expect(200).await;
    assert_eq!(acts["total"], 1);
    ministry.service.stop().await;
}

#[tokio::test]
async fn nothing_goes_to_two_people_at_once() {
    for database in testkit::databases().await {
        let ministry = Ministry::open_on(database).await;
        let laptop = &ministry.laptops(1).await[0];
        let assign = |employee| ministry.office.post(&at("devices", laptop, "/assign"), to(employee)).send();
        let (nino, giorgi) = tokio::join!(assign("EMP-000010"), assign("EMP-000011"));
        let mut statuses = [nino.status, giorgi.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        let acts = ministry.office.get("/v1/handovers?with_total=true").expect(200).await;
        assert_eq!(acts["total"], 1);
        ministry.service.stop().await;
    }
}

#[tokio::test]
async fn one_act_is_all_or_nothing() {
    let ministry = Ministry::open().await;
    let laptops = ministry.laptops(2).await;
    ministry.office.post(&at("devices", &laptops[1], "/retire"), json!({ "reason": "Old" })).expect(200).await;
    let act = |devices: Value| json!({ "kind": "hand_over", "to": { "location": "A-312" }, "signatory": "EMP-000010", "devices": devices });
    let both = json!([laptops[0]["number"], laptops[1]["number"]]);
    ministry.office.post("/v1/handovers", act(both)).refused(409, "device-not-in-stock").await;
    let device = ministry.office.get(&at("devices", &laptops[0], "")).expect(200).await;
    assert_eq!(device["status"], "in_stock");
    let twice = json!([laptops[0]["number"], laptops[0]["id"]]);
    ministry.office.post("/v1/handovers", act(twice)).refused(422, "device-named-twice").await;
    ministry.service.stop().await;
}

#[tokio::test]
async fn a_place_needs_somebody_who_receives_for_it_and_nobody_out_of_service_does() {
    let ministry = Ministry::open().await;
    let laptop = &ministry.laptops(1).await[0];
    let assign = |body: Value| ministry.office.post(&at("devices", laptop, "/assign"), body);
    assign(json!({ "to": { "location": "A-312" } })).refused(422, "signatory-required").await;
    assign(to("EMP-000012")).refused(422, "employee-not-active").await;
    assign(to("EMP-999999")).refused(422, "reference-unknown").await;
    let placed = assign(json!({ "to": { "location": "A-312" }, "signatory": "EMP-000020" })).expect(200).await;
    assert_eq!((&placed["location"], &placed["pending_act_id"]), (&json!("A-312"), &Value::Null));
    ministry.service.stop().await;
}

#[tokio::test]
async fn the_head_of_a_unit_sees_what_its_people_hold() {
    let ministry = Ministry::open().await;
    let laptops = ministry.laptops(2).await;
    ministry.office.post(&at("devices", &laptops[0], "/assign"), to("EMP-000010")).expect(200).await;
    let head = ministry.service.caller_within(OFFICE, auth::Within::Unit(DEPARTMENT), None);
    let seen = head.get("/v1/devices?fields=number").expect(200).await;
    assert_eq!(seen["items"], json!([{ "number": laptops[0]["number"] }]));
    let holdings = head.get("/v1/holdings?holder=emp-000010").expect(200).await;
    assert_eq!(holdings["devices"][0]["number"], laptops[0]["number"]);
    ministry.service.stop().await;
}

#[tokio::test]
async fn a_leaver_s_request_closes_itself_when_the_last_device_is_accepted_back() {
    let ministry = Ministry::open().await;
    let laptops = ministry.laptops(1).await;
    let assigned = ministry.office.post(&at("devices", &laptops[0], "/assign"), to("EMP-000010")).expect(200).await;
    let act = pending_act(&ministry, &assigned).await;
    ministry.staff(NINO).post(&at("handovers", &act, "/accept"), json!({})).expect(200).await;
    let request = demand(&ministry, &laptops).await;

    ministry.office.post(&at("devices", &laptops[0], "/return"), json!({})).expect(200).await;
    let done = eventually("the end of the request", async || {
        let request = ministry.office.get(&request).expect(200).await;
        (request["status"] == "done").then_some(request)
    })
    .await;
    assert_eq!((&done["outstanding"], &done["devices"][0]["outcome"]["kind"]), (&json!(0), &json!("returned")));
    ministry.service.stop().await;
}

/// The address of a request for Nino to bring these back, as identity's event would raise it.
async fn demand(ministry: &Ministry, devices: &[Value]) -> String {
    let outstanding = |device: &Value| Outstanding {
        id: device["id"].as_str().and_then(|id| id.parse().ok()).expect("an id"),
        number: number(device).to_owned(),
        inventory_number: None,
        name: "HP EliteBook 840 G11".into(),
        outcome: None,
    };
    let demand = Demand {
        employee_id: NINO,
        employee_number: "EMP-000010".into(),
        org_unit_id: None,
        left_on: ministry.service.clock.now().date_naive(),
        devices: devices.iter().map(outstanding).collect(),
    };
    let (id, store) = (ReturnRequestId::generate(), &ministry.service.running.store);
    let context = Context::new(store.clock().now(), Actor::system("test"));
    let raise = ReturnRequestCommand::Raise(demand);
    let raised = store.execute::<ReturnRequest>(id, Expect::Nothing, raise, &context, None).await;
    format!("/v1/return-requests/{}", raised.expect("a request").number)
}
