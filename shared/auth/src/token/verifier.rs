//! Checking tokens: every service's half.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use moka::Expiry;
use moka::sync::Cache;

use super::claims::Claims;
use super::{ACCESS_TOKEN, AUDIENCE, LEEWAY, MAX_TOKEN_BYTES, Refused};
use crate::keys::KeySource;
use crate::keys::known::KnownKeys;
use crate::principal::Principal;
use crate::secret::{Digest, digest};

/// Callers whose tokens are remembered at a time.
const REMEMBERED: u64 = 20_000;

/// Checks access tokens of one issuer. A token that was checked is remembered until it expires.
pub struct Verifier {
    issuer: String,
    keys: KnownKeys,
    checked: Cache<Digest, Arc<Checked>>,
}

/// A token whose signature, issuer and audience are right.
struct Checked {
    principal: Arc<Principal>,
    kid: String,
    not_before: DateTime<Utc>,
    expires: DateTime<Utc>,
    /// How long it is worth remembering, counted from the check.
    lasts: Duration,
}

impl Verifier {
    /// `issuer` is the `iss` that tokens must have.
    pub fn new(issuer: impl Into<String>, keys: Arc<dyn KeySource>) -> Self {
        let checked = Cache::builder().max_capacity(REMEMBERED).expire_after(UntilExpired).build();
        Self { issuer: issuer.into(), keys: KnownKeys::new(keys), checked }
    }

    /// The caller that this token stands for.
    pub async fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Arc<Principal>, Refused> {
        match token.len() {
            0 => return Err(Refused::Missing),
            length if length > MAX_TOKEN_BYTES => return Err(Refused::Malformed),
            _ => {}
        }
        let digest = digest(token);
        if let Some(checked) = self.remembered(&digest) {
            return checked.at(now);
        }
        let checked = Arc::new(self.check(token, now).await?);
        let principal = checked.at(now)?;
        self.checked.insert(digest, checked);
        Ok(principal)
    }

    /// Unless its key has been withdrawn since.
    fn remembered(&self, digest: &Digest) -> Option<Arc<Checked>> {
        self.checked.get(digest).filter(|checked| self.keys.contains(&checked.kid))
    }

    async fn check(&self, token: &str, now: DateTime<Utc>) -> Result<Checked, Refused> {
        let kid = kid_of(token)?;
        let key = self.keys.find(&kid, now).await?;
        let claims = claims_of(token, &key)?;
        if claims.iss != self.issuer {
            return Err(Refused::WrongIssuer);
        }
        if claims.aud != AUDIENCE {
            return Err(Refused::WrongAudience);
        }
        Checked::new(claims, kid, now)
    }
}

impl Checked {
    fn new(claims: Claims, kid: String, now: DateTime<Utc>) -> Result<Self, Refused> {
        let not_before = instant(claims.nbf)?;
        let expires = instant(claims.exp)?;
        let lasts = (expires - now).to_std().unwrap_or_default();
        Ok(Self { principal: Arc::new(claims.into_principal()), kid, not_before, expires, lasts })
    }

    /// The caller, if the token is valid at this time.
    fn at(&self, now: DateTime<Utc>) -> Result<Arc<Principal>, Refused> {
        if now - LEEWAY >= self.expires {
            Err(Refused::Expired)
        } else if now + LEEWAY < self.not_before {
            Err(Refused::NotYetValid)
        } else {
            Ok(self.principal.clone())
        }
    }
}

/// The id of the key, if the header is one that our issuer writes.
fn kid_of(token: &str) -> Result<String, Refused> {
    let header = decode_header(token).map_err(|_| Refused::Malformed)?;
    let is_ours = header.alg == Algorithm::EdDSA && header.typ.as_deref() == Some(ACCESS_TOKEN);
    // RFC 7515 §4.1.11: a critical extension that is not understood must be refused; we understand none.
    let is_plain = header.crit.is_none();
    header.kid.filter(|_| is_ours && is_plain).ok_or(Refused::Malformed)
}

fn claims_of(token: &str, key: &DecodingKey) -> Result<Claims, Refused> {
    let verified = decode(token, key, &signature_only()).map_err(|error| match error.kind() {
        ErrorKind::InvalidSignature => Refused::BadSignature,
        _ => Refused::Malformed,
    })?;
    Ok(verified.claims)
}

/// The library would compare times with the machine's clock, so all but the signature is checked here.
fn signature_only() -> Validation {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

fn instant(seconds: i64) -> Result<DateTime<Utc>, Refused> {
    // Years beyond four digits would overflow when the leeway is added.
    let sound = (0..=253_402_300_799).contains(&seconds);
    DateTime::from_timestamp(seconds, 0).filter(|_| sound).ok_or(Refused::Malformed)
}

/// Forgets a token when it has expired, to make room; whether it has is decided by [`Checked::at`] alone.
struct UntilExpired;

impl Expiry<Digest, Arc<Checked>> for UntilExpired {
    fn expire_after_create(&self, _: &Digest, checked: &Arc<Checked>, _: Instant) -> Option<Duration> {
        Some(checked.lasts)
    }
}
