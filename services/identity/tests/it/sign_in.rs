//! Getting in and staying in.

use chrono::Duration;
use serde_json::{Value, json};
use testkit::eventually;

use crate::house::{ADMIN_PASSWORD, House, PASSWORD, text};

#[tokio::test]
async fn the_first_administrator_signs_in_and_may_do_everything() {
    for database in testkit::databases().await {
        let house = House::open_on(database).await;
        let tokens = house.sign_in(" Admin ", ADMIN_PASSWORD).await;
        assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(600)));
        let permissions = house.with(&tokens).get("/v1/me/permissions").expect(200).await;
        assert_eq!(permissions["items"], json!([{ "scopes": ["*"], "within": "everywhere" }]));
        house.close().await;
    }
}

#[tokio::test]
async fn a_newcomer_can_do_nothing_but_choose_a_password() {
    let house = House::open().await;
    let nino = house.employ(10245, "ნინო", "ბერიძე").await;
    let user = house.admin().await.post("/v1/users", json!({ "employee": nino["number"] })).expect(201).await;
    assert_eq!((&user["username"], &user["must_change_password"]), (&json!("n.beridze"), &json!(true)));
    let once = text(&user, "one_time_password");

    let tokens = house.sign_in("n.beridze", once).await;
    assert_eq!(tokens["password_change_required"], true);
    let newcomer = house.with(&tokens);
    newcomer.get("/v1/employees").refused(403, "scope-missing").await;
    let change = |new: &str| newcomer.post("/v1/me/password", json!({ "current": once, "new": new }));
    change("n.beridze-2026").refused(422, "password-guessable").await;
    change(PASSWORD).expect(204).await;

    house.try_to_sign_in("n.beridze", once).await.json()["code"].as_str().expect("a refusal");
    let employee = house.as_user("n.beridze", PASSWORD).await;
    let me = employee.get("/v1/me").expect(200).await;
    assert_eq!((&me["employee_id"], &me["name"]), (&nino["id"], &nino["number"]));
    employee.get("/v1/employees").expect(200).await;
    house.close().await;
}

#[tokio::test]
async fn a_one_time_password_is_shown_once() {
    let house = House::open().await;
    let nino = house.employ(10245, "ნინო", "ბერიძე").await;
    let admin = house.admin().await;
    let create = || admin.post("/v1/users", json!({ "employee": nino["number"] })).header("idempotency-key", "k");
    let first = create().expect_answer(201).await;
    let second = create().expect_answer(201).await;
    assert_eq!(second.header("idempotent-replayed"), Some("true"));
    assert_eq!(
        (second.json()["id"].clone(), &second.json()["one_time_password"]),
        (first.json()["id"].clone(), &Value::Null)
    );
    admin.post("/v1/users", json!({ "employee": nino["number"] })).refused(409, "employee-has-user").await;
    house.close().await;
}

#[tokio::test]
async fn people_of_one_name_get_names_of_their_own() {
    let house = House::open().await;
    let (nino, nana) = (house.employ(1, "ნინო", "ბერიძე").await, house.employ(2, "ნანა", "ბერიძე").await);
    let admin = house.admin().await;
    let user =
        async |employee: &Value| admin.post("/v1/users", json!({ "employee": employee["number"] })).expect(201).await;
    assert_eq!(
        (&user(&nino).await["username"], &user(&nana).await["username"]),
        (&json!("n.beridze"), &json!("n.beridze2"))
    );
    house.close().await;
}

#[tokio::test]
async fn nobody_learns_who_is_there_and_guessing_ends_after_five_tries() {
    for database in testkit::databases().await {
        let house = House::open_on(database).await;
        house.with_nino().await;
        for username in ["n.beridze", "nobody"] {
            for _ in 0..5 {
                let refused = house.try_to_sign_in(username, "wrong").await;
                assert_eq!((refused.status, &refused.json()["code"]), (401, &json!("credentials-wrong")));
                assert!(refused.header("www-authenticate").is_some());
            }
            let locked = house.try_to_sign_in(username, PASSWORD).await;
            assert_eq!((locked.status, &locked.json()["code"]), (429, &json!("sign-in-locked")));
            let wait: i64 =
                locked.header("retry-after").and_then(|wait| wait.parse().ok()).expect("when to come again");
            assert!((800..=900).contains(&wait), "{wait}");
        }
        assert_eq!(house.outcomes("n.beridze").await[..3], ["locked", "locked_out", "credentials_wrong"]);
        house.clock.advance(Duration::minutes(15));
        house.sign_in("n.beridze", PASSWORD).await;
        house.close().await;
    }
}

#[tokio::test]
async fn a_success_forgives_the_failures_before_it() {
    let house = House::open().await;
    house.with_nino().await;
    for _ in 0..3 {
        for _ in 0..4 {
            assert_eq!(house.try_to_sign_in("n.beridze", "wrong").await.status, 401);
        }
        house.sign_in("n.beridze", PASSWORD).await;
    }
    house.close().await;
}

#[tokio::test]
async fn guesses_made_at_once_are_all_counted() {
    for database in testkit::databases().await {
        let house = House::open_on(database).await;
        house.with_nino().await;
        let guesses = (0..20).map(|_| house.try_to_sign_in("n.beridze", "wrong"));
        let guesses = futures_util::future::join_all(guesses).await;
        assert_eq!(guesses.iter().filter(|guess| guess.status == 401).count(), 5);
        assert_eq!(guesses.iter().filter(|guess| guess.status == 429).count(), 15);
        house.close().await;
    }
}

async fn refresh(house: &House, tokens: &Value) -> testkit::Answered {
    house.anybody().post("/v1/sessions/refresh", json!({ "refresh_token": tokens["refresh_token"] })).send().await
}

#[tokio::test]
async fn a_session_goes_on_by_refresh_tokens_that_serve_once() {
    for database in testkit::databases().await {
        let house = House::open_on(database).await;
        let first = house.sign_in("admin", ADMIN_PASSWORD).await;
        house.clock.advance(Duration::minutes(11));
        house.with(&first).get("/v1/me").refused(401, "token-expired").await;
        let second = refresh(&house, &first).await;
        assert_eq!(second.status, 200, "{}", second.text);
        assert_eq!(second.header("cache-control"), Some("no-store"));
        house.with(&second.json()).get("/v1/me").expect(200).await;

        assert_eq!(refresh(&house, &first).await.json()["code"], "refresh-token-wrong");
        let stolen = refresh(&house, &second.json()).await;
        assert_eq!((stolen.status, &stolen.json()["code"]), (401, &json!("refresh-token-wrong")));
        let reuse = house.admin().await.get("/v1/sign-ins?outcome=refresh_token_reused").expect(200).await;
        assert_eq!(reuse["items"].as_array().map(Vec::len), Some(1));
        house.close().await;
    }
}

#[tokio::test]
async fn of_two_who_use_one_refresh_token_at_once_one_gets_in_at_most() {
    for database in testkit::databases().await {
        let house = House::open_on(database).await;
        let tokens = house.sign_in("admin", ADMIN_PASSWORD).await;
        let both = futures_util::future::join_all((0..8).map(|_| refresh(&house, &tokens))).await;
        assert!(both.iter().filter(|answer| answer.status == 200).count() <= 1);
        assert!(both.iter().all(|answer| [200, 401].contains(&answer.status)));
        house.close().await;
    }
}

#[tokio::test]
async fn a_session_that_nobody_uses_ends_and_none_lasts_for_ever() {
    let house = House::open().await;
    let tokens = house.sign_in("admin", ADMIN_PASSWORD).await;
    house.clock.advance(Duration::hours(13));
    assert_eq!(refresh(&house, &tokens).await.status, 401);
    let mut tokens = house.sign_in("admin", ADMIN_PASSWORD).await;
    for _ in 0..15 {
        house.clock.advance(Duration::hours(11));
        tokens = refresh(&house, &tokens).await.json();
    }
    house.clock.advance(Duration::hours(11));
    assert_eq!(refresh(&house, &tokens).await.status, 401);
    house.close().await;
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_their_owner() {
    let house = House::open().await;
    house.with_nino().await;
    let (here, there) = (house.sign_in("n.beridze", PASSWORD).await, house.sign_in("n.beridze", PASSWORD).await);
    let nino = house.with(&here);
    let sessions = nino.get("/v1/sessions").expect(200).await;
    assert_eq!(sessions["items"].as_array().map(Vec::len), Some(3), "the one that changed the password, and these");
    let other = format!("/v1/sessions/{}", text(&there, "session_id"));
    house.admin().await.delete(&other).expect(404).await;
    nino.delete(&other).expect(204).await;
    assert_eq!(refresh(&house, &there).await.status, 401);
    assert_eq!(refresh(&house, &here).await.status, 200);
    nino.delete("/v1/sessions/none").expect(404).await;
    house.close().await;
}

#[tokio::test]
async fn a_changed_or_reset_password_ends_the_other_sessions() {
    let house = House::open().await;
    let (_, user) = house.with_nino().await;
    let (here, there) = (house.sign_in("n.beridze", PASSWORD).await, house.sign_in("n.beridze", PASSWORD).await);
    let change = json!({ "current": PASSWORD, "new": "სხვა გრძელი პაროლი" });
    house.with(&here).post("/v1/me/password", change).expect(204).await;
    assert_eq!((refresh(&house, &there).await.status, refresh(&house, &here).await.status), (401, 200));

    let reset = format!("/v1/users/{}/reset-password", text(&user, "number"));
    let reset = house.admin().await.post(&reset, json!({})).expect(200).await;
    assert_eq!(house.try_to_sign_in("n.beridze", "სხვა გრძელი პაროლი").await.status, 401);
    assert_eq!(house.sign_in("n.beridze", text(&reset, "one_time_password")).await["password_change_required"], true);
    house.close().await;
}

#[tokio::test]
async fn who_leaves_or_is_suspended_is_shut_out() {
    for database in testkit::databases().await {
        let house = House::open_on(database).await;
        let (nino, user) = house.with_nino().await;
        let employee = |verb: &str| format!("/v1/employees/{}/{verb}", text(&nino, "number"));
        let tokens = house.sign_in("n.beridze", PASSWORD).await;
        house.admin().await.post(&employee("suspend"), json!({ "reason": "შემოწმება" })).expect(200).await;
        house.user_becomes(&user, "suspended").await;
        assert_eq!(refresh(&house, &tokens).await.status, 401);
        assert_eq!(house.try_to_sign_in("n.beridze", PASSWORD).await.json()["code"], "user-disabled");

        house.admin().await.post(&employee("reinstate"), json!({})).expect(200).await;
        house.user_becomes(&user, "active").await;
        house.sign_in("n.beridze", PASSWORD).await;
        let today = kernel::tbilisi::day(house.clock.now());
        house.admin().await.post(&employee("leave"), json!({ "on": today })).expect(200).await;
        house.user_becomes(&user, "left").await;
        let enable = format!("/v1/users/{}/enable", text(&user, "number"));
        house.admin().await.post(&enable, json!({})).refused(409, "employee-left").await;
        house.close().await;
    }
}

#[tokio::test]
async fn a_signing_key_is_followed_without_anybody_noticing() {
    let house = House::open().await;
    let before = house.sign_in("admin", ADMIN_PASSWORD).await;
    let rotated = house.with(&before).post("/v1/signing-keys/rotate", json!({})).expect(201).await;
    let published = house.anybody().get("/.well-known/jwks.json").expect(200).await;
    assert_eq!(published["keys"].as_array().map(Vec::len), Some(2));
    house.clock.advance(Duration::minutes(7));
    let after = house.sign_in("admin", ADMIN_PASSWORD).await;
    for tokens in [&before, &after] {
        house.with(tokens).get("/v1/me").expect(200).await;
    }
    house.clock.advance(Duration::minutes(30));
    let remaining = eventually("the old key goes", async || {
        let keys = house.anybody().get("/.well-known/jwks.json").expect(200).await["keys"].clone();
        (keys.as_array().map(Vec::len) == Some(1)).then_some(keys)
    })
    .await;
    assert_eq!(remaining[0]["kid"], rotated["kid"]);
    house.close().await;
}

#[tokio::test]
async fn signing_in_cannot_be_tried_dry() {
    let house = House::open().await;
    let body = json!({ "username": "admin", "password": ADMIN_PASSWORD });
    house.anybody().post("/v1/sessions?dry_run=true", body).refused(400, "invalid-input").await;
    house.close().await;
}
