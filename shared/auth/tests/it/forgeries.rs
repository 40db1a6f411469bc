use auth::{Grant, Keychain, Principal, Refused, SigningKey, Unissuable, Within};
use jsonwebtoken::Header;
use serde_json::json;
use uuid::Uuid;

use crate::forge::{claims, claims_but, header, hmac_with_public_key, signed, signed_as, unsigned, with_payload};
use crate::stage::{Stage, at, caller};

async fn is_refused(stage: &Stage, token: &str, refused: Refused) {
    assert_eq!(stage.verify(token, 60).await, Err(refused));
}

#[tokio::test]
async fn a_sound_token_gives_back_its_caller() {
    let stage = Stage::new();
    assert_eq!(stage.verify(&stage.token(0), 60).await, Ok(caller()));
    assert!(stage.verify(&signed(&stage.key, &claims()), 60).await.is_ok(), "the forge makes sound tokens");
}

#[tokio::test]
async fn no_token_is_not_a_malformed_one() {
    is_refused(&Stage::new(), "", Refused::Missing).await;
}

#[tokio::test]
async fn gibberish_is_malformed() {
    let stage = Stage::new();
    let token = stage.token(0);
    for text in ["x", "..", "a.b.c", "ა.ბ.გ", &token[1..], &format!("{token}."), &format!(".{token}")] {
        is_refused(&stage, text, Refused::Malformed).await;
    }
}

#[tokio::test]
async fn alg_none_is_refused() {
    let stage = Stage::new();
    for alg in ["none", "None", "NONE", ""] {
        let header = json!({"alg": alg, "typ": "at+jwt", "kid": stage.key.kid()});
        is_refused(&stage, &unsigned(&header, ""), Refused::Malformed).await;
    }
}

#[tokio::test]
async fn an_hmac_with_the_public_key_is_refused() {
    let stage = Stage::new();
    is_refused(&stage, &hmac_with_public_key(&stage.key), Refused::Malformed).await;
}

#[tokio::test]
async fn a_foreign_key_with_our_key_id_is_refused() {
    let stage = Stage::new();
    let foreign = SigningKey::generate(at(0));
    let token = signed_as(&header(stage.key.kid()), &foreign, &claims());
    is_refused(&stage, &token, Refused::BadSignature).await;
}

#[tokio::test]
async fn a_key_that_the_token_brings_along_is_not_trusted() {
    let stage = Stage::new();
    let foreign = SigningKey::generate(at(0));
    let jwk = serde_json::from_value(serde_json::to_value(foreign.public()).unwrap()).unwrap();
    let header = Header { jwk: Some(jwk), ..header(foreign.kid()) };
    is_refused(&stage, &signed_as(&header, &foreign, &claims()), Refused::UnknownKey).await;
}

#[tokio::test]
async fn a_changed_payload_is_refused() {
    let stage = Stage::new();
    let token = with_payload(&stage.token(0), &claims_but("name", "minister"));
    is_refused(&stage, &token, Refused::BadSignature).await;
}

#[tokio::test]
async fn a_cut_or_missing_signature_is_refused() {
    let stage = Stage::new();
    let token = stage.token(0);
    let (unsigned, signature) = token.rsplit_once('.').unwrap();
    for signature in ["", &signature[..40]] {
        is_refused(&stage, &format!("{unsigned}.{signature}"), Refused::BadSignature).await;
    }
}

#[tokio::test]
async fn another_issuer_or_audience_is_refused() {
    let stage = Stage::new();
    let foreign = signed(&stage.key, &claims_but("iss", "https://elsewhere.test"));
    is_refused(&stage, &foreign, Refused::WrongIssuer).await;
    let for_others = signed(&stage.key, &claims_but("aud", "payroll"));
    is_refused(&stage, &for_others, Refused::WrongAudience).await;
}

#[tokio::test]
async fn another_kind_of_token_does_not_pass_for_an_access_token() {
    let stage = Stage::new();
    let sound = header(stage.key.kid());
    let headers = [
        Header { typ: Some("JWT".into()), ..sound.clone() },
        Header { typ: None, ..sound.clone() },
        Header { kid: None, ..sound.clone() },
        Header { crit: Some(vec!["exp".into()]), ..sound },
    ];
    for header in headers {
        is_refused(&stage, &signed_as(&header, &stage.key, &claims()), Refused::Malformed).await;
    }
}

#[tokio::test]
async fn times_out_of_all_bounds_are_malformed() {
    let stage = Stage::new();
    for (name, value) in [("exp", i64::MAX), ("exp", i64::MIN), ("nbf", i64::MAX), ("exp", 253_402_300_800)] {
        is_refused(&stage, &signed(&stage.key, &claims_but(name, value)), Refused::Malformed).await;
    }
    is_refused(&stage, &signed(&stage.key, &claims_but("exp", "soon")), Refused::Malformed).await;
}

#[tokio::test]
async fn a_huge_token_is_refused_before_it_is_read() {
    let stage = Stage::new();
    let token = signed(&stage.key, &claims_but("name", "n".repeat(9000)));
    is_refused(&stage, &token, Refused::Malformed).await;
    assert_eq!(stage.fetches(), 0);
}

#[test]
fn grants_that_no_token_can_carry_are_refused_when_it_is_issued() {
    let issuer = auth::Issuer::new("https://darbazi.test", Keychain::new(SigningKey::generate(at(0))));
    let unit = |n: u128| Grant { scopes: vec![format!("assets.x{n}:read")], within: Within::Unit(Uuid::from_u128(n)) };
    let greedy = Principal { grants: (0..200).map(unit).collect(), ..caller() };
    assert!(matches!(issuer.issue(&greedy, at(0)), Err(Unissuable::TooManyGrants { .. })));
}
