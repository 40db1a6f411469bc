use serde_json::{Value, json};
use testkit::{Client, TestService, eventually};

use crate::house::{house, reported};

/// A caller of their own each time: nobody approves what they wrote.
fn policy_maker(house: &TestService) -> Client {
    house.caller(&["incidents.policy:read", "incidents.policy:write", "incidents.policy:approve"])
}

async fn in_force(house: &TestService) -> Value {
    policy_maker(house).get("/v1/policies/in-force").expect(200).await
}

/// A policy like the one in force, but with 14 days for reopening.
async fn longer(house: &TestService) -> Value {
    let mut terms = in_force(house).await["terms"].clone();
    terms["reopen_within_days"] = json!(14);
    json!({ "title": { "ka": "ახალი პოლიტიკა", "en": "New policy" }, "terms": terms })
}

async fn put_in_force(house: &TestService, text: Value) -> Value {
    let policy = policy_maker(house).post("/v1/policies", text).expect(201).await;
    let at = |verb| format!("/v1/policies/{}/{verb}", policy["number"].as_str().unwrap());
    policy_maker(house).post(&at("approve"), json!({})).expect(200).await;
    policy_maker(house).post(&at("put-in-force"), json!({})).expect(200).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_built_in_policy_is_in_force_from_the_start() {
    let house = house().await;
    let policy = in_force(&house).await;
    assert_eq!((&policy["number"], &policy["terms"]["reopen_within_days"]), (&json!("built-in"), &json!(7)));
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_keeps_the_policy_it_was_opened_under() {
    let house = house().await;
    let before = reported(&house).await;
    let policy = put_in_force(&house, longer(&house).await).await;
    let after = reported(&house).await;
    assert_eq!((&before["policy_number"], &after["policy_number"]), (&json!("built-in"), &policy["number"]));
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_policy_supersedes_the_former() {
    let house = house().await;
    let first = put_in_force(&house, longer(&house).await).await;
    let second = put_in_force(&house, longer(&house).await).await;
    assert_eq!(in_force(&house).await["number"], second["number"]);
    let former = eventually("the former policy is superseded", async || {
        let at = format!("/v1/policies/{}", first["number"].as_str().unwrap());
        let policy = policy_maker(&house).get(&at).expect(200).await;
        (policy["status"] == "superseded").then_some(policy)
    });
    assert!(former.await["in_force_until"].is_string());
    assert_eq!(in_force(&house).await["number"], second["number"]);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_approves_their_own_policy_nor_without_the_right() {
    let house = house().await;
    let author = policy_maker(&house);
    let policy = author.post("/v1/policies", longer(&house).await).expect(201).await;
    let approve = format!("/v1/policies/{}/approve", policy["number"].as_str().unwrap());
    author.post(&approve, json!({})).refused(409, "policy-own-work").await;
    house.caller(&["incidents.policy:write"]).post(&approve, json!({})).expect(403).await;
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_revised_by_a_merge_patch_and_checked_as_a_whole() {
    let house = house().await;
    let policy = policy_maker(&house).post("/v1/policies", longer(&house).await).expect(201).await;
    let at = format!("/v1/policies/{}", policy["id"].as_str().unwrap());
    let revised = policy_maker(&house).patch(&at, json!({ "terms": { "close_after_days": 3 } })).expect(200).await;
    assert_eq!(revised["terms"]["close_after_days"], 3);
    assert_eq!(revised["terms"]["reopen_within_days"], 14);
    let idle = json!({ "terms": { "calendar": { "week": { "monday": [{ "from": "25:00", "to": "26:00" }] } } } });
    policy_maker(&house).patch(&at, idle).expect(422).await;
    let slow = json!({ "terms": { "targets": { "low": { "resolution_minutes": 5 } } } });
    policy_maker(&house).patch(&at, slow).refused(422, "policy-response-late").await;
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_calendar_names_the_holidays_of_a_year_in_both_languages() {
    let house = house().await;
    let calendar = policy_maker(&house).get("/v1/calendar?year=2026").expect(200).await;
    let holidays = calendar["public_holidays"].as_array().unwrap();
    let easter = holidays.iter().find(|day| day["date"] == "2026-04-12").unwrap();
    assert_eq!(easter["name"], json!({ "ka": "აღდგომა", "en": "Orthodox Easter Sunday" }));
    assert_eq!(holidays.len(), 18);
    policy_maker(&house).get("/v1/calendar?year=1900").expect(400).await;
    policy_maker(&house).get("/v1/calendar").expect(400).await;
    house.stop().await;
}
