//! Tokens that our issuer would never make.

use auth::SigningKey;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::stage::{ISSUER, at};

/// The claims of a sound token that expires ten minutes after the start.
pub fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": "darbazi", "sub": uuid::Uuid::from_u128(1), "client_id": "darbazi", "jti": "1",
        "exp": at(600).timestamp(), "iat": at(0).timestamp(), "nbf": at(0).timestamp(),
        "name": "n.beridze", "kind": "staff", "grants": [{"scope": "*", "within": ["everywhere"]}],
    })
}

/// The claims with one of them changed.
pub fn claims_but(name: &str, value: impl Into<Value>) -> Value {
    let mut claims = claims();
    claims[name] = value.into();
    claims
}

pub fn header(kid: &str) -> Header {
    Header { typ: Some("at+jwt".into()), kid: Some(kid.into()), ..Header::new(Algorithm::EdDSA) }
}

pub fn signed(key: &SigningKey, claims: &Value) -> String {
    signed_as(&header(key.kid()), key, claims)
}

pub fn signed_as(header: &Header, key: &SigningKey, claims: &Value) -> String {
    encode(header, claims, &EncodingKey::from_ed_der(key.pkcs8())).unwrap()
}

/// A token with any header at all, signed by nobody.
pub fn unsigned(header: &Value, signature: &str) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{signature}", part(header), part(&claims()))
}

/// The classic confusion: the public key, which everyone knows, as the secret of an HMAC.
pub fn hmac_with_public_key(key: &SigningKey) -> String {
    let public = URL_SAFE_NO_PAD.decode(key.public().x.as_deref().unwrap()).unwrap();
    let header = Header { alg: Algorithm::HS256, ..header(key.kid()) };
    encode(&header, &claims(), &EncodingKey::from_secret(&public)).unwrap()
}

/// The same token with another payload under the old signature.
pub fn with_payload(token: &str, claims: &Value) -> String {
    let parts: Vec<&str> = token.split('.').collect();
    format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(claims.to_string()), parts[2])
}
