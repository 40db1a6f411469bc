//! What users and service accounts prove themselves with: hashes of passwords, digests of secrets.

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use event_store::{Failure, Migration, RowChange, Store};
use kernel::Fault;
use sea_orm::entity::prelude::*;

pub const MIGRATION: Migration = Migration {
    name: "identity-credentials-1",
    postgres: "CREATE TABLE credentials (id uuid PRIMARY KEY, hash text NOT NULL, set_at timestamptz NOT NULL)",
    sqlite: "CREATE TABLE credentials (id blob PRIMARY KEY, hash text NOT NULL, set_at text NOT NULL)",
};

/// Shortest password that a person may choose (NIST SP 800-63B asks for 8; this guards a whole ministry).
pub const SHORTEST: usize = 12;
pub const LONGEST: usize = 128;

mod row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "credentials")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        /// Of the user or service account.
        pub id: Uuid,
        /// A PHC string of Argon2id, or `sha256:` and the digest of a secret of 256 random bits.
        pub hash: String,
        pub set_at: chrono::DateTime<chrono::Utc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Argon2id with 19 MiB and two passes: OWASP's least, so that signing in stays cheaper for us than for a thief.
fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Hashing takes a core for tens of milliseconds, so it happens aside of what serves.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Failure::Database(format!("hashing: {error}")))
}

/// The credential of a user, to be kept together with the event that tells of it.
pub async fn password(store: &Store, user_id: Uuid, password: String) -> Result<RowChange, Failure> {
    let hashed = aside(move || argon2().hash_password(password.as_bytes()).map(|hash| hash.to_string())).await?;
    let hash = hashed.map_err(|error| Failure::Database(format!("hashing: {error}")))?;
    Ok(RowChange::put(row::Model { id: user_id, hash, set_at: store.clock().now() }))
}

/// The credential of a service account.
pub fn secret(store: &Store, account_id: Uuid, secret: &auth::Secret) -> RowChange {
    let hash = format!("sha256:{}", hex(&secret.digest()));
    RowChange::put(row::Model { id: account_id, hash, set_at: store.clock().now() })
}

/// Whether this is the user's password. Takes its time also for a user who is not there, so that nobody learns who is.
pub async fn is_password(store: &Store, user_id: Option<Uuid>, password: String) -> Result<bool, Failure> {
    let known = match user_id {
        Some(id) => hash_of(store, id).await?,
        None => None,
    };
    aside(move || {
        let nobody_s =
            "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$mA2MQ2S/8Bn1pQ3rN9Wn0K0j3qZVn0LO1b2xJ6K9mYs";
        let hash = known.as_deref().unwrap_or(nobody_s);
        let verified =
            PasswordHash::new(hash).is_ok_and(|hash| argon2().verify_password(password.as_bytes(), &hash).is_ok());
        verified && known.is_some()
    })
    .await
}

pub async fn is_secret(store: &Store, account_id: Uuid, presented: &str) -> Result<bool, Failure> {
    let known = hash_of(store, account_id).await?.unwrap_or_default();
    let presented = format!("sha256:{}", hex(&auth::secret::digest(presented)));
    Ok(auth::secret::same(known.as_bytes(), presented.as_bytes()))
}

async fn hash_of(store: &Store, id: Uuid) -> Result<Option<String>, Failure> {
    Ok(row::Entity::find_by_id(id).one(&store.database().reader).await?.map(|row| row.hash))
}

/// What a password must be; whatever is wrong with it, at `pointer`.
pub fn check(password: &str, username: &str, pointer: &str) -> Result<(), Fault> {
    let length = password.chars().count();
    let refuse = |code: &str, en: String, ka: String| Err(Fault::invalid(code, en, ka).at(pointer));
    if length < SHORTEST {
        let (en, ka) = (format!("At least {SHORTEST} characters."), format!("მინიმუმ {SHORTEST} სიმბოლო."));
        return refuse("password-too-short", en, ka);
    }
    if length > LONGEST {
        let (en, ka) = (format!("At most {LONGEST} characters."), format!("არაუმეტეს {LONGEST} სიმბოლო."));
        return refuse("password-too-long", en, ka);
    }
    let (lower, name) = (password.to_lowercase(), username.to_lowercase());
    let repeats = password.chars().collect::<std::collections::BTreeSet<_>>().len() < 5;
    if repeats || (!name.is_empty() && lower.contains(&name)) {
        let (en, ka) = ("This password is easy to guess.", "ეს პაროლი ადვილად გამოსაცნობია.");
        return refuse("password-guessable", en.into(), ka.into());
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_varied_and_not_the_user_s_name() {
        let code = |password: &str| check(password, "n.beridze", "/new").map_err(|fault| fault.code);
        assert_eq!(code("მზიური დღე სოფელში"), Ok(()));
        assert_eq!(code("short"), Err("password-too-short".into()));
        assert_eq!(code("aaaaaaaaaaaaaaa"), Err("password-guessable".into()));
        assert_eq!(code("N.Beridze-2026!"), Err("password-guessable".into()));
        assert_eq!(code(&"ab1c".repeat(40)), Err("password-too-long".into()));
    }
}
