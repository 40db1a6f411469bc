//! Who may do what: every operation of every document, through the gateway and at the service itself.

use std::collections::BTreeSet;

use auth::{Grant, Issuer, Keychain, SigningKey, Within, is_scope};
use chrono::TimeDelta;
use reqwest::Method;
use testkit::{Answered, Client};
use web::operations::Access;

use super::operations::{self, Operation, at_gateway};
use super::sight::heard;
use super::stage::{Stage, stage};
use super::tokens;
use crate::platform::principal;

/// Open to anybody.
const PUBLIC: [&str; 6] = [
    "identity GET /.well-known/jwks.json",
    "identity GET /.well-known/oauth-authorization-server",
    "identity GET /.well-known/openid-configuration",
    "identity POST /v1/oauth/token",
    "identity POST /v1/sessions",
    "identity POST /v1/sessions/refresh",
];

/// Open to whoever has a valid token, in identity: about themselves.
const ABOUT_ONESELF: [&str; 5] = [
    "identity GET /v1/me",
    "identity GET /v1/me/permissions",
    "identity GET /v1/sessions",
    "identity POST /v1/me/password",
    "identity DELETE /v1/sessions/{id}",
];

/// Open to whoever has a valid token, in every service: what they began, and what they may see.
const OF_ONES_OWN: [&str; 4] =
    ["GET /v1/events", "GET /v1/events/stream", "GET /v1/jobs/{id}", "GET /v1/jobs/{id}/report"];

#[test]
fn only_what_is_listed_here_is_open_to_anybody() {
    let open = named(|operation| operation.access == Access::Public);
    assert_eq!(open, PUBLIC.map(str::to_owned).into());
}

#[test]
fn only_what_is_listed_here_is_open_to_every_token() {
    let open = named(|operation| operation.access == Access::Authenticated);
    let everywhere = darbazi::services()
        .into_iter()
        .flat_map(|service| OF_ONES_OWN.map(|operation| format!("{} {operation}", service.name)));
    assert_eq!(open, everywhere.chain(ABOUT_ONESELF.map(str::to_owned)).collect());
}

#[test]
fn every_other_operation_names_a_scope_of_its_service() {
    for service in darbazi::services() {
        let rooms: BTreeSet<&str> =
            service.capabilities.iter().map(|capability| capability.name).chain(["platform"]).collect();
        for operation in operations::all().iter().filter(|operation| operation.service == service.name) {
            let Access::Scope(scope) = &operation.access else { continue };
            assert!(is_scope(scope), "{operation}: {scope}");
            let (owner, room) = scope.split_once('.').expect("a service and a capability");
            let (room, _) = room.split_once(':').expect("a capability and an action");
            assert!(owner == service.name && rooms.contains(room), "{operation}: {scope} is no scope of its service");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_there_is_nothing_to_be_had() {
    let stage = stage().await;
    let mut wrong = vec![];
    for operation in closed() {
        for answered in everywhere(&stage, operation, None).await {
            let challenge = answered.header("www-authenticate").unwrap_or_default();
            if !is_refused(&answered, 401, "token-missing") || !challenge.starts_with("Bearer realm=") {
                wrong.push(format!("{operation}: {} {challenge} {}", answered.status, answered.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_holds_nothing_may_do_nothing() {
    let stage = stage().await;
    let token = stage.platform.token(&[], Within::Everywhere, None);
    let mut wrong = vec![];
    for operation in scoped() {
        for answered in everywhere(&stage, operation, Some(&token)).await {
            if !is_refused(&answered, 403, "scope-missing") {
                wrong.push(format!("{operation}: {} {}", answered.status, answered.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_other_right_does_not_help() {
    let stage = stage().await;
    let scopes: BTreeSet<&str> = scoped().filter_map(scope_of).collect();
    let mut wrong = vec![];
    for scope in &scopes {
        let others: Vec<&str> = scopes.iter().copied().filter(|other| other != scope).collect();
        let token = stage.platform.token(&others, Within::Everywhere, None);
        for operation in scoped().filter(|operation| scope_of(operation) == Some(scope)) {
            let answered = ask(stage.platform.service(operation.service).with_token(&token), operation, None).await;
            if !is_refused(&answered, 403, "scope-missing") {
                wrong.push(format!("{operation}: {} {}", answered.status, answered.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_open_to_every_token_shows_nothing_foreign() {
    let stage = stage().await;
    let token = stage.platform.token(&[], Within::Everywhere, None);
    for service in darbazi::services() {
        let nobody = stage.platform.service(service.name).with_token(&token);
        let events = nobody.get("/v1/events?limit=500").expect(200).await;
        assert_eq!(events["items"], serde_json::json!([]), "{}", service.name);
        assert!(heard(&nobody, "/v1/events/stream?after=0", 0).await.is_empty(), "{}", service.name);
        let job = kernel::id::random();
        nobody.get(&format!("/v1/jobs/{job}")).expect(404).await;
        nobody.get(&format!("/v1/jobs/{job}/report")).expect(404).await;
    }
    let nobody = stage.platform.gateway().with_token(&token);
    assert!(heard(&nobody, "/api/events/stream", 0).await.is_empty());
    let me = nobody.get("/api/identity/v1/me").expect(200).await;
    assert_eq!(me["name"], "tester");
    assert_eq!(nobody.get("/api/identity/v1/me/permissions").expect(200).await["items"], serde_json::json!([]));
    assert_eq!(nobody.get("/api/identity/v1/sessions").expect(200).await["items"], serde_json::json!([]));
    nobody.delete(&format!("/api/identity/v1/sessions/{}", kernel::id::random())).expect(404).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_for_the_eyes_of_who_began_it() {
    let stage = stage().await;
    let beginner = stage.office("assets");
    let file = "inventory_number,device_type\nს-99,DT-999999\n";
    let job = beginner.request(Method::POST, "/v1/devices/import?dry_run=true").body("text/csv", file);
    let job = job.expect_answer(202).await;
    let path = at_service(job.header("location").expect("a location"));
    beginner.get(&path).expect(200).await;
    stage.office("assets").get(&path).refused(404, "not-found").await;
    stage.office("assets").get(&format!("{path}/report")).refused(404, "not-found").await;
}

/// Each of them at an operation of each service, and each operation with one of them.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_not_ours_is_none() {
    let stage = stage().await;
    let tokens = false_tokens(&stage);
    let first = |service: &str| closed().find(|operation| operation.service == service).expect("an operation");
    let services = darbazi::services();
    let each_token = services.iter().flat_map(|service| tokens.iter().map(|token| (first(service.name), token)));
    let each_operation = closed().zip(tokens.iter().cycle());
    let mut wrong = vec![];
    for (operation, (token, codes)) in each_token.chain(each_operation) {
        for answered in everywhere(&stage, operation, Some(token)).await {
            let challenge = answered.header("www-authenticate").unwrap_or_default();
            let told = challenge.contains("error=\"invalid_token\"");
            if !told || !codes.iter().any(|code| is_refused(&answered, 401, code)) {
                wrong.push(format!("{operation}: {} instead of {codes:?}: {}", answered.status, answered.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Tokens, and what is said of them.
fn false_tokens(stage: &Stage) -> Vec<(String, Vec<&'static str>)> {
    let now = stage.platform.clock.now();
    let everything = Grant { scopes: vec!["*".into()], within: Within::Everywhere };
    let caller = principal(vec![everything], None);
    let ours = stage.platform.issuer.issue(&caller, now).expect("a token").token;
    let expired = stage.platform.issuer.issue(&caller, now - TimeDelta::hours(1)).expect("a token").token;
    let early = stage.platform.issuer.issue(&caller, now + TimeDelta::hours(1)).expect("a token").token;
    let stranger = Issuer::new("darbazi", Keychain::new(SigningKey::generate(now)));
    let foreign = stranger.issue(&caller, now).expect("a token").token;
    let forged = tokens::with_signature_of(&ours, &foreign);
    let key = &stage.platform.key;
    vec![
        (expired, vec!["token-expired"]),
        (early, vec!["token-not-yet-valid"]),
        (foreign, vec!["token-key-unknown"]),
        (forged, vec!["token-signature-wrong"]),
        (tokens::unsigned(&ours), vec!["token-malformed", "token-signature-wrong"]),
        (tokens::without_algorithm(&ours), vec!["token-malformed"]),
        (tokens::signed_anew(&ours, key, |claims| claims.aud = "elsewhere".into()), vec!["token-audience-wrong"]),
        (tokens::signed_anew(&ours, key, |claims| claims.iss = "elsewhere".into()), vec!["token-issuer-wrong"]),
        ("nonsense".into(), vec!["token-malformed"]),
    ]
}

/// The answers to an operation at the gateway and at its service.
async fn everywhere(stage: &Stage, operation: &Operation, token: Option<&str>) -> [Answered; 2] {
    let (gateway, service) = (stage.platform.gateway(), stage.platform.service(operation.service));
    let known = |client: Client| token.map_or_else(|| client.without_token(), |token| client.with_token(token));
    [ask(known(gateway), operation, Some(operation.service)).await, ask(known(service), operation, None).await]
}

async fn ask(client: Client, operation: &Operation, through: Option<&str>) -> Answered {
    let path = operation.path(&kernel::id::random().to_string());
    let path = through.map_or_else(|| path.clone(), |service| at_gateway(service, &path));
    client.request(operation.method.clone(), &path).send().await
}

fn is_refused(answered: &Answered, status: u16, code: &str) -> bool {
    let is_problem = answered.header("content-type") == Some("application/problem+json");
    answered.status == status && is_problem && answered.json()["code"] == code
}

fn at_service(location: &str) -> String {
    let rest = location.split_once("/v1/").expect("an address at the gateway").1;
    format!("/v1/{rest}")
}

fn closed() -> impl Iterator<Item = &'static Operation> {
    operations::all().iter().filter(|operation| operation.access != Access::Public)
}

fn scoped() -> impl Iterator<Item = &'static Operation> {
    operations::all().iter().filter(|operation| scope_of(operation).is_some())
}

fn scope_of(operation: &Operation) -> Option<&str> {
    match &operation.access {
        Access::Scope(scope) => Some(scope),
        Access::Public | Access::Authenticated => None,
    }
}

fn named(is: impl Fn(&Operation) -> bool) -> BTreeSet<String> {
    operations::all().iter().filter(|operation| is(operation)).map(ToString::to_string).collect()
}
