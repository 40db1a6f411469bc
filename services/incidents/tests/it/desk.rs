use serde_json::json;
use testkit::TestService;

use crate::house::{GIORGI, NINO, act, desk, fixed, house, house_on, nino, path, printer, queue, reported, triage};

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_goes_its_way_from_report_to_rating_on_every_database() {
    for database in testkit::databases().await {
        from_report_to_rating(house_on(database).await).await;
    }
}

async fn from_report_to_rating(house: TestService) {
    let (ticket, queue) = (reported(&house).await, queue(&house, "printing").await);
    assert!(ticket["number"].as_str().unwrap().starts_with("INC-"), "{ticket}");
    assert_eq!((&ticket["status"], &ticket["priority"]), (&json!("new"), &json!("medium")));
    assert_eq!(ticket["policy_number"], "built-in");

    let desk = desk(&house);
    let triaged = act(&desk, &ticket, "triage", triage(&queue)).await;
    assert_eq!((&triaged["status"], &triaged["priority"]), (&json!("triaged"), &json!("critical")));
    let started = act(&desk, &ticket, "start", json!({})).await;
    assert_eq!((&started["status"], &started["assignee_id"]), (&json!("in_progress"), &json!(GIORGI)));
    assert!(started["responded_at"].is_string());
    act(&desk, &ticket, "log-work", json!({ "minutes": 25 })).await;
    let resolved = act(&desk, &ticket, "resolve", fixed()).await;
    assert_eq!((&resolved["minutes_spent"], &resolved["outcome"]), (&json!(25), &json!("fixed")));

    let nino = nino(&house);
    act(&nino, &ticket, "reopen", json!({ "why": "ისევ არ ბეჭდავს" })).await;
    act(&desk, &ticket, "resolve", fixed()).await;
    let closed = act(&nino, &ticket, "close", json!({})).await;
    assert_eq!((&closed["status"], &closed["reopened"]), (&json!("closed"), &json!(1)));
    desk.post(&path(&ticket, "rate"), json!({ "score": 1 })).refused(403, "not-the-requester").await;
    let past = format!("/v1/tickets?as_of={}", ticket["created_at"].as_str().unwrap());
    assert_eq!(nino.get(&past).expect(200).await["items"][0]["status"], "new");
    let rated = act(&nino, &ticket, "rate", json!({ "score": 5, "remark": "სწრაფად" })).await;
    assert_eq!(rated["satisfaction"], 5);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_requester_sees_only_their_own_tickets_and_no_internal_notes() {
    let house = house().await;
    let hers = reported(&house).await;
    let desk = desk(&house);
    let for_himself = desk.post("/v1/tickets", printer()).expect(201).await;
    act(&desk, &hers, "note", json!({ "text": "იგივე იყო გუშინ" })).await;
    act(&desk, &hers, "comment", json!({ "text": "მოვდივართ" })).await;

    let nino = nino(&house);
    let list = nino.get("/v1/tickets").expect(200).await;
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
    nino.get(path(&for_himself, "deadlines").as_str()).expect(404).await;
    let heard = nino.get(&path(&hers, "comments")).expect(200).await;
    assert_eq!(heard["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(desk.get(&path(&hers, "comments")).expect(200).await["items"].as_array().map(Vec::len), Some(2));
    nino.get(&path(&hers, "worklog")).expect(403).await;
    nino.post(&path(&hers, "triage"), triage("QUE-000001")).expect(403).await;
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_desk_reports_in_the_name_of_others() {
    let house = house().await;
    let named = |employee: &str| {
        let mut report = printer();
        report["requester"] = json!(employee);
        report
    };
    nino(&house).post("/v1/tickets", named("EMP-000042")).refused(403, "requester-not-you").await;
    let ticket = desk(&house).post("/v1/tickets", named("EMP-000041")).expect(201).await;
    assert_eq!(ticket["requester_id"], json!(NINO));
    desk(&house).post("/v1/tickets", named("EMP-000043")).refused(422, "employee-not-active").await;
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_assigned_within_its_queue() {
    let house = house().await;
    let (ticket, queue) = (reported(&house).await, queue(&house, "printing").await);
    let desk = desk(&house);
    desk.post(&path(&ticket, "assign"), json!({ "assignee": "EMP-000042" })).refused(409, "ticket-not-triaged").await;
    act(&desk, &ticket, "triage", triage(&queue)).await;
    let outsider = json!({ "assignee": "EMP-000041" });
    desk.post(&path(&ticket, "assign"), outsider).refused(422, "assignee-not-in-queue").await;
    let assigned = act(&desk, &ticket, "assign", json!({ "assignee": "EMP-000042" })).await;
    assert_eq!(assigned["assignee_id"], json!(GIORGI));
    desk.post(&format!("/v1/queues/{queue}/retire"), json!({})).expect(200).await;
    let another = reported(&house).await;
    desk.post(&path(&another, "triage"), triage(&queue)).refused(422, "queue-retired").await;
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patch_changes_what_it_names_and_twice_is_once() {
    let house = house().await;
    let ticket = reported(&house).await;
    let at = format!("/v1/tickets/{}", ticket["id"].as_str().unwrap());
    let change = json!({ "affected_systems": ["SYS-000004"], "category": "software" });
    let edited = desk(&house).patch(&at, change.clone()).expect(200).await;
    assert_eq!(edited["affected_devices"][0]["reference"], "DEV-000123");
    assert_eq!(edited["affected_systems"][0]["reference"], "SYS-000004");
    let again = desk(&house).patch(&at, change).expect(200).await;
    assert_eq!(again["version"], edited["version"]);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn duplicates_and_parents_point_at_the_other_ticket() {
    let house = house().await;
    let (first, second) = (reported(&house).await, reported(&house).await);
    let desk = desk(&house);
    let under = act(&desk, &second, "set-parent", json!({ "ticket": first["number"] })).await;
    assert_eq!(under["parent_number"], first["number"]);
    let back = json!({ "ticket": second["number"] });
    desk.post(&path(&first, "set-parent"), back).refused(422, "ticket-parent-loop").await;
    act(&desk, &second, "clear-parent", json!({})).await;
    let merged = act(&desk, &second, "mark-duplicate", json!({ "ticket": first["id"] })).await;
    assert_eq!((&merged["status"], &merged["duplicate_of_id"]), (&json!("closed"), &first["id"]));
    nino(&house).post(&path(&second, "reopen"), json!({ "why": "?" })).refused(409, "ticket-duplicate").await;
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_deadlines_are_shown_with_their_arithmetic() {
    let house = house().await;
    let (ticket, queue) = (reported(&house).await, queue(&house, "printing").await);
    let desk = desk(&house);
    act(&desk, &ticket, "triage", triage(&queue)).await;
    let shown = nino(&house).get(&path(&ticket, "deadlines")).expect(200).await;
    let resolution = &shown["resolution"];
    assert_eq!(resolution["target_seconds"], 240 * 60);
    let last = resolution["intervals"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["total_seconds"], &last["to"]), (&resolution["target_seconds"], &resolution["due_at"]));
    act(&desk, &ticket, "wait", json!({ "reason": "vendor", "note": "ველოდებით მომწოდებელს" })).await;
    let paused = desk.get(&path(&ticket, "deadlines")).expect(200).await;
    assert_eq!((&paused["resolution"]["state"], &paused["resolution"]["due_at"]), (&json!("paused"), &json!(null)));
    act(&desk, &ticket, "resume", json!({})).await;
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_is_sealed_in_the_log_and_found_in_the_list() {
    let house = house().await;
    reported(&house).await;
    let log = house.running.store.tail(0, 100).await.unwrap();
    assert!(log.events.iter().all(|event| !event.text.contains("პრინტერი")));
    let found = desk(&house).get("/v1/tickets?q=printeri&status=new").expect(200).await;
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1));
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_of_a_ticket_can_be_asked() {
    let house = house().await;
    let ticket = reported(&house).await;
    act(&desk(&house), &ticket, "resolve", fixed()).await;
    let history = desk(&house).get(&path(&ticket, "history")).expect(200).await;
    let kinds: Vec<_> = history["items"].as_array().unwrap().iter().map(|item| item["type"].clone()).collect();
    assert_eq!(kinds, ["ticket.reported.v1", "ticket.responded.v1", "ticket.resolved.v1"]);
    house.stop().await;
}
