//! Tokens of the platform's own kind: one to call with, and what it costs to check it.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use auth::{Grant, Issuer, Keychain, Principal, PrincipalKind, SigningKey, StaticKeys, Verifier, Within};
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use kernel::Clock;
use serde_json::Value;

use crate::say;

/// What services expect as `iss` unless configured otherwise.
const ISSUER: &str = "darbazi";

fn issuer() -> Issuer {
    let key = SigningKey::generate(Clock::system().now() - TimeDelta::hours(1));
    Issuer::new(ISSUER, Keychain::new(key)).with_lifetime(TimeDelta::hours(8))
}

fn operator() -> Principal {
    Principal {
        subject: kernel::id::random(),
        kind: PrincipalKind::ServiceAccount,
        name: "bench".into(),
        employee: None,
        session: None,
        grants: vec![Grant { scopes: vec!["*".into()], within: Within::Everywhere }],
    }
}

/// Writes `token` and `.well-known/jwks.json` into the directory.
pub fn write(directory: &Path) -> Result<()> {
    let (issuer, now) = (issuer(), Clock::system().now());
    std::fs::create_dir_all(directory.join(".well-known"))?;
    std::fs::write(directory.join(".well-known/jwks.json"), serde_json::to_string(&issuer.published(now))?)?;
    std::fs::write(directory.join("token"), issuer.issue(&operator(), now)?.token)?;
    Ok(())
}

/// Checks a second by our verifier (a token it has seen, and one it has not) and by the library alone.
pub async fn check(seconds: f64) -> Result<()> {
    let (issuer, now) = (issuer(), Clock::system().now());
    let set = issuer.published(now);
    let key = DecodingKey::from_ed_components(set.keys[0].x.as_deref().unwrap_or_default())?;
    let keys = Arc::new(StaticKeys::new(set));
    let verifier = Verifier::new(ISSUER, keys);
    let token = issuer.issue(&operator(), now)?.token;

    let begun = Instant::now();
    let mut checks = 0_u32;
    while begun.elapsed().as_secs_f64() < seconds {
        verifier.verify(&token, now).await?;
        checks += 1;
    }
    say("known_us", begun.elapsed().as_secs_f64() * 1e6 / f64::from(checks));

    let fresh: Vec<String> = (0..2_000).map(|_| Ok(issuer.issue(&operator(), now)?.token)).collect::<Result<_>>()?;
    let begun = Instant::now();
    for token in &fresh {
        verifier.verify(token, now).await?;
    }
    say("fresh_us", begun.elapsed().as_secs_f64() * 1e6 / fresh.len() as f64);

    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_audience(&[auth::AUDIENCE]);
    validation.set_issuer(&[ISSUER]);
    let begun = Instant::now();
    let mut checks = 0_u32;
    while begun.elapsed().as_secs_f64() < seconds {
        decode::<Value>(&token, &key, &validation)?;
        checks += 1;
    }
    say("library_us", begun.elapsed().as_secs_f64() * 1e6 / f64::from(checks));
    Ok(())
}
