//! The keys a verifier knows, and when it asks for them again.
//!
//! Anyone can send a token with a made-up key id, so asking is rationed; many callers may miss a key at once, so one
//! asks for all of them. Identity being away does not stop callers whose key is known.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::DecodingKey;
use tokio::sync::Mutex;

use super::source::KeySource;
use crate::token::Refused;

/// A withdrawn key is no longer trusted after this time.
const RENEW_EVERY: TimeDelta = TimeDelta::minutes(5);
/// The least time between two fetches for unknown key ids.
const PAUSE: TimeDelta = TimeDelta::seconds(5);
/// The same while identity is away: callers are waiting for it.
const PAUSE_AFTER_FAILURE: TimeDelta = TimeDelta::seconds(1);

pub(crate) struct KnownKeys {
    source: Arc<dyn KeySource>,
    /// Never held while waiting.
    known: RwLock<Known>,
    /// Held by the one who fetches.
    fetching: Mutex<()>,
}

#[derive(Default)]
struct Known {
    keys: HashMap<String, Arc<DecodingKey>>,
    last_fetch: Option<Fetch>,
}

#[derive(Clone, Copy)]
struct Fetch {
    at: DateTime<Utc>,
    succeeded: bool,
}

impl KnownKeys {
    pub fn new(source: Arc<dyn KeySource>) -> Self {
        Self { source, known: RwLock::default(), fetching: Mutex::default() }
    }

    /// The key with this id, asked for if need be.
    pub async fn find(&self, kid: &str, now: DateTime<Utc>) -> Result<Arc<DecodingKey>, Refused> {
        self.renew(now).await;
        if let Some(key) = self.get(kid) {
            return Ok(key);
        }
        self.refresh(now).await;
        self.get(kid).ok_or_else(|| self.why_absent())
    }

    pub fn contains(&self, kid: &str) -> bool {
        self.known.read().unwrap_or_else(PoisonError::into_inner).keys.contains_key(kid)
    }

    /// Now and then, so that withdrawn keys are forgotten. Nobody waits for the one who does it.
    async fn renew(&self, now: DateTime<Utc>) {
        let due = |fetch: Fetch| (now - fetch.at).abs() >= RENEW_EVERY;
        if self.last_fetch().is_some_and(due)
            && let Ok(_alone) = self.fetching.try_lock()
        {
            self.fetch(now).await;
        }
    }

    /// Unless someone did it just now.
    async fn refresh(&self, now: DateTime<Utc>) {
        let _alone = self.fetching.lock().await;
        if self.last_fetch().is_none_or(|fetch| fetch.is_old(now)) {
            self.fetch(now).await;
        }
    }

    async fn fetch(&self, now: DateTime<Utc>) {
        let fetched = self.source.fetch().await;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.last_fetch = Some(Fetch { at: now, succeeded: fetched.is_ok() });
        match fetched {
            Ok(set) => known.keys = set.usable(),
            Err(error) => tracing::warn!(%error, known = known.keys.len(), "keeping the keys known so far"),
        }
    }

    fn get(&self, kid: &str) -> Option<Arc<DecodingKey>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).keys.get(kid).cloned()
    }

    fn last_fetch(&self) -> Option<Fetch> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).last_fetch
    }

    /// Without a fresh key set nobody can tell whether the key exists.
    fn why_absent(&self) -> Refused {
        match self.last_fetch() {
            Some(Fetch { succeeded: true, .. }) => Refused::UnknownKey,
            _ => Refused::KeysUnavailable,
        }
    }
}

impl Fetch {
    /// A clock that was set back counts as passed time, or a verifier could be stuck with its keys.
    fn is_old(&self, now: DateTime<Utc>) -> bool {
        let pause = if self.succeeded { PAUSE } else { PAUSE_AFTER_FAILURE };
        (now - self.at).abs() >= pause
    }
}
