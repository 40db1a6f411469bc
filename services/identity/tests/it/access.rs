//! Roles, who holds them where, and what follows.

use chrono::Duration;
use serde_json::{Value, json};
use testkit::Client;

use crate::house::{House, PASSWORD, text};

async fn role(admin: &Client, code: &str, scopes: &[&str]) -> Value {
    let name = json!({ "ka": "როლი", "en": "Role" });
    admin.post("/v1/roles", json!({ "code": code, "name": name, "scopes": scopes })).expect(201).await
}

async fn permissions(caller: &Client) -> Vec<(String, String)> {
    let list = caller.get("/v1/me/permissions").expect(200).await;
    let items = list["items"].as_array().cloned().unwrap_or_default();
    let pairs = items.iter().flat_map(|item| {
        let scopes = item["scopes"].as_array().cloned().unwrap_or_default();
        let within = text(item, "within").to_owned();
        scopes
            .into_iter()
            .map(move |scope| (scope.as_str().unwrap_or_default().to_owned(), within.clone()))
            .collect::<Vec<_>>()
    });
    pairs.collect()
}

fn holds(permissions: &[(String, String)], scope: &str, within: &str) -> bool {
    permissions.iter().any(|(held, place)| held == scope && place == within)
}

#[tokio::test]
async fn a_position_brings_its_role_and_takes_it_away() {
    for database in testkit::databases().await {
        let house = House::open_on(database).await;
        let (nino, _) = house.with_nino().await;
        let held = permissions(&house.as_user("n.beridze", PASSWORD).await).await;
        assert!(
            holds(&held, "incidents.desk", "everywhere") && holds(&held, "assets.custody:accept", "own"),
            "{held:?}"
        );
        let away = json!({ "org_unit": "FINANCE" });
        house.admin().await.post(&format!("/v1/employees/{}/move", text(&nino, "number")), away).expect(200).await;
        let held = permissions(&house.as_user("n.beridze", PASSWORD).await).await;
        assert!(
            !holds(&held, "incidents.desk", "everywhere") && holds(&held, "assets.custody:accept", "own"),
            "{held:?}"
        );
        house.close().await;
    }
}

#[tokio::test]
async fn a_granted_role_is_held_where_it_was_granted_until_it_lapses() {
    for database in testkit::databases().await {
        let house = House::open_on(database).await;
        let (_, user) = house.with_nino().await;
        let admin = house.admin().await;
        let role = role(&admin, "auditor", &["contracts.*:read"]).await;
        let unit = admin.get("/v1/org-units?code=FINANCE").expect(200).await["items"][0].clone();
        let until = (house.clock.now() + Duration::hours(2)).to_rfc3339();
        let grant = json!({ "user": user["number"], "role": role["number"], "place": "unit", "org_unit": unit["number"], "until": until });
        let grant = admin.post("/v1/grants", grant).expect(201).await;
        assert_eq!((&grant["within"], &grant["status"]), (&unit["id"], &json!("in_force")));
        let held = permissions(&house.as_user("n.beridze", PASSWORD).await).await;
        assert!(holds(&held, "contracts.*:read", text(&unit, "id")), "{held:?}");

        house.clock.advance(Duration::hours(2));
        let held = permissions(&house.as_user("n.beridze", PASSWORD).await).await;
        assert!(!holds(&held, "contracts.*:read", text(&unit, "id")), "{held:?}");
        let path = format!("/v1/grants/{}", text(&grant, "number"));
        testkit::eventually("the grant lapses", async || {
            (house.admin().await.get(&path).expect(200).await["status"] == "lapsed").then_some(())
        })
        .await;
        house.close().await;
    }
}

#[tokio::test]
async fn who_leaves_loses_every_grant() {
    let house = House::open().await;
    let (nino, user) = house.with_nino().await;
    let admin = house.admin().await;
    let role = role(&admin, "auditor", &["contracts.*:read"]).await;
    let grant = json!({ "user": user["number"], "role": role["number"], "place": "everywhere" });
    let grant = admin.post("/v1/grants", grant).expect(201).await;
    let today = kernel::tbilisi::day(house.clock.now());
    admin.post(&format!("/v1/employees/{}/leave", text(&nino, "number")), json!({ "on": today })).expect(200).await;
    let path = format!("/v1/grants/{}", text(&grant, "number"));
    testkit::eventually("the grant is revoked", async || {
        (admin.get(&path).expect(200).await["status"] == "revoked").then_some(())
    })
    .await;
    house.close().await;
}

#[tokio::test]
async fn nobody_hands_out_more_than_they_hold() {
    let house = House::open().await;
    let (_, user) = house.with_nino().await;
    let admin = house.admin().await;
    let clerk = role(&admin, "access-clerk", &["identity.access", "identity.sign-in", "assets.*:read"]).await;
    let grant = json!({ "user": user["number"], "role": clerk["number"], "place": "everywhere" });
    admin.post("/v1/grants", grant).expect(201).await;
    let nino = house.as_user("n.beridze", PASSWORD).await;

    let administrator = nino.get("/v1/roles?code=administrator").expect(200).await["items"][0].clone();
    let crown = json!({ "user": user["number"], "role": administrator["number"], "place": "everywhere" });
    nino.post("/v1/grants", crown).refused(403, "beyond-own-rights").await;
    let everything = json!({ "code": "all", "name": { "ka": "ყველა", "en": "All" }, "scopes": ["*"] });
    nino.post("/v1/roles", everything).refused(403, "beyond-own-rights").await;
    let own = format!("/v1/roles/{}", text(&clerk, "number"));
    nino.patch(&own, json!({ "scopes": ["*"] })).refused(403, "beyond-own-rights").await;
    let account = json!({ "name": "backdoor", "scopes": ["contracts.contracts:sign"] });
    nino.post("/v1/service-accounts", account).refused(403, "beyond-own-rights").await;
    role(&nino, "reader", &["assets.custody:read"]).await;

    // Whoever gets a password gets the rights behind it.
    let chief = nino.get("/v1/users?username=admin").expect(200).await["items"][0].clone();
    let reset = format!("/v1/users/{}/reset-password", text(&chief, "number"));
    nino.post(&reset, json!({})).refused(403, "beyond-own-rights").await;
    house.close().await;
}

#[tokio::test]
async fn nobody_locks_themselves_out() {
    let house = House::open().await;
    let admin = house.admin().await;
    let me = admin.get("/v1/users?username=admin").expect(200).await["items"][0].clone();
    admin.post(&format!("/v1/users/{}/disable", text(&me, "number")), json!({})).refused(409, "user-own").await;
    let grant = admin.get("/v1/grants?role=administrator").expect(200).await["items"][0].clone();
    admin.post(&format!("/v1/grants/{}/revoke", text(&grant, "number")), json!({})).refused(409, "grant-own").await;
    let role = admin.get("/v1/roles?code=administrator").expect(200).await["items"][0].clone();
    let less = json!({ "scopes": ["assets.*"] });
    admin.patch(&format!("/v1/roles/{}", text(&role, "number")), less).refused(409, "role-built-in").await;
    house.close().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_role_or_grant_is_named() {
    let house = House::open().await;
    let (_, user) = house.with_nino().await;
    let admin = house.admin().await;
    let unsound = json!({ "code": "x", "name": { "ka": "ა", "en": "a" }, "scopes": ["assets.*", "all", "a.b.c"] });
    let problem = admin.post("/v1/roles", unsound).refused(422, "invalid-input").await;
    let pointers: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|error| error["pointer"].clone()).collect();
    assert_eq!(pointers, ["/scopes/1", "/scopes/2"]);
    let role = role(&admin, "reader", &["*:read"]).await;
    let grant = |place: Value| {
        let mut body = json!({ "user": user["number"], "role": role["number"] });
        body.as_object_mut().unwrap().extend(place.as_object().cloned().unwrap());
        admin.post("/v1/grants", body)
    };
    grant(json!({ "place": "unit" })).refused(422, "required").await;
    grant(json!({ "place": "own", "org_unit": "ORG-000001" })).refused(422, "unit-without-place").await;
    grant(json!({ "place": "everywhere", "until": "2020-01-01T00:00:00Z" })).refused(422, "until-past").await;
    admin
        .post("/v1/roles", json!({ "code": "reader", "name": { "ka": "ა", "en": "a" }, "scopes": ["*:read"] }))
        .refused(409, "role-code-taken")
        .await;
    let built_in = admin.get("/v1/roles?code=employee").expect(200).await["items"][0].clone();
    admin
        .post(&format!("/v1/roles/{}/retire", text(&built_in, "number")), json!({}))
        .refused(409, "role-built-in")
        .await;
    house.close().await;
}

#[tokio::test]
async fn a_position_stands_in_a_unit_that_exists_and_a_dry_run_creates_none() {
    let house = House::open().await;
    let admin = house.admin().await;
    let positions = admin.get("/v1/positions?limit=1").expect(200).await;
    let path = format!("/v1/positions/{}", text(&positions["items"][0], "number"));
    let nowhere = json!({ "org_unit_id": "0198c0de-0000-7000-8000-000000000001" });
    admin.patch(&path, nowhere).refused(422, "reference-unknown").await;
    let dry = admin.post("/v1/org-units/built-in?dry_run=true", json!({})).expect(200).await;
    assert_eq!(dry, json!({ "created": 0 }));
    house.close().await;
}
