//! Tokens that no issuer of ours would make.

use auth::{Claims, SigningKey};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

/// The same claims but for `change`, signed with `key`.
pub fn signed_anew(token: &str, key: &SigningKey, change: impl Fn(&mut Claims)) -> String {
    let mut claims: Claims = serde_json::from_value(part(token, 1)).expect("claims");
    change(&mut claims);
    let header = Header { typ: Some("at+jwt".into()), kid: Some(key.kid().into()), ..Header::new(Algorithm::EdDSA) };
    encode(&header, &claims, &EncodingKey::from_ed_der(key.pkcs8())).expect("a token")
}

/// `alg: none`, without a signature (RFC 8725 §2.1).
pub fn without_algorithm(token: &str) -> String {
    let mut header = part(token, 0);
    header["alg"] = json!("none");
    format!("{}.{}.", BASE64.encode(header.to_string()), piece(token, 1))
}

/// The header promises a signature that is not there.
pub fn unsigned(token: &str) -> String {
    format!("{}.{}.", piece(token, 0), piece(token, 1))
}

pub fn with_signature_of(token: &str, other: &str) -> String {
    format!("{}.{}.{}", piece(token, 0), piece(token, 1), piece(other, 2))
}

fn part(token: &str, index: usize) -> Value {
    serde_json::from_slice(&BASE64.decode(piece(token, index)).expect("base64")).expect("JSON")
}

fn piece(token: &str, index: usize) -> &str {
    token.split('.').nth(index).expect("three pieces")
}
