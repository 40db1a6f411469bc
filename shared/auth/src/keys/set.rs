//! The published keys: a JSON Web Key Set (RFC 7517) of Ed25519 keys (RFC 8037).

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

const PUBLIC_KEY_BYTES: usize = 32;

/// The document at identity's `jwks.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeySet {
    pub keys: Vec<PublicKey>,
}

/// One key of the set. Kinds of keys that we do not use are read and ignored, as RFC 7517 §5 asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    /// `OKP` for our keys.
    pub kty: String,
    /// `Ed25519` for our keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crv: Option<String>,
    /// The key itself, 32 bytes in URL-safe base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
}

impl KeySet {
    /// The keys that can verify our tokens, by id.
    pub(crate) fn usable(&self) -> HashMap<String, Arc<DecodingKey>> {
        let usable = |key: &PublicKey| Some((key.kid.clone()?, Arc::new(key.decoding()?)));
        self.keys.iter().filter_map(usable).collect()
    }
}

impl PublicKey {
    /// `x` as in the document; the id is the key's thumbprint (RFC 7638), so that it can never name another key.
    pub(crate) fn ed25519(x: String) -> Self {
        Self {
            kid: Some(thumbprint(&x)),
            kty: "OKP".into(),
            crv: Some("Ed25519".into()),
            x: Some(x),
            alg: Some("EdDSA".into()),
            usage: Some("sig".into()),
        }
    }

    fn decoding(&self) -> Option<DecodingKey> {
        let ours = self.kty == "OKP" && self.crv.as_deref() == Some("Ed25519");
        let for_signatures = self.usage.as_deref().is_none_or(|usage| usage == "sig");
        let bytes = URL_SAFE_NO_PAD.decode(self.x.as_deref()?).ok()?;
        (ours && for_signatures && bytes.len() == PUBLIC_KEY_BYTES).then(|| DecodingKey::from_ed_der(&bytes))
    }
}

/// RFC 7638 §3: the required members in alphabetical order, without blanks, hashed with SHA-256.
fn thumbprint(x: &str) -> String {
    let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(canonical))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_id_is_the_thumbprint_of_rfc_8037() {
        // RFC 8037, appendix A.3.
        let key = PublicKey::ed25519("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".into());
        assert_eq!(key.kid.as_deref(), Some("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"));
    }

    #[test]
    fn keys_that_cannot_verify_our_tokens_are_read_and_ignored() {
        let document = r#"{"keys":[
            {"kty":"RSA","kid":"a","n":"AQAB","e":"AQAB"},
            {"kty":"OKP","crv":"X25519","kid":"b","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
            {"kty":"OKP","crv":"Ed25519","kid":"c","x":"dG9vIHNob3J0"},
            {"kty":"OKP","crv":"Ed25519","kid":"d","use":"enc","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
            {"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
            {"kty":"OKP","crv":"Ed25519","kid":"e","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
        ]}"#;
        let set: KeySet = serde_json::from_str(document).unwrap();
        assert_eq!(set.usable().into_keys().collect::<Vec<_>>(), ["e"]);
    }
}
