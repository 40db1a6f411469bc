//! What happens to contracts and vendors by itself.

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use serde_json::{Value, json};
use testkit::eventually;

use crate::ministry::{Ministry, at};

/// Nine o'clock in Tbilisi.
fn morning(day: NaiveDate) -> DateTime<Utc> {
    day.and_hms_opt(5, 0, 0).unwrap().and_utc()
}

async fn announced(ministry: &Ministry, contract: &Value) -> usize {
    let history = ministry.office().get(&at("contracts", contract, "history")).expect(200).await;
    let items = history["items"].as_array().unwrap().clone();
    items.iter().filter(|item| item["type"] == "contract.expiry_announced.v1").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_contract_is_announced_at_each_of_the_four_days_once() {
    let ministry = Ministry::open().await;
    let vendor = ministry.vendor().await;
    let ends_on = ministry.today() + Days::new(120);
    let contract = ministry.signed(&vendor, ends_on, json!({})).await;
    for (count, days) in [(1, 90), (2, 60), (3, 30), (4, 7)] {
        let due = morning(ends_on - Days::new(days));
        ministry.advance_to(due - Duration::minutes(10));
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        assert_eq!(announced(&ministry, &contract).await, count - 1, "before the {days} days");
        ministry.advance_to(due);
        let said = async || (announced(&ministry, &contract).await == count).then_some(());
        eventually("the announcement", said).await;
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        assert_eq!(announced(&ministry, &contract).await, count, "after the {days} days");
    }
    ministry.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tacit_contract_goes_on_and_another_ends() {
    let ministry = Ministry::open().await;
    let vendor = ministry.vendor().await;
    let ends_on = ministry.today() + Days::new(40);
    let renewal = json!({ "renewal": { "kind": "tacit", "months": 12, "notice_days": 30 } });
    let tacit = ministry.signed(&vendor, ends_on, renewal).await;
    assert_eq!(tacit["notice_on"], json!(ends_on - Days::new(30)));
    let plain = ministry.signed(&vendor, ends_on, json!({})).await;
    eventually("both are active", async || {
        let both = [ministry.contract(&tacit).await, ministry.contract(&plain).await];
        both.iter().all(|contract| contract["status"] == "active").then_some(())
    })
    .await;
    ministry.advance_to(morning(ends_on + Days::new(1)));
    let next = ends_on.checked_add_months(chrono::Months::new(12)).unwrap();
    eventually("one is renewed, the other over", async || {
        let (tacit, plain) = (ministry.contract(&tacit).await, ministry.contract(&plain).await);
        (tacit["ends_on"] == json!(next) && plain["term_ended"] == true).then_some(())
    })
    .await;
    let renewed = ministry.contract(&tacit).await;
    assert_eq!((&renewed["renewals"], &renewed["notice_on"]), (&json!(1), &json!(next - Days::new(30))));
    ministry.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blacklisting_ends_after_its_last_day() {
    let ministry = Ministry::open().await;
    let vendor = ministry.vendor().await;
    let until = ministry.today() + Days::new(3);
    let body = json!({ "reason": "Late", "until": until });
    ministry.office().post(&at("vendors", &vendor, "blacklist"), body).expect(200).await;
    ministry.advance_to(morning(until + Days::new(1)));
    eventually("it is free again", async || {
        let vendor = ministry.office().get("/v1/vendors/VEN-000001").expect(200).await;
        (vendor["status"] == "in_good_standing").then_some(())
    })
    .await;
    ministry.service.stop().await;
}
