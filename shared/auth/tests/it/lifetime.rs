use auth::Refused;
use chrono::{DateTime, TimeDelta, Utc};

use crate::forge::{claims_but, signed};
use crate::stage::{ISSUER, Stage, at, caller};

#[tokio::test]
async fn a_token_lives_ten_minutes_and_a_little_leeway() {
    let stage = Stage::new();
    let token = stage.token(0);
    assert!(stage.verify(&token, 609).await.is_ok());
    let fresh = Stage { verifier: auth::Verifier::new(ISSUER, stage.published.clone()), ..stage };
    assert_eq!(fresh.verify(&token, 610).await, Err(Refused::Expired));
}

#[tokio::test]
async fn a_remembered_token_still_expires() {
    let stage = Stage::new();
    let token = stage.token(0);
    for second in [0, 1, 599] {
        assert!(stage.verify(&token, second).await.is_ok());
    }
    assert_eq!(stage.verify(&token, 610).await, Err(Refused::Expired));
    assert_eq!(stage.verify(&token, 86_400).await, Err(Refused::Expired));
}

#[tokio::test]
async fn a_token_is_not_valid_before_its_time() {
    let stage = Stage::new();
    let token = signed(&stage.key, &claims_but("nbf", at(60).timestamp()));
    assert_eq!(stage.verify(&token, 49).await, Err(Refused::NotYetValid));
    assert!(stage.verify(&token, 50).await.is_ok(), "within the leeway");
    assert_eq!(stage.verify(&token, 0).await, Err(Refused::NotYetValid), "also when it is remembered");
}

#[tokio::test]
async fn what_is_issued_says_when_it_ends_to_the_second() {
    let stage = Stage::new();
    let now: DateTime<Utc> = at(0) + TimeDelta::milliseconds(750);
    let issuer = stage.issuer.with_lifetime(TimeDelta::minutes(2));
    let issued = issuer.issue(&caller(), now).unwrap();
    assert_eq!(issued.expires_at, at(120));
    assert_eq!(stage.verifier.verify(&issued.token, at(130)).await.unwrap_err(), Refused::Expired);
}

#[tokio::test]
async fn every_token_has_its_own_id() {
    let stage = Stage::new();
    let [one, other] = [0, 0].map(|second| stage.issuer.issue(&caller(), at(second)).unwrap());
    assert_ne!(one.id, other.id);
    assert_ne!(one.token, other.token);
}
