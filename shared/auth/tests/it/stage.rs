//! An issuer, a source of keys that can go away, and a caller.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use auth::{
    Grant, Issuer, KeySet, KeySource, Keychain, KeysUnavailable, Principal, PrincipalKind, Refused, SigningKey,
    StaticKeys, Verifier, Within,
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

pub const ISSUER: &str = "https://darbazi.test/identity";

/// Seconds after the start of every test.
pub fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
}

pub fn caller() -> Principal {
    Principal {
        subject: Uuid::from_u128(1),
        kind: PrincipalKind::Staff,
        name: "n.beridze".into(),
        employee: Some(Uuid::from_u128(2)),
        session: Some(Uuid::from_u128(3)),
        grants: vec![
            Grant { scopes: vec!["assets.*".into(), "*:read".into()], within: Within::Unit(Uuid::from_u128(4)) },
            Grant { scopes: vec!["incidents.tickets:write".into()], within: Within::Own },
        ],
    }
}

/// Published keys that count how often they are asked for, and can be away.
#[derive(Debug, Default)]
pub struct Published {
    keys: StaticKeys,
    fetches: AtomicUsize,
    away: AtomicBool,
}

#[async_trait]
impl KeySource for Published {
    async fn fetch(&self) -> Result<KeySet, KeysUnavailable> {
        self.fetches.fetch_add(1, Ordering::SeqCst);
        // Long enough for other callers to pile up behind.
        tokio::time::sleep(Duration::from_millis(20)).await;
        match self.away.load(Ordering::SeqCst) {
            true => Err(KeysUnavailable("identity is away".into())),
            false => self.keys.fetch().await,
        }
    }
}

pub struct Stage {
    pub key: SigningKey,
    pub issuer: Issuer,
    pub published: Arc<Published>,
    pub verifier: Verifier,
}

impl Stage {
    pub fn new() -> Self {
        let key = SigningKey::generate(at(0));
        let issuer = Issuer::new(ISSUER, Keychain::new(key.clone()));
        let published = Arc::new(Published::default());
        published.keys.replace(issuer.published(at(0)));
        let verifier = Verifier::new(ISSUER, published.clone());
        Self { key, issuer, published, verifier }
    }

    pub fn token(&self, second: i64) -> String {
        self.issuer.issue(&caller(), at(second)).unwrap().token
    }

    pub async fn verify(&self, token: &str, second: i64) -> Result<Principal, Refused> {
        self.verifier.verify(token, at(second)).await.map(|principal| (*principal).clone())
    }

    pub fn fetches(&self) -> usize {
        self.published.fetches.load(Ordering::SeqCst)
    }

    pub fn publish(&self, keys: KeySet) {
        self.published.keys.replace(keys);
    }

    pub fn keys_are_away(&self, away: bool) {
        self.published.away.store(away, Ordering::SeqCst);
    }
}
