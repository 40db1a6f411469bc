//! Opaque secrets: refresh tokens, client secrets, the one-time secret of the first administrator.
//!
//! 256 random bits need no slow hash: storage keeps their SHA-256 digest, and a leaked table gives nothing away.
//! What people choose themselves is hashed by identity, slowly.

use std::fmt;
use std::hint::black_box;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// What storage keeps of a secret.
pub type Digest = [u8; 32];

/// A secret that is shown once and never printed by accident.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// 256 bits in URL-safe base64: 43 characters.
    pub fn generate() -> Self {
        Self(random_text::<32>())
    }

    /// The secret itself, for the one who is to have it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn digest(&self) -> Digest {
        digest(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// SHA-256 of a presented secret.
pub fn digest(presented: &str) -> Digest {
    Sha256::digest(presented.as_bytes()).into()
}

/// Whether `presented` is the secret whose digest was stored; takes the same time wherever they differ.
pub fn matches(presented: &str, stored: &[u8]) -> bool {
    same(&digest(presented), stored)
}

/// Compares without stopping at the first difference, which would tell an attacker how far a guess is right.
pub fn same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).fold(0, |seen, (l, r)| black_box(seen | (l ^ r))) == 0
}

/// `N` random bytes in URL-safe base64.
pub(crate) fn random_text<const N: usize>() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<N>())
}

/// From the thread's generator, a stream cipher that the operating system seeds.
pub(crate) fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_matches_its_own_digest_only() {
        let (secret, other) = (Secret::generate(), Secret::generate());
        assert!(matches(secret.expose(), &secret.digest()));
        assert!(!matches(other.expose(), &secret.digest()));
        assert!(!matches(secret.expose(), &secret.digest()[..31]));
        assert!(!matches("", &[]));
    }

    #[test]
    fn a_secret_fits_into_a_url_and_carries_256_bits() {
        let secret = Secret::generate();
        assert_eq!(secret.expose().len(), 43);
        assert!(secret.expose().bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')));
    }

    #[test]
    fn a_secret_is_never_printed_by_accident() {
        let secret = Secret::generate();
        assert!(!format!("{secret:?}").contains(secret.expose()));
    }

    #[test]
    fn a_digest_is_plain_sha_256() {
        assert_eq!(digest("abc")[..4], [0xba, 0x78, 0x16, 0xbf]);
    }
}
