//! Signing tokens: identity's half.

use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, Header, encode};

use super::claims::{Claims, Imprint};
use super::{ACCESS_TOKEN, MAX_TOKEN_BYTES};
use crate::keys::{KeySet, Keychain};
use crate::principal::Principal;
use crate::secret::random_text;

const LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// Signs access tokens with the newest key of its keychain.
#[derive(Debug)]
pub struct Issuer {
    name: String,
    lifetime: TimeDelta,
    keys: RwLock<Keychain>,
}

/// A signed token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    pub token: String,
    /// The `jti`.
    pub id: String,
    pub expires_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unissuable {
    /// Every verifier would refuse it.
    #[error("the grants do not fit into a token: {bytes} bytes, at most {MAX_TOKEN_BYTES} are possible")]
    TooManyGrants { bytes: usize },
    #[error("the token cannot be signed")]
    NotSigned(#[from] jsonwebtoken::errors::Error),
}

impl Issuer {
    /// `name` is the `iss` of the tokens: identity's own address.
    pub fn new(name: impl Into<String>, keys: Keychain) -> Self {
        Self { name: name.into(), lifetime: LIFETIME, keys: RwLock::new(keys) }
    }

    /// How long a token is valid; ten minutes unless said otherwise.
    pub fn with_lifetime(self, lifetime: TimeDelta) -> Self {
        Self { lifetime, ..self }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn lifetime(&self) -> TimeDelta {
        self.lifetime
    }

    pub fn issue(&self, principal: &Principal, now: DateTime<Utc>) -> Result<Issued, Unissuable> {
        // Tokens know no fractions of a second.
        let issued_at = now.trunc_subsecs(0);
        let (id, expires_at) = (random_text::<16>(), issued_at + self.lifetime);
        let imprint = Imprint { issuer: self.name.clone(), id: id.clone(), issued_at, expires_at };
        let token = self.sign(&Claims::of(principal, imprint), now)?;
        match token.len() {
            bytes if bytes > MAX_TOKEN_BYTES => Err(Unissuable::TooManyGrants { bytes }),
            _ => Ok(Issued { token, id, expires_at }),
        }
    }

    /// The key set to be served, and to be trusted by identity itself.
    pub fn published(&self, now: DateTime<Utc>) -> KeySet {
        self.keys().published(now, self.lifetime)
    }

    /// After a rotation, here or at another replica.
    pub fn replace_keys(&self, keys: Keychain) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    fn sign(&self, claims: &Claims, now: DateTime<Utc>) -> Result<String, jsonwebtoken::errors::Error> {
        let keys = self.keys();
        let key = keys.signing(now);
        let header =
            Header { typ: Some(ACCESS_TOKEN.into()), kid: Some(key.kid().into()), ..Header::new(Algorithm::EdDSA) };
        encode(&header, claims, key.private())
    }

    fn keys(&self) -> RwLockReadGuard<'_, Keychain> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner)
    }
}
