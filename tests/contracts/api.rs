//! What every operation does alike (`docs/api.md`), held against every operation.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use testkit::Client;

use super::operations::{self, Operation};
use super::stage::stage;
use super::walk::{Walk, dry, is_named, media_type, with_json};

const GEORGIAN: std::ops::RangeInclusive<char> = '\u{10d0}'..='\u{10ff}';

#[test]
fn every_operation_says_what_it_is() {
    let functions: BTreeSet<String> =
        darbazi::functions::coverage().into_iter().map(|function| function.number).collect();
    let mut ids = BTreeSet::new();
    for operation in operations::all() {
        let described = &operation.described;
        let text = |member: &str| described[member].as_str().unwrap_or_default().to_owned();
        assert!(ids.insert((operation.service, text("operationId"))), "{operation}: its operationId is taken");
        assert!(!text("operationId").is_empty() && !text("summary").is_empty(), "{operation}: no name or summary");
        let known = operation.document["tags"].as_array().expect("tags");
        let tags = described["tags"].as_array().expect("tags");
        assert!(
            tags.len() == 1 && known.iter().any(|tag| tag["name"] == tags[0]),
            "{operation}: no tag of the document"
        );
        for number in described["x-functions"].as_array().expect("functions") {
            let number = number.as_str().expect("a number");
            assert!(functions.contains(number), "{operation}: docs/functions.md has no function {number}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_parameter_is_refused_by_name_in_the_callers_language() {
    let mut walk = Walk::begin().await;
    for operation in operations::all() {
        let request = walk.request(operation, "?surprise=1").header("accept-language", "ka, en;q=0.5");
        let problem = walk.refused(operation, request, 400, "unknown-parameter").await;
        let detail = problem["detail"].as_str().unwrap_or_default();
        if !is_named(&problem, "?surprise") || !detail.contains(|letter| GEORGIAN.contains(&letter)) {
            walk.note(operation, format!("not named, or not in Georgian: {problem}"));
        }
    }
    walk.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_member_is_refused_by_name() {
    let mut walk = Walk::begin().await;
    for operation in with_json() {
        let body = json!({ "surprise": 1 }).to_string();
        let request = walk.request(operation, dry(operation)).body(media_type(operation), body);
        let problem = walk.refused(operation, request, 422, "unknown-member").await;
        if !is_named(&problem, "/surprise") {
            walk.note(operation, format!("not named: {problem}"));
        }
    }
    walk.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_json_is_refused() {
    let mut walk = Walk::begin().await;
    for operation in with_json() {
        let kind = media_type(operation);
        let request = walk.request(operation, "").body(kind, "{\"surprise\":");
        walk.refused(operation, request, 400, "malformed-json").await;
        let request = walk.request(operation, "").body(kind, vec![b'{', 0xff, b'}']);
        walk.refused(operation, request, 400, "not-utf8").await;
        let request = walk.request(operation, "").body(kind, "[]");
        walk.refused(operation, request, 422, "wrong-type").await;
        let request = walk.request(operation, dry(operation)).body(kind, "{\"surprise\":\"\\u0000\"}");
        walk.refused(operation, request, 422, "nul-character").await;
    }
    walk.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_another_kind_is_refused() {
    let mut walk = Walk::begin().await;
    for operation in operations::all().iter().filter(|operation| operation.media_types().next().is_some()) {
        // OAuth says this, too, in words of its own.
        if operation.media_types().any(|kind| kind == "application/x-www-form-urlencoded") {
            continue;
        }
        let request = walk.request(operation, "").body("text/html", "<p>");
        walk.refused(operation, request, 415, "wrong-media-type").await;
    }
    walk.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_too_large_is_refused() {
    let mut walk = Walk::begin().await;
    let body = json!({ "surprise": "x".repeat(1024 * 1024) }).to_string();
    for operation in with_json() {
        let request = walk.request(operation, "").body(media_type(operation), body.clone());
        walk.refused(operation, request, 413, "body-too-large").await;
    }
    walk.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_an_id_is_not_found() {
    let mut walk = Walk::begin().await;
    let long = "9".repeat(65);
    for operation in operations::all().iter().filter(|operation| operation.has_id()) {
        for id in ["no%20such", "%00", "%FF", "%E1%83%A1-1", "..%2F..", "'%20OR%201=1", &long] {
            let request = walk.request_at(operation, &operation.path(id));
            walk.refused(operation, request, 404, "not-found").await;
        }
    }
    walk.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_nobodys_id_or_number_is_not_found() {
    let mut walk = Walk::begin().await;
    let random = kernel::id::random().to_string();
    let reads = |operation: &&Operation| operation.has_id() && operation.method == Method::GET;
    for operation in operations::all().iter().filter(reads) {
        for id in [random.as_str(), "ZZZ-000001", "0", "-1", "99999999999999999999"] {
            let request = walk.request_at(operation, &operation.path(id));
            walk.refused(operation, request, 404, "not-found").await;
        }
    }
    walk.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn another_method_is_refused_with_those_that_there_are() {
    let mut walk = Walk::begin().await;
    for operation in operations::all() {
        let there: BTreeSet<&str> = methods(|other| other.template == operation.template && other.shadows(operation));
        let elsewhere = methods(|other| other.template != operation.template && other.shadows(operation));
        for method in [Method::PUT, Method::DELETE, Method::POST, Method::GET] {
            if there.contains(method.as_str()) || elsewhere.contains(method.as_str()) {
                continue;
            }
            let path = operation.path("0198c0de-0000-7000-8000-000000000001");
            let request = walk.offices[operation.service].request(method.clone(), &path);
            let answered = walk.send(operation, request).await;
            let allow: BTreeSet<&str> = answered.header("allow").unwrap_or_default().split(", ").collect();
            if (answered.status, &allow) != (405, &there) {
                walk.note(operation, format!("{method}: {} {allow:?} {}", answered.status, answered.text));
            }
        }
    }
    walk.end();
}

fn methods(of: impl Fn(&Operation) -> bool) -> BTreeSet<&'static str> {
    operations::all().iter().filter(|operation| of(operation)).map(|operation| operation.method.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_meant_for_another_version_is_refused() {
    let mut walk = Walk::begin().await;
    for operation in operations::all().iter().filter(|operation| operation.method == Method::PATCH) {
        if !operation.has_parameter("header", "If-Match") || operation.template.contains("{amendment}") {
            continue;
        }
        for tag in ["\"999\"", "\"of-no-version\""] {
            let kind = media_type(operation);
            let request = walk.request(operation, "").header("if-match", tag).body(kind, "{}");
            let answered = walk.send(operation, request).await;
            let current = answered.header("etag").is_some_and(|tag| tag.starts_with('"'));
            if answered.status != 412 || !current {
                walk.note(operation, format!("{} with If-Match {tag}: {}", answered.status, answered.text));
            }
        }
    }
    walk.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_cannot_be_meant_are_refused() {
    let mut walk = Walk::begin().await;
    let long = "x".repeat(1001);
    for operation in operations::all() {
        for name in ["idempotency-key", "x-change-reason", "if-match"] {
            for value in ["", &long] {
                let request = walk.request(operation, dry(operation)).header(name, value);
                walk.refused(operation, request, 400, "bad-header").await;
            }
        }
    }
    walk.end();
}

/// Things of which there may be many, and that need no other.
fn beginnings() -> Vec<(&'static str, &'static str, Value)> {
    let unique = kernel::id::random().simple().to_string();
    let name = json!({ "ka": "ახალი", "en": "New" });
    let digits: String = unique.bytes().map(|byte| char::from(b'0' + byte % 10)).collect();
    let (code, short) = (format!("C-{}", unique[20..].to_uppercase()), format!("c-{}", &unique[20..]));
    let vendor = json!({ "kind": "legal_person", "identification_code": digits[23..], "name": name });
    vec![
        ("assets", "manufacturers", json!({ "name": unique })),
        ("contracts", "vendors", vendor),
        ("identity", "org-units", json!({ "code": code, "kind": "unit", "name": name })),
        ("identity", "roles", json!({ "code": short, "name": name, "scopes": ["assets.register:read"] })),
        ("identity", "service-accounts", json!({ "name": short })),
        ("incidents", "queues", json!({ "code": short, "name": name })),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_command_gets_the_answer_of_the_first() {
    let stage = stage().await;
    for (service, collection, body) in beginnings() {
        let (office, path) = (stage.office(service), format!("/v1/{collection}"));
        let key = kernel::id::random().to_string();
        let send = |key: &str, body: &Value| office.post(&path, body.clone()).header("idempotency-key", key);
        let first = send(&key, &body).expect_answer(201).await;
        let again = send(&format!("\"{key}\""), &body).expect_answer(201).await;
        assert_eq!(again.header("idempotent-replayed"), Some("true"), "{service} {collection}");
        assert_eq!(first.header("idempotent-replayed"), None, "{service} {collection}");
        assert_eq!(again.json()["id"], first.json()["id"], "{service} {collection}");
        assert_eq!(again.header("location"), first.header("location"), "{service} {collection}");
        assert_eq!(again.header("etag"), first.header("etag"), "{service} {collection}");
        let other = beginnings().into_iter().find(|(_, name, _)| *name == collection).expect("another").2;
        send(&key, &other).refused(422, "idempotency-key-reused").await;
        // Another caller's key is another key.
        let refused = stage.office(service).post(&path, other.clone()).header("idempotency-key", &key);
        refused.expect(201).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_begun_is_where_its_address_says() {
    let stage = stage().await;
    let gateway = stage.platform.gateway().with_token(stage.platform.almighty());
    for (service, collection, body) in beginnings() {
        let path = format!("/api/{service}/v1/{collection}");
        let begun = gateway.post(&path, body).expect_answer(201).await;
        let thing = begun.json();
        assert_eq!(begun.header("location"), thing["url"].as_str(), "{service} {collection}");
        let found = gateway.get(thing["url"].as_str().expect("an address")).expect(200).await;
        assert_eq!(found["id"], thing["id"]);
        let number = thing["number"].as_str().expect("a number").to_lowercase();
        assert_eq!(gateway.get(&format!("{path}/{number}")).expect(200).await["id"], thing["id"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_keeps_nothing() {
    let mut walk = Walk::begin().await;
    let run = format!("dry-{}", kernel::id::random());
    let dry_runs = operations::all().iter().filter(|operation| operation.has_parameter("query", "dry_run"));
    let mut would_be = 0;
    for operation in dry_runs {
        let mut request = walk.request(operation, "?dry_run=true").header("x-request-id", &run);
        let beginning = beginnings().into_iter().find(|(service, collection, _)| {
            operation.template == format!("/v1/{collection}") && operation.service == *service
        });
        if let Some((_, _, body)) = beginning {
            request = request.json(&body);
        } else if operation.takes_json() {
            request = request.body(media_type(operation), "{}");
        }
        let answered = walk.send(operation, request).await;
        would_be += usize::from(answered.status == 200);
        if [201, 204].contains(&answered.status) {
            walk.note(operation, format!("{} {}", answered.status, answered.text));
        }
        let request = walk.request(operation, "?dry_run=1").header("x-request-id", &run);
        walk.refused(operation, request, 400, "bad-parameter").await;
    }
    assert!(would_be >= beginnings().len(), "nothing would have been done");
    for (service, office) in &walk.offices {
        let kept = correlated(office, &run).await;
        assert!(kept.is_empty(), "{service} kept {kept:?}");
    }
    walk.end();
}

/// The types of all events that this request left.
async fn correlated(office: &Client, request_id: &str) -> Vec<Value> {
    let (mut found, mut after) = (vec![], 0);
    loop {
        let page = office.get(&format!("/v1/events?limit=500&after={after}")).expect(200).await;
        let events = page["items"].as_array().expect("items").iter();
        found.extend(events.filter(|event| event["correlationid"] == request_id).map(|event| event["type"].clone()));
        after = page["next"].as_i64().expect("a position");
        if page["more"] != true {
            return found;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gateway_serves_the_committed_document() {
    let stage = stage().await;
    let known = testkit::eventually("the documents of all services", async || {
        let document = stage.platform.gateway().get("/openapi.json").expect(200).await;
        (document == super::specs::platform_document()).then_some(())
    });
    known.await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gateway_tells_its_limits_and_passes_requests_on_as_they_are() {
    let stage = stage().await;
    let gateway = stage.platform.gateway().with_token(stage.platform.almighty());
    let answered = gateway.get("/api/assets/v1/devices").header("x-request-id", "tell-me").expect_answer(200).await;
    assert_eq!(answered.header("x-request-id"), Some("tell-me"));
    assert!(answered.header("ratelimit-policy").is_some_and(|policy| policy.starts_with("\"default\";q=")));
    assert!(answered.header("ratelimit").is_some_and(|left| left.starts_with("\"default\";r=")));
    gateway.get("/api/assets/v1/devices?surprise=1").refused(400, "invalid-input").await;
    gateway.get("/api/assets/v1/nothing").refused(404, "not-found").await;
    gateway.get("/api/nothing/v1/devices").refused(404, "not-found").await;
    let refused = gateway.delete("/api/assets/v1/devices").expect_answer(405).await;
    assert_eq!(refused.header("allow").map(|allow| allow.contains("GET") && allow.contains("POST")), Some(true));
}
