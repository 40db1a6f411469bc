use std::sync::Arc;

use auth::{Keychain, Refused, SigningKey};
use tokio::task::JoinSet;

use crate::forge::{claims, header, signed, signed_as};
use crate::stage::{Stage, at};

#[tokio::test]
async fn a_rotated_key_is_found_after_a_refresh() {
    let stage = Stage::new();
    let old = stage.token(0);
    assert!(stage.verify(&old, 0).await.is_ok());

    let mut keys = Keychain::new(stage.key.clone());
    keys.add(SigningKey::generate(at(60)));
    stage.issuer.replace_keys(keys);
    stage.publish(stage.issuer.published(at(60)));
    let new = stage.token(60);
    assert_ne!(new.split('.').next(), old.split('.').next(), "the new key signs");

    assert!(stage.verify(&new, 60).await.is_ok());
    assert!(stage.verify(&old, 60).await.is_ok(), "tokens of the old key go on");
    assert_eq!(stage.fetches(), 2);
}

#[tokio::test]
async fn made_up_key_ids_cause_one_fetch_at_most() {
    let stage = Stage::new();
    for n in 0..50 {
        let token = signed_as(&header(&format!("made-up-{n}")), &stage.key, &claims());
        assert_eq!(stage.verify(&token, 1).await, Err(Refused::UnknownKey));
    }
    assert_eq!(stage.fetches(), 1);
    assert!(stage.verify(&stage.token(0), 1).await.is_ok(), "known keys are not affected");
}

#[tokio::test]
async fn many_callers_at_once_cause_one_fetch() {
    let stage = Arc::new(Stage::new());
    let mut callers = JoinSet::new();
    for _ in 0..50 {
        let stage = stage.clone();
        callers.spawn(async move { stage.verify(&stage.token(0), 0).await });
    }
    assert!(callers.join_all().await.iter().all(Result::is_ok));
    assert_eq!(stage.fetches(), 1);
}

#[tokio::test]
async fn keys_that_are_away_are_our_failure_and_come_back() {
    let stage = Stage::new();
    let token = stage.token(0);
    stage.keys_are_away(true);
    for _ in 0..3 {
        assert_eq!(stage.verify(&token, 0).await, Err(Refused::KeysUnavailable));
    }
    assert_eq!(stage.fetches(), 1, "a source that is away is not asked by every caller");

    stage.keys_are_away(false);
    assert!(stage.verify(&token, 1).await.is_ok());
}

#[tokio::test]
async fn known_keys_outlive_an_absence_of_identity() {
    let stage = Stage::new();
    assert!(stage.verify(&stage.token(0), 0).await.is_ok());
    stage.keys_are_away(true);
    assert!(stage.verify(&stage.token(3600), 3600).await.is_ok());
    let strange = signed(&SigningKey::generate(at(0)), &claims());
    assert_eq!(stage.verify(&strange, 3600).await, Err(Refused::KeysUnavailable), "nobody knows whether it is new");
}

#[tokio::test]
async fn a_withdrawn_key_is_forgotten_even_for_remembered_tokens() {
    let stage = Stage::new();
    let stolen = stage.token(0);
    assert!(stage.verify(&stolen, 0).await.is_ok());

    stage.issuer.replace_keys(Keychain::new(SigningKey::generate(at(1))));
    stage.publish(stage.issuer.published(at(1)));
    assert!(stage.verify(&stage.token(10), 10).await.is_ok());
    assert_eq!(stage.verify(&stolen, 10).await, Err(Refused::UnknownKey));
}

#[tokio::test]
async fn keys_are_renewed_now_and_then() {
    let stage = Stage::new();
    assert!(stage.verify(&stage.token(0), 0).await.is_ok());
    assert!(stage.verify(&stage.token(299), 299).await.is_ok());
    assert_eq!(stage.fetches(), 1);
    assert!(stage.verify(&stage.token(300), 300).await.is_ok());
    assert_eq!(stage.fetches(), 2);
}

#[tokio::test]
async fn a_clock_that_was_set_back_does_not_stop_the_refresh() {
    let stage = Stage::new();
    assert!(stage.verify(&stage.token(7200), 7200).await.is_ok());
    let next = SigningKey::generate(at(0));
    stage.issuer.replace_keys(Keychain::new(next));
    stage.publish(stage.issuer.published(at(0)));
    assert!(stage.verify(&stage.token(0), 0).await.is_ok());
}
