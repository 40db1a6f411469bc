//! Other systems, and the token endpoint in the words of RFC 6749.

use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use chrono::Duration;
use serde_json::{Value, json};
use testkit::Answered;

use crate::house::{ADMIN_PASSWORD, House, PASSWORD, text};

async fn attendance(house: &House) -> Value {
    let body =
        json!({ "name": "attendance-system", "scopes": ["identity.employees:read", "identity.organisation:read"] });
    house.admin().await.post("/v1/service-accounts", body).expect(201).await
}

async fn token(house: &House, form: &[(&str, &str)]) -> Answered {
    house.anybody().request("POST".parse().expect("a method"), "/v1/oauth/token").form(form).send().await
}

async fn by_secret(house: &House, id: &str, secret: &str) -> Answered {
    token(house, &[("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)]).await
}

#[tokio::test]
async fn a_system_gets_a_token_for_what_it_may_and_nothing_else() {
    for database in testkit::databases().await {
        let house = House::open_on(database).await;
        let account = attendance(&house).await;
        let (id, secret) = (text(&account, "id"), text(&account, "client_secret"));
        let answer = by_secret(&house, id, secret).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let system = house.with(&answer.json());
        system.get("/v1/employees").expect(200).await;
        system.post("/v1/org-units/built-in", json!({})).refused(403, "scope-missing").await;
        let me = system.get("/v1/me").expect(200).await;
        assert_eq!((&me["kind"], &me["name"]), (&json!("service_account"), &json!("attendance-system")));
        assert_eq!(house.outcomes("attendance-system").await, ["token_issued"]);
        house.close().await;
    }
}

#[tokio::test]
async fn basic_authentication_and_a_narrower_scope_are_understood() {
    let house = House::open().await;
    let account = attendance(&house).await;
    let basic = BASE64.encode(format!("{}:{}", text(&account, "id"), text(&account, "client_secret")));
    let ask = |scope: &str| {
        let form = [("grant_type", "client_credentials"), ("scope", scope)];
        let post = house.anybody().request("POST".parse().expect("a method"), "/v1/oauth/token");
        post.header("authorization", &format!("Basic {basic}")).form(&form).send()
    };
    let narrow = ask("identity.organisation:read").await.json();
    assert_eq!(narrow["scope"], "identity.organisation:read");
    house.with(&narrow).get("/v1/employees").refused(403, "scope-missing").await;
    let wide = ask("identity.employees:write").await;
    assert_eq!((wide.status, &wide.json()["error"]), (400, &json!("invalid_scope")));
    house.close().await;
}

#[tokio::test]
async fn who_cannot_prove_it_gets_no_token_and_is_noted() {
    let house = House::open().await;
    let account = attendance(&house).await;
    let id = text(&account, "id").to_owned();
    for (id, secret) in [(id.as_str(), "wrong"), ("0198c0de-0000-7000-8000-000000000001", "x"), ("nobody", "x")] {
        let refused = by_secret(&house, id, secret).await;
        assert_eq!((refused.status, &refused.json()["error"]), (401, &json!("invalid_client")));
        assert!(refused.header("www-authenticate").is_some_and(|challenge| challenge.starts_with("Basic")));
    }
    assert_eq!(house.outcomes(&id).await, ["client_refused"]);
    for (form, error) in [
        (&[("grant_type", "password")][..], "unsupported_grant_type"),
        (&[("scope", "x")][..], "invalid_request"),
        (&[("grant_type", "client_credentials")][..], "invalid_request"),
        (&[("grant_type", "refresh_token")][..], "invalid_request"),
        (&[("grant_type", "refresh_token"), ("refresh_token", "x")][..], "invalid_grant"),
    ] {
        let refused = token(&house, form).await;
        assert_eq!((refused.status, &refused.json()["error"]), (400, &json!(error)));
    }
    house.close().await;
}

#[tokio::test]
async fn a_rotated_disabled_or_expired_account_is_out() {
    let house = House::open().await;
    let account = attendance(&house).await;
    let (id, old) = (text(&account, "id"), text(&account, "client_secret"));
    let path = |verb: &str| format!("/v1/service-accounts/{}/{verb}", text(&account, "number"));
    let rotated = house.admin().await.post(&path("rotate-secret"), json!({})).expect(200).await;
    let new = text(&rotated, "client_secret");
    assert_eq!((by_secret(&house, id, old).await.status, by_secret(&house, id, new).await.status), (401, 200));
    house.admin().await.post(&path("disable"), json!({})).expect(200).await;
    assert_eq!(by_secret(&house, id, new).await.status, 401);

    let tomorrow = (house.clock.now() + Duration::days(1)).to_rfc3339();
    let body = json!({ "name": "trial", "scopes": ["*:read"], "expires_at": tomorrow });
    let trial = house.admin().await.post("/v1/service-accounts", body).expect(201).await;
    let (id, secret) = (text(&trial, "id"), text(&trial, "client_secret"));
    assert_eq!(by_secret(&house, id, secret).await.status, 200);
    house.clock.advance(Duration::days(2));
    assert_eq!(by_secret(&house, id, secret).await.status, 401);
    house.close().await;
}

#[tokio::test]
async fn a_refresh_token_serves_at_the_token_endpoint_too() {
    let house = House::open().await;
    let tokens = house.sign_in("admin", ADMIN_PASSWORD).await;
    let form = [("grant_type", "refresh_token"), ("refresh_token", text(&tokens, "refresh_token"))];
    let answer = token(&house, &form).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    house.with(&answer.json()).get("/v1/me").expect(200).await;
    house.close().await;
}

#[tokio::test]
async fn discovery_tells_where_everything_is() {
    let house = House::open().await;
    for document in ["oauth-authorization-server", "openid-configuration"] {
        let found = house.anybody().get(&format!("/.well-known/{document}")).expect(200).await;
        assert_eq!(found["issuer"], "darbazi");
        assert_eq!(found["token_endpoint"], format!("{}/api/identity/v1/oauth/token", house.identity.url()));
    }
    let key = house.anybody().get("/.well-known/jwks.json").expect(200).await["keys"][0].clone();
    assert_eq!((&key["kty"], &key["crv"], &key["d"]), (&json!("OKP"), &json!("Ed25519"), &Value::Null));
    house.close().await;
}

#[tokio::test]
async fn nobody_makes_an_account_that_may_more_than_they_do() {
    let house = House::open().await;
    house.with_nino().await;
    let nino = house.as_user("n.beridze", PASSWORD).await;
    let body = json!({ "name": "backdoor", "scopes": ["*"] });
    nino.post("/v1/service-accounts", body).refused(403, "scope-missing").await;
    house.close().await;
}
