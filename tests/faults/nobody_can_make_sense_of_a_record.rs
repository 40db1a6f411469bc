//! Records on the topics that no service can make anything of.

use futures_util::FutureExt;
use messaging::dead_letters::{self, Operator};
use serde_json::json;

use crate::load::{Caller, Load};
use crate::report::Held;
use crate::servers::Servers;
use crate::stage::Stage;
use crate::{Fault, Size, check, topic};

pub const FAULT: Fault = Fault {
    name: "records that are no events, or events nobody knows, lie on the topics",
    short: true,
    run: |servers, size| run(servers, size).boxed_local(),
};

async fn run(servers: &Servers, size: Size) -> Held {
    let stage = Stage::open(servers, &["identity", "assets", "incidents"]).await;
    let load = Load::start(&stage, 6).await;
    let mut hr = Caller::new(&stage, "hr");
    let employee = hr.command("identity", "/v1/employees", crate::load::person(77)).await.expect("an employee");
    let key = employee["id"].as_str().expect("an id").to_owned();
    let (kafka, topic) = (servers.kafka(), stage.topic("identity"));
    let count = size.pick(5, 200);

    // Bytes that are no event at all, under keys of nobody; events of a type that nobody knows; and bytes in the middle of
    // the life of one employee.
    for index in 0..count {
        topic::put(&kafka, &topic, &format!("nobody-{index}"), &[("ce_id", "7")], b"\xff\xfe").await;
        let unknown = stranger("darbazi.identity.employee.promoted.v1", &kernel::id::random().to_string());
        topic::put(&kafka, &topic, &unknown.1, &headers(&unknown.0), b"{}").await;
    }
    // What is known only in a version to come.
    let newer = stranger("darbazi.identity.employee.left.v9", &kernel::id::random().to_string());
    topic::put(&kafka, &topic, &newer.1, &headers(&newer.0), b"{}").await;
    // What is known, but says what the handler refuses.
    let refused = stranger("darbazi.identity.employee.left.v1", &kernel::id::random().to_string());
    topic::put(&kafka, &topic, &refused.1, &headers(&refused.0), b"{\"left_on\": \"never\"}").await;
    topic::put(&kafka, &topic, &key, &[], b"no event").await;

    let employee = format!("/v1/employees/{key}");
    for verb in ["/suspend", "/reinstate", "/suspend"] {
        let reason = json!({ "reason": "ინვენტარიზაცია" });
        hr.command("identity", &format!("{employee}{verb}"), reason).await.expect("to be done");
    }
    tokio::time::sleep(size.seconds(3, 10)).await;
    let mut ledger = load.stop().await;
    ledger.extend(hr.ledger());
    check::quiet(&stage).await;
    let parked = give_up_and_retry(&stage, &key).await;
    let proven = check::everything(&stage, &ledger).await;
    stage.close().await;
    Held {
        done: format!(
            "{} records that are no events of ours among the others; {parked} parked, then skipped or retried",
            2 * count + 3
        ),
        recovery: Some(proven.quiet_after),
        proven,
    }
}

/// Only what is poisoned is parked, in order behind it; without the poison the rest goes through.
async fn give_up_and_retry(stage: &Stage<'_>, key: &str) -> usize {
    let mut parked_at_all = 0;
    for service in stage.services() {
        let store = stage.store(service.name).await;
        let parked = messaging::parked::list(&store).await.expect("what is parked");
        parked_at_all += parked.len();
        let behind: Vec<_> = parked.iter().filter(|one| one.error.starts_with("behind")).collect();
        assert!(behind.iter().all(|one| one.key == key), "{}: others wait too: {behind:#?}", service.name);
        for one in parked.iter().filter(|one| !one.error.starts_with("behind")) {
            let operator = Operator { name: "faults".into(), reason: Some("put there by a test".into()) };
            assert!(dead_letters::skip(&store, one.id, &operator).await.expect("a database"), "{one:?} was not parked");
        }
        messaging::parked::retry(&store, &service.subscribed(), key).await.expect("to retry");
        let select = "SELECT count(*) AS n FROM directory_employees WHERE active AND id = $1";
        let id: uuid::Uuid = key.parse().expect("an id");
        let select = event_store::statement(store.database().backend(), select, [id.into()]);
        let row = sea_orm::ConnectionTrait::query_one_raw(&store.database().reader, select).await.expect("a database");
        let active: i64 = row.expect("a row").try_get("", "n").expect("a number");
        assert_eq!(active, 0, "{}: suspended, reinstated, suspended again", service.name);
    }
    assert!(parked_at_all > 0, "nothing was parked");
    parked_at_all
}

/// Attributes of an event that somebody else put there, and its key.
fn stranger(kind: &str, subject: &str) -> (Vec<(String, String)>, String) {
    let attributes = [
        ("specversion", "1.0"),
        ("id", &kernel::id::random().to_string()),
        ("source", "/darbazi/identity"),
        ("type", kind),
        ("subject", subject),
        ("time", "2026-03-02T05:00:00Z"),
        ("partitionkey", subject),
        ("sequence", "00000000000000000001"),
        ("position", "1"),
        ("number", "EMP-999999"),
        ("actorid", "00000000-0000-0000-0000-000000000000"),
        ("actorname", topic::STRANGER),
    ];
    let mut headers: Vec<_> =
        attributes.iter().map(|(name, value)| (format!("ce_{name}"), (*value).to_owned())).collect();
    headers.push(("content-type".into(), "application/json".into()));
    (headers, subject.to_owned())
}

fn headers(attributes: &[(String, String)]) -> Vec<(&str, &str)> {
    attributes.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}
