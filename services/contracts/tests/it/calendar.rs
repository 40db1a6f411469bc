//! Days off, and the ends of terms.

use serde_json::json;

use crate::ministry::{Ministry, at};

#[tokio::test]
async fn a_declared_day_off_moves_the_end_of_terms_until_it_is_revoked() {
    let ministry = Ministry::open().await;
    let office = ministry.office();
    let end = async |unit: &str| {
        let path = format!("/v1/term-end?from=2026-03-09&length=1&unit={unit}");
        office.get(&path).expect(200).await["ends_on"].as_str().unwrap().to_owned()
    };
    assert_eq!(end("working_days").await, "2026-03-10");
    let day = json!({ "date": "2026-03-10", "reason": { "ka": "განკარგულება", "en": "Ordinance" } });
    let declared = office.post("/v1/days-off", day.clone()).expect(201).await;
    office.post("/v1/days-off", day.clone()).refused(409, "day-off-taken").await;
    assert_eq!((end("working_days").await, end("banking_days").await), ("2026-03-11".into(), "2026-03-10".into()));
    office.post(&at("days-off", &declared, "revoke"), json!({})).expect(200).await;
    assert_eq!(end("working_days").await, "2026-03-10");
    office.post("/v1/days-off", day).expect(201).await;
    office.get("/v1/term-end?from=2026-03-09&length=0&unit=months").refused(400, "bad-parameter").await;
    office.get("/v1/term-end?from=2026-02-30&length=1&unit=months").refused(400, "bad-parameter").await;
    ministry.service.stop().await;
}
