//! How critical the systems are.

use chrono::{Duration, NaiveDate};
use serde_json::{Value, json};
use testkit::{Client, eventually};

use crate::ministry::{Ministry, at};

/// A submitted assessment where everything is answered with `score`.
async fn submitted(client: &Client, system: &Value, score: i32) -> Value {
    let asked = client.get("/v1/questionnaire").expect(200).await;
    let answers: Vec<_> = asked["questions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|question| json!({ "question": question["code"], "score": score }))
        .collect();
    let drafted = client.post("/v1/assessments", json!({ "system": system["number"] })).expect(201).await;
    client.post(&at("assessments", &drafted, "/submit"), json!({})).refused(409, "assessment-unanswered").await;
    client.patch(&at("assessments", &drafted, ""), json!({ "answers": answers })).expect(200).await;
    client.post(&at("assessments", &drafted, "/submit"), json!({})).expect(200).await
}

#[tokio::test]
async fn an_approved_assessment_is_the_systems_tier_until_the_next_one() {
    for database in testkit::databases().await {
        let ministry = Ministry::open_on(database).await;
        let (nino, head) = (ministry.nino(), ministry.head());
        let docflow = ministry.system("docflow", &[]).await;
        let criticality = at("systems", &docflow, "/criticality");
        assert_eq!(nino.get(&criticality).expect(200).await["classification"], Value::Null);

        let first = submitted(&nino, &docflow, 2).await;
        nino.post(&at("assessments", &first, "/approve"), json!({})).refused(409, "assessment-own-work").await;
        let approved = head.post(&at("assessments", &first, "/approve"), json!({})).expect(200).await;
        assert_eq!((&approved["status"], &approved["tier"]), (&json!("approved"), &json!(2)));
        let now = nino.get(&criticality).expect(200).await;
        assert_eq!((&now["classification"]["tier"], &now["classification"]["rto"]), (&json!(2), &json!("PT8H")));

        let second = submitted(&nino, &docflow, 3).await;
        head.post(&at("assessments", &second, "/approve"), json!({})).expect(200).await;
        assert_eq!(nino.get(&criticality).expect(200).await["classification"]["tier"], 1);
        let former = nino.get(&at("assessments", &first, "")).expect(200).await;
        assert_eq!(former["status"], "superseded");
        let listed = nino.get("/v1/systems?tier=1&fields=code").expect(200).await;
        assert_eq!(listed["items"], json!([{ "code": "docflow" }]));
        ministry.service.stop().await;
    }
}

#[tokio::test]
async fn what_was_given_back_says_why() {
    let ministry = Ministry::open().await;
    let docflow = ministry.system("docflow", &[]).await;
    let paper = submitted(&ministry.nino(), &docflow, 1).await;
    let back = json!({ "remarks": "დაასაბუთეთ." });
    let draft = ministry.head().post(&at("assessments", &paper, "/give-back"), back).expect(200).await;
    assert_eq!((&draft["status"], &draft["remarks"]), (&json!("draft"), &json!("დაასაბუთეთ.")));
    ministry.service.stop().await;
}

#[tokio::test]
async fn a_dry_run_of_an_approval_keeps_nothing() {
    let ministry = Ministry::open().await;
    let docflow = ministry.system("docflow", &[]).await;
    let paper = submitted(&ministry.nino(), &docflow, 1).await;
    let dry = at("assessments", &paper, "/approve?dry_run=true");
    assert_eq!(ministry.head().post(&dry, json!({})).expect(200).await["status"], "approved");
    let kept = ministry.nino().get(&at("assessments", &paper, "")).expect(200).await;
    assert_eq!(kept["status"], "submitted");
    ministry.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_announced_once_that_a_system_is_to_be_assessed_again() {
    let ministry = Ministry::open().await;
    let docflow = ministry.system("docflow", &[]).await;
    let paper = submitted(&ministry.nino(), &docflow, 2).await;
    let approved = ministry.head().post(&at("assessments", &paper, "/approve"), json!({})).expect(200).await;
    let day: NaiveDate = approved["reassess_on"].as_str().unwrap().parse().unwrap();
    let morning = day.and_hms_opt(5, 0, 0).unwrap().and_utc();
    ministry.service.clock.advance(morning - ministry.service.clock.now() + Duration::seconds(1));
    eventually("it is due", async || {
        let paper = ministry.nino().get(&at("assessments", &paper, "")).expect(200).await;
        (paper["due"] == true).then_some(())
    })
    .await;
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    let history = ministry.nino().get(&at("assessments", &paper, "/history")).expect(200).await;
    let due = history["items"].as_array().unwrap().iter().filter(|item| item["type"] == "assessment.due.v1");
    assert_eq!(due.count(), 1);
    ministry.service.stop().await;
}
