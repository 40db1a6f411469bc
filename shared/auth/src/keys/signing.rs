//! Private keys and their rotation.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk};
use jsonwebtoken::{Algorithm, EncodingKey};

use super::set::{KeySet, PublicKey};
use crate::secret::random_bytes;
use crate::token::LEEWAY;

/// What precedes the 32 bytes of an Ed25519 private key in PKCS#8 (RFC 8410 §7).
const PKCS8_PREFIX: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/// An Ed25519 private key and the time from which it signs.
#[derive(Clone, Debug)]
pub struct SigningKey {
    kid: String,
    since: DateTime<Utc>,
    public: PublicKey,
    private: EncodingKey,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an Ed25519 private key in PKCS#8")]
pub struct NotAKey;

impl SigningKey {
    /// A fresh key. A `since` some minutes ahead lets every verifier learn of the key before it signs.
    pub fn generate(since: DateTime<Utc>) -> Self {
        let pkcs8 = [&PKCS8_PREFIX[..], &random_bytes::<32>()].concat();
        // RFC 8032 §5.1.5: any 32 bytes are a private key.
        Self::from_pkcs8(&pkcs8, since).expect("a well-formed private key")
    }

    /// Reads what [`Self::pkcs8`] or `openssl genpkey -algorithm ed25519 -outform der` wrote.
    pub fn from_pkcs8(pkcs8: &[u8], since: DateTime<Utc>) -> Result<Self, NotAKey> {
        if pkcs8.len() != 48 || !pkcs8.starts_with(&PKCS8_PREFIX) {
            return Err(NotAKey);
        }
        let private = EncodingKey::from_ed_der(pkcs8);
        let public = public_of(&private)?;
        let kid = public.kid.clone().ok_or(NotAKey)?;
        Ok(Self { kid, since, public, private })
    }

    /// The private key, to be sealed and stored.
    pub fn pkcs8(&self) -> &[u8] {
        self.private.as_bytes()
    }

    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// From when on it signs.
    pub fn since(&self) -> DateTime<Utc> {
        self.since
    }

    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    pub(crate) fn private(&self) -> &EncodingKey {
        &self.private
    }
}

fn public_of(private: &EncodingKey) -> Result<PublicKey, NotAKey> {
    let jwk = Jwk::from_encoding_key(private, Algorithm::EdDSA).map_err(|_| NotAKey)?;
    let AlgorithmParameters::OctetKeyPair(pair) = jwk.algorithm else { return Err(NotAKey) };
    match URL_SAFE_NO_PAD.decode(&pair.x) {
        Ok(bytes) if bytes.len() == 32 => Ok(PublicKey::ed25519(pair.x)),
        _ => Err(NotAKey),
    }
}

/// All keys of the issuer. The newest signs; older ones stay published until their last token has expired.
#[derive(Clone, Debug)]
pub struct Keychain {
    /// Oldest first; never empty.
    keys: Vec<SigningKey>,
}

impl Keychain {
    pub fn new(first: SigningKey) -> Self {
        Self { keys: vec![first] }
    }

    pub fn add(&mut self, key: SigningKey) {
        let place = self.keys.partition_point(|other| other.since <= key.since);
        self.keys.insert(place, key);
    }

    /// The key to sign with: the newest whose time has come.
    pub fn signing(&self, now: DateTime<Utc>) -> &SigningKey {
        let begun = self.keys.partition_point(|key| key.since <= now);
        &self.keys[begun.saturating_sub(1)]
    }

    /// The keys to be trusted now, when tokens live for `lifetime`: also those that are about to sign.
    pub fn published(&self, now: DateTime<Utc>, lifetime: TimeDelta) -> KeySet {
        let successors = self.keys.iter().skip(1).map(Some).chain([None]);
        let alive = |successor: Option<&SigningKey>| successor.is_none_or(|next| now < next.since + lifetime + LEEWAY);
        let pairs = self.keys.iter().zip(successors);
        KeySet { keys: pairs.filter(|(_, next)| alive(*next)).map(|(key, _)| key.public.clone()).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + minute * 60, 0).unwrap()
    }

    #[test]
    fn a_key_survives_its_storage() {
        let key = SigningKey::generate(at(0));
        let stored = SigningKey::from_pkcs8(key.pkcs8(), at(0)).unwrap();
        assert_eq!((stored.kid(), stored.public()), (key.kid(), key.public()));
    }

    #[test]
    fn the_public_key_is_the_one_of_rfc_8037() {
        // RFC 8037, appendices A.1 and A.2.
        let seed = URL_SAFE_NO_PAD.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
        let key = SigningKey::from_pkcs8(&[&PKCS8_PREFIX[..], &seed].concat(), at(0)).unwrap();
        assert_eq!(key.public().x.as_deref(), Some("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let key = SigningKey::generate(at(0));
        for bytes in [&[][..], &[0; 48], &key.pkcs8()[1..], &[key.pkcs8(), &[0]].concat()] {
            assert_eq!(SigningKey::from_pkcs8(bytes, at(0)).unwrap_err(), NotAKey);
        }
    }

    #[test]
    fn a_private_key_is_never_printed_by_accident() {
        let key = SigningKey::generate(at(0));
        assert!(format!("{key:?}").contains("[redacted]"));
    }

    #[test]
    fn the_newest_key_whose_time_has_come_signs() {
        let (old, new) = (SigningKey::generate(at(0)), SigningKey::generate(at(10)));
        let mut chain = Keychain::new(new.clone());
        chain.add(old.clone());
        assert_eq!(chain.signing(at(9)).kid(), old.kid());
        assert_eq!(chain.signing(at(10)).kid(), new.kid());
        assert_eq!(chain.signing(at(-1)).kid(), old.kid(), "before its time, the oldest is better than none");
    }

    #[test]
    fn a_key_is_published_before_it_signs_and_until_its_tokens_have_expired() {
        let (old, new) = (SigningKey::generate(at(0)), SigningKey::generate(at(10)));
        let mut chain = Keychain::new(old.clone());
        chain.add(new.clone());
        let published = |minute| chain.published(at(minute), TimeDelta::minutes(10)).keys;
        assert_eq!(published(5), [old.public().clone(), new.public().clone()]);
        assert_eq!(published(20), [old.public().clone(), new.public().clone()], "clocks may differ by the leeway");
        assert_eq!(published(21), [new.public().clone()]);
    }
}
