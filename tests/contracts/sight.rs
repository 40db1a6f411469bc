//! Whose rights reach over a unit, or over their own things, sees these and nothing else: in lists, counts, exports, items,
//! events and streams.

use std::collections::BTreeSet;
use std::time::Duration;

use auth::Within;
use futures_util::StreamExt;
use serde_json::{Value, json};
use testkit::Client;
use tokio::time::timeout;
use uuid::Uuid;

use super::operations::{self, Operation};
use super::stage::{Stage, stage};

/// A caller with a part of all rights' reach, and what is theirs.
struct Onlooker {
    who: &'static str,
    within: Within,
    employee: Option<Uuid>,
    units: Vec<Uuid>,
}

fn onlookers(stage: &Stage) -> Vec<Onlooker> {
    let (nino, stranger) = (&stage.nino, kernel::id::random());
    let of_unit = |who, unit| Onlooker { who, within: Within::Unit(unit), employee: None, units: vec![unit] };
    let own = |who, employee| Onlooker { who, within: Within::Own, employee: Some(employee), units: vec![] };
    vec![
        of_unit("the head of Nino's unit", nino.unit),
        of_unit("the head of Giorgi's unit", stage.giorgi.unit),
        of_unit("the head of another unit", stranger),
        own("Nino", nino.id),
        own("a newcomer", stranger),
    ]
}

impl Onlooker {
    fn client(&self, stage: &Stage, service: &str) -> Client {
        stage.within(service, self.within, self.employee)
    }

    /// Things that belong to no unit and no person by their nature are for all who hold the scope.
    fn sees(&self, row: &Value) -> bool {
        let unit = row.get("org_unit_id").or(row.get("orgunitid"));
        let owner = row.get("owner_id").or(row.get("ownerid"));
        let is =
            |member: Option<&Value>, ids: &[Uuid]| member.is_some_and(|id| ids.iter().any(|one| json!(one) == *id));
        let placed = row.get("org_unit_id").is_some() || row.get("owner_id").is_some();
        !placed || is(unit, &self.units) || self.within == Within::Own && is(owner, self.employee.as_slice())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_counts_and_exports_show_what_is_for_the_callers_eyes() {
    let stage = stage().await;
    for operation in operations::all().iter().filter(|operation| operation.is_list()) {
        let all = rows(&stage.office(operation.service), operation).await;
        for onlooker in onlookers(&stage) {
            let client = onlooker.client(&stage, operation.service);
            let expected = ids(all.iter().filter(|row| onlooker.sees(row)));
            let told = format!("{operation} for {}", onlooker.who);
            assert_eq!(ids(&rows(&client, operation).await), expected, "{told}");
            let counted = client.get(&format!("{}?with_total=true&limit=1", operation.template)).expect(200).await;
            assert_eq!(counted["total"], json!(expected.len()), "{told}");
            assert_eq!(exported(&client, operation).await, expected, "the export of {told}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thing_that_is_not_for_the_callers_eyes_is_not_there() {
    let stage = stage().await;
    for operation in operations::all().iter().filter(|operation| operation.is_list()) {
        for row in rows(&stage.office(operation.service), operation).await {
            for onlooker in onlookers(&stage) {
                let client = onlooker.client(&stage, operation.service);
                let status = if onlooker.sees(&row) { 200 } else { 404 };
                for part in ["", "/history"] {
                    let path = format!("{}/{}{part}", operation.template, row["id"].as_str().expect("an id"));
                    let answered = client.get(&path).send().await;
                    assert_eq!(answered.status, status, "{path} for {}: {}", onlooker.who, answered.text);
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_and_streams_show_what_is_for_the_callers_eyes() {
    let stage = stage().await;
    for service in darbazi::services() {
        let placed = placed_kinds(service.name);
        let page = stage.office(service.name).get("/v1/events?limit=500").expect(200).await;
        let all: Vec<Value> =
            page["items"].as_array().expect("items").iter().map(|event| as_row(event, &placed)).collect();
        let until = page["next"].as_i64().expect("a position");
        for onlooker in onlookers(&stage) {
            let client = onlooker.client(&stage, service.name);
            let expected: Vec<&str> = all.iter().filter(|event| onlooker.sees(event)).map(id).collect();
            let told = format!("events of {} for {}", service.name, onlooker.who);
            let shown = client.get("/v1/events?limit=500").expect(200).await;
            let shown = shown["items"].as_array().expect("items").iter();
            let shown = shown.filter(|event| event["position"].as_i64().is_some_and(|position| position <= until));
            assert_eq!(shown.map(id).collect::<Vec<_>>(), expected, "{told}");
            let heard = heard(&client, "/v1/events/stream?after=0", expected.len()).await;
            assert_eq!(heard[..expected.len().min(heard.len())], expected, "the stream of {told}");
        }
    }
}

/// An event with the members that tell whose it is, if the rows of its kind have them.
fn as_row(event: &Value, placed: &BTreeSet<String>) -> Value {
    let mut event = event.clone();
    let kind = event["type"].as_str().and_then(|kind| kind.split('.').nth(2)).unwrap_or_default();
    if placed.contains(kind) {
        event["org_unit_id"] = event["orgunitid"].clone();
        event["owner_id"] = event["ownerid"].clone();
    }
    event
}

/// Kinds of things that belong to units or people.
fn placed_kinds(service: &str) -> BTreeSet<String> {
    let services = darbazi::services();
    let service = services.iter().find(|known| known.name == service).expect("a service");
    service.aggregates().filter(|aggregate| aggregate.placed).map(|aggregate| aggregate.kind.to_owned()).collect()
}

async fn rows(client: &Client, operation: &Operation) -> Vec<Value> {
    let page = client.get(&format!("{}?limit=200", operation.template)).expect(200).await;
    assert!(page["next_cursor"].is_null(), "{operation}: more than a page");
    page["items"].as_array().expect("items").clone()
}

async fn exported(client: &Client, operation: &Operation) -> BTreeSet<String> {
    let answered = client.get(&format!("{}/export?format=json", operation.template)).expect_answer(200).await;
    let rows: Vec<Value> = answered.text.lines().map(|line| serde_json::from_str(line).expect("a row")).collect();
    ids(&rows)
}

fn ids<'a>(rows: impl IntoIterator<Item = &'a Value>) -> BTreeSet<String> {
    rows.into_iter().map(|row| id(row).to_owned()).collect()
}

fn id(row: &Value) -> &str {
    row["id"].as_str().expect("an id")
}

/// Ids of the first `count` events of a stream; for none it is listened to for a while.
pub async fn heard(client: &Client, path: &str, count: usize) -> Vec<String> {
    let answer = client.get(path).open().await;
    assert_eq!(answer.status(), 200, "{path}");
    let mut chunks = answer.bytes_stream();
    let (mut text, patience) = (String::new(), Duration::from_millis(if count == 0 { 300 } else { 10_000 }));
    while events_in(&text).len() < count.max(1) {
        let Ok(Some(chunk)) = timeout(patience, chunks.next()).await else { break };
        text.push_str(&String::from_utf8_lossy(&chunk.expect("a chunk")));
    }
    events_in(&text)
}

fn events_in(text: &str) -> Vec<String> {
    let whole = text.rsplit_once("\n\n").map_or("", |(whole, _)| whole);
    let events = whole.lines().filter_map(|line| line.strip_prefix("data: "));
    events.map(|event| id(&serde_json::from_str(event).expect("an event")).to_owned()).collect()
}
