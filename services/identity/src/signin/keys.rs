//! The keys that sign tokens, shared by all replicas through the database.

use std::sync::{Arc, Mutex, PoisonError};

use auth::{Issued, Issuer, KeySet, Keychain, Principal, SigningKey};
use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use chrono::{DateTime, TimeDelta, Utc};
use event_store::{Failure, Migration, Sealed, Store, statement};
use kernel::Fault;
use kernel::id::derived;
use sea_orm::{ConnectionTrait, Value};
use serde_json::json;
use uuid::Uuid;

pub const MIGRATION: Migration = Migration {
    name: "identity-signing-keys-1",
    postgres: "CREATE TABLE signing_keys (id uuid PRIMARY KEY, since timestamptz NOT NULL, sealed text NOT NULL)",
    sqlite: "CREATE TABLE signing_keys (id blob PRIMARY KEY, since text NOT NULL, sealed text NOT NULL)",
};

/// How soon a replica learns of another's new key.
const RELOAD_EVERY: TimeDelta = TimeDelta::seconds(60);
/// How long a new key is published before it signs: longer than anybody goes without asking for the keys.
const HEAD_START: TimeDelta = TimeDelta::minutes(6);
/// When a key is followed by another of itself.
const LIFETIME: TimeDelta = TimeDelta::days(90);

const ROOT: Uuid = Uuid::from_u128(0x0da2_ba21_0000_7000_8000_0000_0000_0004);

/// Issues tokens with the newest key.
#[derive(Clone, Debug)]
pub struct Keys(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    issuer: Issuer,
    loaded_at: Mutex<DateTime<Utc>>,
}

impl Keys {
    /// Makes the first key if there is none.
    pub async fn open(store: &Store, issuer: &str) -> Result<Self, Failure> {
        let now = store.clock().now();
        let chain = match load(store).await? {
            Some(chain) => chain,
            None => {
                // Replicas that start at once agree on one first key.
                keep(store, derived(ROOT, "first"), &SigningKey::generate(now)).await?;
                load(store).await?.ok_or_else(|| Failure::Database("no signing key could be kept".into()))?
            }
        };
        let issuer = Issuer::new(issuer, chain);
        Ok(Self(Arc::new(Inner { store: store.clone(), issuer, loaded_at: Mutex::new(now) })))
    }

    pub async fn issue(&self, principal: &Principal) -> Result<Issued, Failure> {
        self.refresh().await?;
        self.0.issuer.issue(principal, self.now()).map_err(|error| match error {
            auth::Unissuable::TooManyGrants { .. } => Fault::conflict(
                "too-many-grants",
                "The rights do not fit into a token; join them into fewer roles.",
                "უფლებები ტოკენში ვერ ეტევა; გააერთიანეთ ნაკლებ როლში.",
            )
            .into(),
            auth::Unissuable::NotSigned(error) => Failure::Database(format!("signing: {error}")),
        })
    }

    pub async fn published(&self) -> Result<KeySet, Failure> {
        self.refresh().await?;
        Ok(self.0.issuer.published(self.now()))
    }

    pub fn issuer(&self) -> &str {
        self.0.issuer.name()
    }

    pub fn lifetime(&self) -> TimeDelta {
        self.0.issuer.lifetime()
    }

    /// Makes a key that will sign once everybody had the time to learn of it; says since when.
    pub async fn rotate(&self) -> Result<(String, DateTime<Utc>), Failure> {
        let key = SigningKey::generate(self.now() + HEAD_START);
        keep(&self.0.store, kernel::id::random(), &key).await?;
        self.reload().await?;
        Ok((key.kid().to_owned(), key.since()))
    }

    async fn refresh(&self) -> Result<(), Failure> {
        let age = self.now() - *self.0.loaded_at.lock().unwrap_or_else(PoisonError::into_inner);
        if age.abs() < RELOAD_EVERY { Ok(()) } else { self.reload().await }
    }

    async fn reload(&self) -> Result<(), Failure> {
        let Some(chain) = load(&self.0.store).await? else { return Ok(()) };
        let now = self.now();
        if now - chain.signing(now).since() >= LIFETIME {
            // One successor, whichever replica notices first.
            let successor = derived(ROOT, chain.signing(now).kid());
            keep(&self.0.store, successor, &SigningKey::generate(now + HEAD_START)).await?;
        }
        self.0.issuer.replace_keys(load(&self.0.store).await?.unwrap_or(chain));
        *self.0.loaded_at.lock().unwrap_or_else(PoisonError::into_inner) = now;
        Ok(())
    }

    fn now(&self) -> DateTime<Utc> {
        self.0.store.clock().now()
    }
}

/// Keeps a key sealed by the master key; one that is there stays.
async fn keep(store: &Store, id: Uuid, key: &SigningKey) -> Result<(), Failure> {
    let mut sealed = json!(Sealed::new(id, BASE64.encode(key.pkcs8())));
    store.vault().seal(&mut sealed).await?;
    let sql = "INSERT INTO signing_keys (id, since, sealed) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING";
    let values: [Value; 3] = [id.into(), key.since().into(), sealed.to_string().into()];
    let database = store.database();
    database.writer.execute_raw(statement(database.backend(), sql, values)).await?;
    Ok(())
}

async fn load(store: &Store) -> Result<Option<Keychain>, Failure> {
    let database = store.database();
    let sql = "SELECT since, sealed FROM signing_keys ORDER BY since";
    let rows = database.reader.query_all_raw(statement(database.backend(), sql, [])).await?;
    let mut chain: Option<Keychain> = None;
    for row in rows {
        let (since, sealed): (DateTime<Utc>, String) = (row.try_get("", "since")?, row.try_get("", "sealed")?);
        let key = opened(store, &sealed, since).await?;
        match &mut chain {
            Some(chain) => chain.add(key),
            None => chain = Some(Keychain::new(key)),
        }
    }
    Ok(chain)
}

async fn opened(store: &Store, sealed: &str, since: DateTime<Utc>) -> Result<SigningKey, Failure> {
    let unreadable = || Failure::Database("a signing key cannot be read".into());
    let mut value = serde_json::from_str(sealed).map_err(|_| unreadable())?;
    store.vault().open(&mut value).await?;
    let key: Sealed<String> = serde_json::from_value(value).map_err(|_| unreadable())?;
    let bytes = key.open().and_then(|text| BASE64.decode(text).ok()).ok_or_else(unreadable)?;
    SigningKey::from_pkcs8(&bytes, since).map_err(|_| unreadable())
}
