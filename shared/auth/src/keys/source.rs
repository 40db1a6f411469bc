//! Where a verifier gets the published keys.

use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};

use super::set::KeySet;

const TIMEOUT: Duration = Duration::from_secs(3);
/// Some hundred keys; more is not our identity service.
const MAX_BYTES: usize = 64 * 1024;

/// Gives the key set as it is published now.
#[async_trait]
pub trait KeySource: Send + Sync {
    async fn fetch(&self) -> Result<KeySet, KeysUnavailable>;
}

/// The key set cannot be had at the moment; says why, for the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key set cannot be fetched: {0}")]
pub struct KeysUnavailable(pub String);

/// The key set that identity serves.
#[derive(Clone, Debug)]
pub struct HttpKeys {
    client: Client,
    url: Url,
}

impl HttpKeys {
    /// `url` is the address of the `jwks.json`.
    pub fn new(url: &str) -> Result<Self, KeysUnavailable> {
        let url = Url::parse(url).map_err(|error| KeysUnavailable(format!("{url}: {error}")))?;
        // Keys decide whom we trust: nobody else, nor a proxy meant for the internet, may answer for identity.
        let client = Client::builder().timeout(TIMEOUT).redirect(Policy::none()).no_proxy().build()?;
        Ok(Self { client, url })
    }
}

#[async_trait]
impl KeySource for HttpKeys {
    async fn fetch(&self) -> Result<KeySet, KeysUnavailable> {
        let response = self.client.get(self.url.clone()).send().await?;
        if !response.status().is_success() {
            return Err(KeysUnavailable(format!("{} answered {}", self.url, response.status())));
        }
        let body = limited_body(response).await?;
        serde_json::from_slice(&body).map_err(|error| KeysUnavailable(format!("{}: {error}", self.url)))
    }
}

async fn limited_body(mut response: Response) -> Result<Vec<u8>, KeysUnavailable> {
    let mut body = vec![];
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > MAX_BYTES {
            return Err(KeysUnavailable(format!("{} answered with more than {MAX_BYTES} bytes", response.url())));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

impl From<reqwest::Error> for KeysUnavailable {
    fn from(error: reqwest::Error) -> Self {
        let cause = std::error::Error::source(&error).map_or_else(String::new, |cause| format!(": {cause}"));
        Self(format!("{error}{cause}"))
    }
}

/// A key set in memory: for identity itself, which need not ask over the network.
#[derive(Debug, Default)]
pub struct StaticKeys(RwLock<KeySet>);

impl StaticKeys {
    pub fn new(set: KeySet) -> Self {
        Self(RwLock::new(set))
    }

    /// After a rotation.
    pub fn replace(&self, set: KeySet) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = set;
    }
}

#[async_trait]
impl KeySource for StaticKeys {
    async fn fetch(&self) -> Result<KeySet, KeysUnavailable> {
        Ok(self.0.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}
