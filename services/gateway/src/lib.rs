//! One door to the platform.
//!
//! [`start`] runs it. [`proxy`] carries requests to the services and their answers back, after [`edge`] has checked the
//! token and the caller's rate; [`breaker`] spares a service that is down. [`documents`] merges what the services say of
//! themselves; [`stream`] merges their events; [`health`] tells how they are.
//!
//! The services do not trust the gateway: they check tokens and rights again. What it adds is one address, limits, and
//! answers that come even when a service does not.

mod breaker;
mod documents;
mod edge;
mod health;
mod proxy;
mod server;
mod stream;

pub use documents::platform_document;
pub use server::{Gateway, Running, start};

use std::fmt;

use breaker::Breaker;

/// A service behind the gateway.
pub struct Upstream {
    pub name: String,
    /// `http://127.0.0.1:8082`
    pub url: String,
    pub breaker: Breaker,
}

impl Upstream {
    pub fn new(name: impl Into<String>, url: impl Into<String>) -> Self {
        Self { name: name.into(), url: url.into().trim_end_matches('/').to_owned(), breaker: Breaker::default() }
    }
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.url)
    }
}

/// `identity=http://…,assets=http://…`
pub fn upstreams(text: &str) -> anyhow::Result<Vec<Upstream>> {
    let pair = |part: &str| {
        let (name, url) = part.split_once('=').ok_or_else(|| anyhow::anyhow!("not name=url: {part}"))?;
        Ok(Upstream::new(name.trim(), url.trim()))
    };
    text.split(',').filter(|part| !part.trim().is_empty()).map(pair).collect()
}
