//! What HR says of the staff.

use auth::Within;
use chrono::Duration;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use testkit::{Client, Request, eventually};

use crate::ministry::{Ministry, id, of, upload};

const HEAD: &str = "hr_number,personal_number,first_name,last_name,org_unit,manager,starts_on,status,left_on";

fn table(rows: &[&str]) -> String {
    format!("{HEAD}\n{}\n", rows.join("\n"))
}

fn preview(client: &Client, query: &str, rows: &[&str]) -> Request {
    upload(client, &format!("/v1/change-sets{query}"), table(rows))
}

fn at(change_set: &Value, verb: &str) -> String {
    format!("/v1/change-sets/{}{verb}", change_set["number"].as_str().expect("a number"))
}

async fn changes(client: &Client, change_set: &Value) -> Vec<Value> {
    let changes = client.get(&at(change_set, "/changes")).expect(200).await;
    changes["items"].as_array().expect("changes").clone()
}

async fn total(ministry: &Ministry, query: &str) -> Value {
    ministry.hr().get(&format!("/v1/employees?with_total=true{query}")).expect(200).await["total"].clone()
}

/// Pages of plans that are still kept.
async fn kept(ministry: &Ministry) -> usize {
    let database = ministry.service.running.store.database();
    let select = event_store::statement(database.backend(), "SELECT id FROM planned_changes", []);
    database.reader.query_all_raw(select).await.expect("a table").len()
}

#[tokio::test]
async fn a_file_is_looked_at_first_and_then_applied_as_a_whole() {
    for database in testkit::databases().await {
        apply_as_a_whole(&Ministry::open_on(database).await).await;
    }
}

async fn apply_as_a_whole(ministry: &Ministry) {
    let (nino, giorgi, tamar) = (ministry.employ(1).await, ministry.employ(2).await, ministry.employ(3).await);
    ministry.hr().post(&of(&tamar, "/begin-leave"), json!({})).expect(200).await;
    let hr = ministry.hr();
    let rows = [
        "1,,,,IT-INFRA,11,,,",
        "2,,,,,,,left,",
        "3,,,,,,,active,",
        "10,01019000110,ანა,ლომიძე,IT-SUPPORT,11,2026-01-05,,",
        "11,01019000111,დავით,კაპანაძე,IT,,2026-01-05,,",
    ];
    let previewed = preview(&hr, "", &rows).expect(201).await;
    let counts =
        ["rows", "joins", "moves", "leaves", "returns", "edits", "unchanged", "faults"].map(|name| &previewed[name]);
    assert_eq!(counts, [5, 2, 1, 1, 1, 0, 0, 0].map(|count| json!(count)).each_ref());
    assert_eq!((&previewed["status"], &previewed["leaving_share"]), (&json!("previewed"), &json!(33.3)));
    assert_eq!(total(ministry, "").await, 3);

    let planned = changes(&hr, &previewed).await;
    assert_eq!((&planned[0]["kind"], &planned[0]["employee_number"]), (&json!("moves"), &nino["number"]));
    assert_eq!((&planned[3]["kind"], &planned[3]["name"]), (&json!("joins"), &json!("ანა ლომიძე")));
    let applied = hr.post(&at(&previewed, "/apply"), json!({})).expect(200).await;
    assert_eq!((&applied["status"], &applied["number"]), (&json!("applied"), &previewed["number"]));
    let found = ministry.employee(&nino).await;
    assert_eq!(found["manager_id"], planned[4]["employee_id"]);
    assert_eq!(ministry.employee(&giorgi).await["status"], "left");
    assert_eq!(ministry.employee(&tamar).await["status"], "active");
    assert_eq!(total(ministry, "").await, 5);
    assert_eq!((changes(&hr, &previewed).await.len(), kept(ministry).await), (0, 0));
    hr.post(&at(&previewed, "/apply"), json!({})).refused(409, "change-set-applied").await;
    let again = preview(&hr, "", &rows).expect(201).await;
    assert_eq!((&again["unchanged"], &again["faults"]), (&json!(5), &json!(0)));
}

#[tokio::test]
async fn one_bad_row_is_shown_with_its_faults_and_stops_the_others() {
    let ministry = Ministry::open().await;
    let hr = ministry.hr();
    let rows = ["10,01019000110,ანა,ლომიძე,IT-SUPPORT,,2026-01-05,,", "11,123,დავით,,NOWHERE,,2026-01-05,retired,"];
    let previewed = preview(&hr, "", &rows).expect(201).await;
    assert_eq!((&previewed["joins"], &previewed["faults"]), (&json!(1), &json!(1)));
    let planned = changes(&hr, &previewed).await;
    let pointers: Vec<_> =
        planned[1]["fault"]["errors"].as_array().unwrap().iter().map(|error| &error["pointer"]).collect();
    assert_eq!(pointers, ["/personal_number", "/status"]);
    hr.post(&at(&previewed, "/apply"), json!({})).refused(409, "change-set-has-faults").await;
    assert_eq!(total(&ministry, "").await, 0);
    ministry.service.stop().await;
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_refused_whole() {
    let ministry = Ministry::open().await;
    let hr = ministry.hr();
    let send = |text: Vec<u8>| hr.request("POST".parse().unwrap(), "/v1/change-sets").body("text/csv", text);
    let problem = send(b"number,colour\n1,red\n".to_vec()).refused(422, "invalid-input").await;
    let codes: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|error| &error["code"]).collect();
    assert_eq!(codes, ["unknown-column", "unknown-column", "missing-column"]);
    send(b"hr_number\n\xe2\x28\xa1\n".to_vec()).refused(400, "not-utf8").await;
    send(b"hr_number\n".to_vec()).refused(422, "no-rows").await;
    hr.post("/v1/change-sets", json!({})).refused(415, "wrong-media-type").await;
    ministry.service.stop().await;
}

#[tokio::test]
async fn more_leavers_than_usual_must_be_accepted() {
    for database in testkit::databases().await {
        let ministry = Ministry::open_on(database).await;
        for hr_number in 1..=7 {
            ministry.employ(hr_number).await;
        }
        let hr = ministry.hr();
        let previewed = preview(&hr, "?full=true", &["1,,,,,,,,"]).expect(201).await;
        let found = ["full", "leaves", "needs_confirmation"].map(|name| &previewed[name]);
        assert_eq!(found, [&json!(true), &json!(6), &json!(true)]);
        let lines: Vec<_> =
            changes(&hr, &previewed).await.iter().map(|change| change["line"].as_i64().unwrap()).collect();
        assert_eq!(lines, [1, 2, 3, 4, 5, 6, 7]);
        hr.post(&at(&previewed, "/apply"), json!({})).refused(409, "too-many-leavers").await;
        assert_eq!(total(&ministry, "&status=left").await, 0);
        hr.post(&at(&previewed, "/apply"), json!({ "accept_leavers": true })).expect(200).await;
        assert_eq!(total(&ministry, "&status=left").await, 6);
        ministry.service.stop().await;
    }
}

#[tokio::test]
async fn what_was_previewed_is_what_is_applied_or_nothing_is() {
    for database in testkit::databases().await {
        let ministry = Ministry::open_on(database).await;
        let (nino, giorgi) = (ministry.employ(1).await, ministry.employ(2).await);
        let hr = ministry.hr();
        let previewed = preview(&hr, "", &["1,,,,IT-INFRA,,,,", "2,,,,FINANCE,,,,"]).expect(201).await;
        hr.post(&of(&giorgi, "/move"), json!({ "org_unit": "ADMIN" })).expect(200).await;
        let problem = hr.post(&at(&previewed, "/apply"), json!({})).refused(409, "change-set-outdated").await;
        assert_eq!(problem["errors"][0]["pointer"], "/2");
        assert_eq!(ministry.employee(&nino).await["version"], nino["version"]);

        let previewed = preview(&hr, "", &["1,,,,IT-INFRA,,,,", "2,,,,FINANCE,,,,"]).expect(201).await;
        hr.patch(&of(&giorgi, ""), json!({ "phone": "+995599123456" })).expect(200).await;
        hr.post(&at(&previewed, "/apply"), json!({})).expect(200).await;
        let unit = ministry.unit("FINANCE").await;
        assert_eq!(id_in(&ministry.employee(&giorgi).await, "org_unit_id"), unit);
        ministry.service.stop().await;
    }
}

fn id_in(thing: &Value, member: &str) -> uuid::Uuid {
    thing[member].as_str().and_then(|id| id.parse().ok()).expect("an id")
}

#[tokio::test]
async fn a_joiner_who_came_another_way_meanwhile_makes_the_plan_outdated() {
    let ministry = Ministry::open().await;
    let hr = ministry.hr();
    let previewed = preview(&hr, "", &["10,01019000110,ანა,ლომიძე,IT-SUPPORT,,2026-01-05,,"]).expect(201).await;
    ministry.employ(10).await;
    hr.post(&at(&previewed, "/apply"), json!({})).refused(409, "change-set-outdated").await;
    assert_eq!(total(&ministry, "").await, 1);
    ministry.service.stop().await;
}

#[tokio::test]
async fn the_same_command_twice_applies_once_and_a_dry_run_never() {
    let ministry = Ministry::open().await;
    let hr = ministry.hr();
    let rows = ["10,01019000110,ანა,ლომიძე,IT-SUPPORT,,2026-01-05,,"];
    preview(&hr, "?dry_run=true", &rows).expect(200).await;
    assert_eq!(kept(&ministry).await, 0);
    let previewed = preview(&hr, "", &rows).expect(201).await;
    hr.post(&format!("{}?dry_run=true", at(&previewed, "/apply")), json!({})).expect(200).await;
    assert_eq!(total(&ministry, "").await, 0);
    let apply = || hr.post(&at(&previewed, "/apply"), json!({})).header("idempotency-key", "k1");
    let first = apply().expect_answer(200).await;
    let second = apply().expect_answer(200).await;
    assert_eq!((second.header("idempotent-replayed"), second.json()), (Some("true"), first.json()));
    assert_eq!(total(&ministry, "").await, 1);
    ministry.service.stop().await;
}

#[tokio::test]
async fn a_discarded_plan_is_forgotten_by_hand_or_after_a_week() {
    for database in testkit::databases().await {
        let ministry = Ministry::open_on(database).await;
        ministry.employ(1).await;
        let rows = ["1,,,,IT-INFRA,,,,"];
        let first = preview(&ministry.hr(), "", &rows).expect(201).await;
        let second = preview(&ministry.hr(), "", &rows).expect(201).await;
        ministry.hr().post(&at(&first, "/discard"), json!({})).expect(200).await;
        ministry.hr().post(&at(&first, "/apply"), json!({})).refused(409, "change-set-discarded").await;
        eventually("the end of one plan", async || (kept(&ministry).await == 1).then_some(())).await;
        ministry.service.clock.advance(Duration::days(8));
        eventually("the end of the other", async || (kept(&ministry).await == 0).then_some(())).await;
        let second = ministry.hr().get(&at(&second, "")).expect(200).await;
        assert_eq!(second["status"], "discarded");
        ministry.service.stop().await;
    }
}

#[tokio::test]
async fn a_plan_is_paged_through_line_by_line() {
    let ministry = Ministry::open().await;
    let hr = ministry.hr();
    let rows: Vec<String> = (1..=450).map(|number| format!("{number},,,,,,,left,")).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let previewed = preview(&hr, "", &rows).expect(201).await;
    assert_eq!((&previewed["rows"], &previewed["unchanged"]), (&json!(450), &json!(450)));
    let (mut after, mut seen) = (0, vec![]);
    while let Some(next) = Some(after).filter(|_| seen.len() < 450) {
        let page = hr.get(&at(&previewed, &format!("/changes?after={next}&limit=150"))).expect(200).await;
        seen.extend(page["items"].as_array().unwrap().iter().map(|change| change["line"].as_i64().unwrap()));
        after = page["next"].as_i64().unwrap_or(450);
    }
    assert_eq!((after, seen), (450, (1..=450).collect()));
    hr.get(&at(&previewed, "/changes?limit=201")).refused(400, "bad-parameter").await;
    ministry.service.stop().await;
}

#[tokio::test]
async fn only_who_answers_for_all_staff_brings_hr_s_file() {
    let ministry = Ministry::open().await;
    let scopes = &["identity.hrsync:read", "identity.hrsync:write"];
    let head = ministry.caller(scopes, Within::Unit(ministry.unit("IT").await), None);
    preview(&head, "?full=true", &["1,,,,,,,,"]).refused(403, "forbidden").await;
    let previewed = preview(&ministry.hr(), "", &["1,,,,,,,left,"]).expect(201).await;
    head.get(&at(&previewed, "/changes")).refused(403, "forbidden").await;
    head.post(&at(&previewed, "/apply"), json!({})).refused(403, "forbidden").await;
    ministry.service.stop().await;
}

#[tokio::test]
async fn the_log_of_change_sets_says_nothing_of_anybody() {
    let ministry = Ministry::open().await;
    let previewed =
        preview(&ministry.hr(), "", &["10,01019000110,ანა,ლომიძე,IT-SUPPORT,,2026-01-05,,"]).expect(201).await;
    ministry.hr().post(&at(&previewed, "/apply"), json!({})).expect(200).await;
    let store = &ministry.service.running.store;
    for event in store.stream(id(&previewed)).await.expect("its events") {
        assert!(!event.text.contains("ლომიძე") && !event.text.contains("0110"), "{}", event.text);
    }
    let joined = ministry.hr().get("/v1/employees").expect(200).await["items"][0].clone();
    for event in store.stream(id(&joined)).await.expect("its events") {
        assert!(!event.text.contains("ლომიძე") && !event.text.contains("01019000110"), "{}", event.text);
    }
    ministry.service.stop().await;
}
