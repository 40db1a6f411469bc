//! The people and their service.

use std::collections::BTreeSet;

use auth::Within;
use chrono::{Duration, SecondsFormat};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use testkit::{Client, eventually};

use crate::ministry::{Ministry, id, of, upload};

#[tokio::test]
async fn an_employee_is_registered_and_found_in_either_script() {
    for database in testkit::databases().await {
        let ministry = Ministry::open_on(database).await;
        let nino = ministry.employ(10245).await;
        assert_eq!((&nino["number"], &nino["status"]), (&json!("EMP-000001"), &json!("active")));
        assert_eq!((&nino["first_name_latin"], &nino["last_name_latin"]), (&json!("Nino"), &json!("Beridze")));
        assert_eq!(nino["personal_number"], "*******0245");
        assert_eq!(nino["owner_id"], nino["id"]);
        for words in ["BERIDZE nino", "ბერიძე", "emp-000001", "10245"] {
            let found = ministry.hr().get(&format!("/v1/employees?q={words}&fields=number")).expect(200).await;
            assert_eq!(found["items"], json!([{ "number": "EMP-000001" }]), "{words}");
        }
        ministry.service.stop().await;
    }
}

#[tokio::test]
async fn the_personal_number_is_nowhere_to_be_filtered_exported_or_searched() {
    let ministry = Ministry::open().await;
    ministry.employ(10245).await;
    let hr = ministry.hr();
    hr.get("/v1/employees?personal_number_key=01019010245").refused(400, "invalid-input").await;
    hr.get("/v1/employees?sort=personal_number_key").refused(400, "invalid-input").await;
    hr.get("/v1/employees?fields=personal_number_key").refused(400, "invalid-input").await;
    assert_eq!(hr.get("/v1/employees?q=01019010245").expect(200).await["items"], json!([]));
    let export = hr.get("/v1/employees/export?format=csv").expect_answer(200).await;
    assert!(export.text.contains("*******0245") && !export.text.contains("01019010245"), "{}", export.text);
    ministry.service.stop().await;
}

#[tokio::test]
async fn no_two_people_share_a_number() {
    for database in testkit::databases().await {
        let ministry = Ministry::open_on(database).await;
        ministry.employ(10245).await;
        let same = |member: &str| {
            let mut other = ministry.newcomer(10246);
            other[member] = ministry.newcomer(10245)[member].clone();
            ministry.hr().post("/v1/employees", other)
        };
        same("hr_number").refused(409, "hr-number-taken").await;
        same("personal_number").refused(409, "personal-number-taken").await;
        let second = ministry.employ(10246).await;
        let taken = json!({ "personal_number": "01019010245" });
        ministry.hr().patch(&of(&second, ""), taken).refused(409, "personal-number-taken").await;
        ministry.service.stop().await;
    }
}

#[tokio::test]
async fn every_fault_of_the_input_is_named() {
    let ministry = Ministry::open().await;
    let nobody = json!({ "personal_number": "123", "first_name": "", "last_name": "ბერიძე", "hr_number": "1",
        "org_unit": "IT", "email": "nino", "phone": "599", "starts_on": "2026-02-30", "rank": 1 });
    let problem = ministry.hr().post("/v1/employees", nobody).refused(422, "invalid-input").await;
    let pointers: BTreeSet<_> =
        problem["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    let expected = ["/email", "/first_name", "/personal_number", "/phone", "/rank", "/starts_on"];
    assert_eq!(pointers, BTreeSet::from(expected));
    let mut lost = ministry.newcomer(10245);
    lost["org_unit"] = json!("NOWHERE");
    lost["position"] = json!("POS-999999");
    lost["manager"] = json!("EMP-999999");
    let problem = ministry.hr().post("/v1/employees", lost).refused(422, "invalid-input").await;
    assert_eq!(problem["errors"].as_array().unwrap().len(), 3);
    ministry.service.stop().await;
}

#[tokio::test]
async fn details_are_patched_and_the_latin_spelling_follows() {
    let ministry = Ministry::open().await;
    let nino = ministry.employ(10245).await;
    let patch = |body: Value| ministry.hr().patch(&of(&nino, ""), body);
    let married = patch(json!({ "last_name": "კაპანაძე", "phone": "+995599123456" })).expect(200).await;
    assert_eq!((&married["last_name_latin"], &married["phone"]), (&json!("Kapanadze"), &json!("+995599123456")));
    let own = patch(json!({ "last_name_latin": "Capanadze", "phone": null })).expect(200).await;
    assert_eq!((&own["last_name_latin"], &own["phone"]), (&json!("Capanadze"), &Value::Null));
    assert_eq!(patch(json!({ "last_name": "კაპანაძე" })).expect(200).await["version"], own["version"]);
    patch(json!({ "starts_on": ministry.days_ahead(1) })).refused(422, "employee-has-started").await;
    patch(json!({ "status": "left" })).refused(422, "invalid-input").await;
    ministry.service.stop().await;
}

#[tokio::test]
async fn a_personal_number_is_seen_by_who_may_and_the_look_is_recorded() {
    for database in testkit::databases().await {
        let ministry = Ministry::open_on(database).await;
        let nino = ministry.employ(10245).await;
        let path = of(&nino, "/personal-number");
        ministry.hr().get(&path).refused(403, "scope-missing").await;
        assert_eq!(looks(&ministry).await, 0);
        let officer = ministry.caller(&["identity.employees:reveal"], Within::Everywhere, None);
        assert_eq!(officer.get(&path).expect(200).await["personal_number"], "01019010245");
        assert_eq!(looks(&ministry).await, 1);
        ministry.service.stop().await;
    }
}

async fn looks(ministry: &Ministry) -> usize {
    let database = ministry.service.running.store.database();
    let select = event_store::statement(database.backend(), "SELECT id FROM personal_data_looks", []);
    database.reader.query_all_raw(select).await.expect("a table").len()
}

#[tokio::test]
async fn everybody_sees_their_own_record_and_the_head_of_a_unit_those_of_its_people() {
    let ministry = Ministry::open().await;
    let (nino, giorgi) = (ministry.employ(1).await, ministry.employ(2).await);
    let move_away = json!({ "org_unit": "FINANCE" });
    ministry.hr().post(&of(&giorgi, "/move"), move_away).expect(200).await;
    let scopes = &["identity.employees:read", "identity.employees:write", "identity.employees:reveal"];
    let own = ministry.caller(scopes, Within::Own, Some(id(&nino)));
    assert_eq!(numbers(&own).await, json!([{ "number": nino["number"] }]));
    own.get(&of(&nino, "/personal-number")).expect(200).await;
    own.get(&of(&giorgi, "/personal-number")).expect(404).await;
    own.post("/v1/employees", ministry.newcomer(3)).refused(422, "reference-unknown").await;

    let head = ministry.caller(scopes, Within::Unit(ministry.unit("IT").await), None);
    let seen = eventually("the tree of units", async || Some(numbers(&head).await).filter(|seen| *seen != json!([])));
    assert_eq!(seen.await, json!([{ "number": nino["number"] }]));
    head.post(&of(&giorgi, "/suspend"), json!({ "reason": "-" })).expect(404).await;
    let mut elsewhere = ministry.newcomer(3);
    elsewhere["org_unit"] = json!("FINANCE");
    head.post("/v1/employees", elsewhere).refused(422, "reference-unknown").await;
    head.post("/v1/employees", ministry.newcomer(3)).expect(201).await;
    ministry.service.stop().await;
}

async fn numbers(client: &Client) -> Value {
    client.get("/v1/employees?fields=number").expect(200).await["items"].clone()
}

#[tokio::test]
async fn an_employee_moves_with_position_and_manager_but_never_in_a_circle() {
    let ministry = Ministry::open().await;
    let (nino, giorgi) = (ministry.employ(1).await, ministry.employ(2).await);
    let positions = ministry.hr().get("/v1/positions?q=network").expect(200).await;
    let position = positions["items"][0].clone();
    let to = |position: &Value, manager: &Value| json!({ "org_unit": "it-infra", "position": position["number"], "manager": manager["number"] });
    let moved = ministry.hr().post(&of(&nino, "/move"), to(&position, &giorgi)).expect(200).await;
    assert_eq!((&moved["position_id"], &moved["manager_id"]), (&position["id"], &giorgi["id"]));
    ministry.hr().post(&of(&giorgi, "/move"), to(&position, &nino)).refused(422, "manager-is-below").await;
    ministry.hr().post(&of(&nino, "/move"), to(&position, &nino)).refused(422, "own-manager").await;
    let mismatch = json!({ "org_unit": "FINANCE", "position": position["id"] });
    ministry.hr().post(&of(&nino, "/move"), mismatch).refused(422, "position-of-another-unit").await;
    let alone = ministry.hr().post(&of(&nino, "/move"), json!({ "org_unit": "FINANCE" })).expect(200).await;
    assert_eq!((&alone["position_id"], &alone["manager_id"]), (&Value::Null, &Value::Null));
    ministry.service.stop().await;
}

#[tokio::test]
async fn first_days_leaves_and_departures_come_by_themselves() {
    for database in testkit::databases().await {
        come_by_themselves(&Ministry::open_on(database).await).await;
    }
}

async fn come_by_themselves(ministry: &Ministry) {
    let mut joiner = ministry.newcomer(1);
    joiner["starts_on"] = json!(ministry.days_ahead(2));
    let joiner = ministry.hr().post("/v1/employees", joiner).expect(201).await;
    assert_eq!(joiner["status"], "joiner");
    let away = ministry.employ(2).await;
    let until = json!({ "until": ministry.days_ahead(1) });
    let on_leave = ministry.hr().post(&of(&away, "/begin-leave"), until).expect(200).await;
    assert_eq!(on_leave["status"], "on_leave");
    let leaver = ministry.employ(3).await;
    let departure = json!({ "on": ministry.days_ahead(2) });
    let announced = ministry.hr().post(&of(&leaver, "/leave"), departure.clone()).expect(200).await;
    assert_eq!((&announced["status"], &announced["leaves_on"]), (&json!("active"), &departure["on"]));

    ministry.service.clock.advance(Duration::days(2));
    ministry.once(&joiner, "active").await;
    ministry.once(&away, "active").await;
    let left = ministry.once(&leaver, "left").await;
    assert_eq!((&left["left_on"], &left["leaves_on"]), (&departure["on"], &Value::Null));
}

#[tokio::test]
async fn who_left_is_refused_everything_but_coming_back() {
    let ministry = Ministry::open().await;
    let nino = ministry.employ(1).await;
    let leave = json!({ "on": ministry.today() });
    assert_eq!(ministry.hr().post(&of(&nino, "/leave"), leave.clone()).expect(200).await["status"], "left");
    ministry.hr().post(&of(&nino, "/leave"), leave).refused(409, "employee-left").await;
    ministry.hr().patch(&of(&nino, ""), json!({ "phone": "+995599123456" })).refused(409, "employee-left").await;
    let manager = json!({ "org_unit": "IT", "manager": nino["number"] });
    let giorgi = ministry.employ(2).await;
    ministry.hr().post(&of(&giorgi, "/move"), manager).refused(422, "manager-left").await;
    let back = ministry.hr().post(&of(&nino, "/reinstate"), json!({})).expect(200).await;
    assert_eq!((&back["status"], &back["left_on"]), (&json!("active"), &Value::Null));
    ministry.service.stop().await;
}

#[tokio::test]
async fn the_past_can_be_asked_and_shows_no_more_than_today() {
    let ministry = Ministry::open().await;
    let nino = ministry.employ(1).await;
    let before = ministry.service.clock.now().to_rfc3339_opts(SecondsFormat::Micros, true);
    ministry.service.clock.advance(Duration::minutes(2));
    let hr = ministry.hr();
    let number = json!({ "personal_number": "01019099999" });
    hr.patch(&of(&nino, ""), number).header("x-change-reason", "typo").expect(200).await;
    hr.post(&of(&nino, "/suspend"), json!({ "reason": "Pending an inquiry." })).expect(200).await;
    let history = hr.get(&of(&nino, "/history")).expect(200).await;
    let kinds: Vec<_> =
        history["items"].as_array().unwrap().iter().map(|entry| entry["type"].as_str().unwrap()).collect();
    let expected =
        ["employee.registered.v1", "employee.activated.v1", "employee.details_changed.v1", "employee.suspended.v1"];
    assert_eq!(kinds, expected);
    let changed = &history["items"][2];
    let masked = json!([{ "field": "personal_number", "from": "*******0001", "to": "*******9999" }]);
    assert_eq!((&changed["changes"], &changed["reason"]), (&masked, &json!("typo")));
    let then = hr.get(&format!("{}?as_of={before}", of(&nino, ""))).expect(200).await;
    assert_eq!((&then["status"], &then["personal_number"]), (&json!("active"), &json!("*******0001")));
    let list = hr.get(&format!("/v1/employees?status=active&as_of={before}&fields=number")).expect(200).await;
    assert_eq!(list["items"], json!([{ "number": nino["number"] }]));
    ministry.service.stop().await;
}

const TABLE: &str = "hr_number,personal_number,first_name,last_name,org_unit,manager,starts_on\n\
                     1,01019000001,ნინო,ბერიძე,IT-SUPPORT,3,2026-01-05\n\
                     2,01019000002,გიორგი,კაპანაძე,NOWHERE,,2026-01-05\n\
                     3,01019000003,თამარ,ლომიძე,IT,,2026-01-05\n\
                     4,,,ლომიძე,,,\n";

#[tokio::test]
async fn a_table_of_employees_is_imported_row_by_row_and_a_second_time_changes_nothing() {
    for database in testkit::databases().await {
        let ministry = Ministry::open_on(database).await;
        let hr = ministry.hr();
        let trial = import(&hr, "?dry_run=true", TABLE).await;
        assert_eq!((&trial["created"], &trial["failed"]), (&json!(2), &json!(2)));
        assert_eq!(numbers(&hr).await, json!([]));
        let first = import(&hr, "", TABLE).await;
        assert_eq!((&first["created"], &first["failed"]), (&json!(2), &json!(2)));
        let report = hr.get(&format!("/v1/jobs/{}/report", id(&first))).expect(200).await;
        let lacking = report[3]["fault"]["parts"].as_array().unwrap();
        let lacking: Vec<_> = lacking.iter().map(|fault| fault["pointer"].as_str().unwrap()).collect();
        assert_eq!(lacking, ["/personal_number", "/first_name", "/starts_on", "/org_unit"]);
        let people = hr.get("/v1/employees?sort=hr_number").expect(200).await;
        assert_eq!(people["items"][0]["manager_id"], people["items"][1]["id"]);
        let second = import(&hr, "", TABLE).await;
        assert_eq!((&second["unchanged"], &second["failed"]), (&json!(2), &json!(2)));
        let moved = import(&hr, "", "hr_number,org_unit,phone\n1,IT-INFRA,+995599123456\n").await;
        assert_eq!(moved["changed"], 1);
        ministry.service.stop().await;
    }
}

#[tokio::test]
async fn the_head_of_a_unit_imports_into_that_unit_alone() {
    let ministry = Ministry::open().await;
    let nino = ministry.employ(7).await;
    ministry.hr().post(&of(&nino, "/move"), json!({ "org_unit": "FINANCE" })).expect(200).await;
    let scopes = &["identity.employees:write"];
    let head = ministry.caller(scopes, Within::Unit(ministry.unit("IT-SUPPORT").await), None);
    let table = "hr_number,personal_number,first_name,last_name,org_unit,starts_on,phone\n\
                 1,01019000001,ნინო,ბერიძე,IT-SUPPORT,2026-01-05,\n\
                 2,01019000002,ნინო,ბერიძე,FINANCE,2026-01-05,\n\
                 7,,,,,,+995599123456\n";
    let job = import(&head, "", table).await;
    assert_eq!((&job["created"], &job["failed"]), (&json!(1), &json!(2)));
    assert_eq!(ministry.employee(&nino).await["phone"], Value::Null);
    ministry.service.stop().await;
}

/// The finished job.
async fn import(client: &Client, query: &str, table: &str) -> Value {
    let job = upload(client, &format!("/v1/employees/import{query}"), table).expect(202).await;
    let path = format!("/v1/jobs/{}", id(&job));
    eventually("the end of the import", async || {
        let job = client.get(&path).expect(200).await;
        (job["state"] == "done").then_some(job)
    })
    .await
}
