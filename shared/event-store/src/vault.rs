//! Keys of persons, and the passage of their fields to and from the log.
//!
//! Each person has a key of their own (AES-256-GCM), kept wrapped by the service's master key. Destroying it
//! makes every sealed copy unreadable; the events and their hashes stay as they are.

use std::time::Duration;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use moka::sync::Cache;
use rand::Rng;
use sea_orm::{ConnectionTrait, DbErr};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Failure;
use crate::database::{Database, statement};
use crate::sealed::MARK;

type SubjectKey = [u8; 32];

#[derive(Clone)]
pub struct Vault {
    database: Database,
    master: [u8; 32],
    /// `None`: the key was destroyed.
    known: Cache<Uuid, Option<SubjectKey>>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    pub fn new(database: Database, master: [u8; 32]) -> Self {
        let known = Cache::builder().max_capacity(10_000).time_to_live(Duration::from_secs(300)).build();
        Self { database, master, known }
    }

    /// Seals every open personal field in `data`.
    pub async fn seal(&self, data: &mut Value) -> Result<(), Failure> {
        for field in marked(data) {
            let Some(subject) = subject_of(field) else { continue };
            let Some(open) = field.get("open") else { continue };
            let key = self.key_or_new(subject).await?.ok_or(Failure::Erased { subject })?;
            *field = json!({ "subject": subject, "sealed": encrypt(&key, subject, open.to_string().as_bytes()) });
        }
        Ok(())
    }

    /// Opens every sealed field in `data` whose person still has a key; marks the others erased.
    pub async fn open(&self, data: &mut Value) -> Result<(), Failure> {
        for field in marked(data) {
            let (Some(subject), Some(sealed)) = (subject_of(field), field.get("sealed").and_then(Value::as_str)) else {
                continue;
            };
            let open = match self.key(subject).await? {
                Some(key) => {
                    decrypt(&key, subject, sealed).and_then(|text| serde_json::from_slice::<Value>(&text).ok())
                }
                None => None,
            };
            *field = match open {
                Some(open) => json!({ "subject": subject, "open": open }),
                None => json!({ "erased": true }),
            };
        }
        Ok(())
    }

    /// Destroys the person's key: what was sealed with it stays sealed for good.
    pub async fn erase(&self, subject: Uuid, now: chrono::DateTime<chrono::Utc>) -> Result<(), Failure> {
        let sql = "UPDATE subject_keys SET wrapped_key = NULL, destroyed_at = $2 WHERE subject = $1";
        self.execute(sql, vec![subject.into(), now.into()]).await?;
        self.known.insert(subject, None);
        Ok(())
    }

    /// Whether the master key opens what it should, tried on a person's key; `None` when no person has one yet.
    pub async fn fits(&self) -> Result<Option<bool>, Failure> {
        let sql = "SELECT subject, wrapped_key FROM subject_keys WHERE wrapped_key IS NOT NULL LIMIT 1";
        let row = self.database.reader.query_one_raw(statement(self.database.backend(), sql, [])).await?;
        let Some(row) = row else { return Ok(None) };
        let (subject, wrapped): (Uuid, Vec<u8>) = (row.try_get("", "subject")?, row.try_get("", "wrapped_key")?);
        Ok(Some(self.unwrap(subject, &wrapped).is_ok()))
    }

    async fn key_or_new(&self, subject: Uuid) -> Result<Option<SubjectKey>, Failure> {
        if let Some(key) = self.known.get(&subject) {
            return Ok(key);
        }
        let mut fresh = [0; 32];
        rand::rng().fill_bytes(&mut fresh);
        let wrapped = BASE64.decode(encrypt(&self.master, subject, &fresh)).unwrap_or_default();
        let sql =
            "INSERT INTO subject_keys (subject, wrapped_key, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        let now = kernel::Clock::system().now();
        self.execute(sql, vec![subject.into(), wrapped.into(), now.into()]).await?;
        self.key(subject).await
    }

    async fn key(&self, subject: Uuid) -> Result<Option<SubjectKey>, Failure> {
        if let Some(key) = self.known.get(&subject) {
            return Ok(key);
        }
        let reader = &self.database.reader;
        let sql = "SELECT wrapped_key FROM subject_keys WHERE subject = $1";
        let row = reader.query_one_raw(statement(self.database.backend(), sql, [subject.into()])).await?;
        let wrapped = row.map(|row| row.try_get::<Option<Vec<u8>>>("", "wrapped_key")).transpose()?.flatten();
        let key = wrapped.map(|wrapped| self.unwrap(subject, &wrapped)).transpose()?;
        self.known.insert(subject, key);
        Ok(key)
    }

    fn unwrap(&self, subject: Uuid, wrapped: &[u8]) -> Result<SubjectKey, Failure> {
        let key = decrypt(&self.master, subject, &BASE64.encode(wrapped)).ok_or(Failure::WrongMasterKey)?;
        key.try_into().map_err(|_| Failure::WrongMasterKey)
    }

    async fn execute(&self, sql: &str, values: Vec<sea_orm::Value>) -> Result<(), DbErr> {
        // A key must be durable before anything is sealed with it, so it does not join the append's transaction.
        self.database.writer.execute_raw(statement(self.database.backend(), sql, values)).await.map(drop)
    }
}

/// Every marked field under `value`.
fn marked(value: &mut Value) -> Vec<&mut Value> {
    match value {
        Value::Object(members) => members
            .iter_mut()
            .flat_map(|(name, value)| if name == MARK { vec![value] } else { marked(value) })
            .collect(),
        Value::Array(items) => items.iter_mut().flat_map(marked).collect(),
        _ => vec![],
    }
}

fn subject_of(field: &Value) -> Option<Uuid> {
    field.get("subject")?.as_str()?.parse().ok()
}

/// Base64 of nonce and ciphertext. The subject is authenticated with it, so a sealed value cannot be moved to another person.
fn encrypt(key: &SubjectKey, subject: Uuid, plain: &[u8]) -> String {
    let mut nonce = [0_u8; 12];
    rand::rng().fill_bytes(&mut nonce);
    let payload = Payload { msg: plain, aad: subject.as_bytes() };
    let sealed = cipher(key).encrypt(&Nonce::from(nonce), payload).expect("a field is far below the limit of AES-GCM");
    BASE64.encode([nonce.as_slice(), &sealed].concat())
}

fn decrypt(key: &SubjectKey, subject: Uuid, sealed: &str) -> Option<Vec<u8>> {
    let bytes = BASE64.decode(sealed).ok()?;
    let (nonce, sealed) = bytes.split_first_chunk::<12>()?;
    cipher(key).decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad: subject.as_bytes() }).ok()
}

fn cipher(key: &SubjectKey) -> Aes256Gcm {
    Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key))
}
