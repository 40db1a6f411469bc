//! What is checked before a request goes any further: how often its sender comes, and whether its token is one.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use actix_web::HttpRequest;
use auth::{Refused, Verifier};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use kernel::{Clock, Fault, Kind};
use web::operations::{Access, Operations};

/// Requests a second that a caller may make over time, and at once.
const RATE: NonZeroU32 = NonZeroU32::new(100).unwrap();
const BURST: NonZeroU32 = NonZeroU32::new(300).unwrap();

pub struct Edge {
    limiter: DefaultKeyedRateLimiter<Sender>,
    pub verifier: Verifier,
    pub clock: Clock,
}

/// Whom a rate is counted for: the token's subject, or the address when there is none.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Sender {
    Subject(String),
    Address(Option<IpAddr>),
}

/// Why a request goes no further.
#[derive(Debug)]
pub struct Stopped {
    pub fault: Fault,
    pub retry_after: Option<Duration>,
}

impl From<Fault> for Stopped {
    fn from(fault: Fault) -> Self {
        Self { fault, retry_after: None }
    }
}

impl Edge {
    pub fn new(verifier: Verifier, clock: Clock) -> Self {
        let quota = Quota::per_second(RATE).allow_burst(BURST);
        Self { limiter: RateLimiter::keyed(quota), verifier, clock }
    }

    /// Lets the request through, or says why not.
    pub async fn admit(
        &self,
        request: &HttpRequest,
        operations: &Operations,
        template: Option<&str>,
    ) -> Result<(), Stopped> {
        let public = template.and_then(|template| operations.find(template, request.method()));
        let public = public.is_some_and(|operation| operation.access == Access::Public);
        let verified = match bearer(request) {
            Some(token) => self.verifier.verify(token, self.clock.now()).await.map(Some),
            None => Ok(None),
        };
        let sender = match &verified {
            Ok(Some(principal)) => Sender::Subject(principal.subject.to_string()),
            _ => Sender::Address(request.peer_addr().map(|address| address.ip())),
        };
        self.count(&sender)?;
        match verified {
            _ if public => Ok(()),
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(not_authenticated("token-missing").into()),
            Err(Refused::KeysUnavailable) => Err(Fault::unavailable("identity service").into()),
            Err(refused) => Err(not_authenticated(refused.code()).into()),
        }
    }

    fn count(&self, sender: &Sender) -> Result<(), Stopped> {
        self.limiter.check_key(sender).map_err(|until| Stopped {
            fault: Fault::new(
                Kind::TooMany,
                "too-many-requests",
                "Too many requests; slow down.",
                "ზედმეტად ბევრი მოთხოვნა; სცადეთ მოგვიანებით.",
            ),
            retry_after: Some(until.wait_time_from(DefaultClock::default().now())),
        })
    }

    /// Forgets senders that have not come for a while.
    pub fn tidy(&self) {
        self.limiter.retain_recent();
    }
}

/// The policy as the IETF draft on RateLimit header fields writes it.
pub fn policy() -> String {
    format!("\"default\";q={BURST};w={}", BURST.get() / RATE.get())
}

fn not_authenticated(code: &str) -> Fault {
    Fault::new(Kind::Unauthenticated, code, "A valid access token is needed.", "საჭიროა მოქმედი წვდომის ტოკენი.")
}

fn bearer(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get("authorization")?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}
