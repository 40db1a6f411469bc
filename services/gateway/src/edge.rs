//! What is checked before a request goes any further: how often its sender comes, and whether its token is one.

use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use actix_web::HttpRequest;
use auth::{Refused, Verifier};
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use kernel::{Clock, Fault, Kind};
use web::operations::{Access, Operations};

type Limiter = RateLimiter<Sender, DefaultKeyedStateStore<Sender>, DefaultClock, StateInformationMiddleware>;

pub struct Edge {
    limiter: Limiter,
    pub limits: Limits,
    pub verifier: Verifier,
    pub clock: Clock,
}

/// How often a caller may come.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Requests a second over time.
    pub rate: NonZeroU32,
    /// Requests at once.
    pub burst: NonZeroU32,
}

/// How many requests the caller may make right now, after this one.
#[derive(Clone, Copy, Debug)]
pub struct Remaining(u32);

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
    pub fn new(verifier: Verifier, limits: Limits, clock: Clock) -> Self {
        let quota = Quota::per_second(limits.rate).allow_burst(limits.burst);
        let limiter = RateLimiter::keyed(quota).with_middleware::<StateInformationMiddleware>();
        Self { limiter, limits, verifier, clock }
    }

    /// Lets the request through, or says why not.
    pub async fn admit(
        &self,
        request: &HttpRequest,
        operations: &Operations,
        template: Option<&str>,
    ) -> Result<Remaining, Stopped> {
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
        let remaining = self.count(&sender)?;
        match verified {
            _ if public => Ok(remaining),
            Ok(Some(_)) => Ok(remaining),
            Ok(None) => Err(not_authenticated("token-missing").into()),
            Err(Refused::KeysUnavailable) => Err(Fault::unavailable("identity service").into()),
            Err(refused) => Err(not_authenticated(refused.code()).into()),
        }
    }

    fn count(&self, sender: &Sender) -> Result<Remaining, Stopped> {
        let counted = self.limiter.check_key(sender).map(|state| Remaining(state.remaining_burst_capacity()));
        counted.map_err(|until| Stopped {
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

/// As the IETF draft on `RateLimit` header fields writes it.
impl Limits {
    /// `RateLimit-Policy`
    pub fn policy(self) -> String {
        format!("\"default\";q={};w={}", self.burst, self.burst.get().div_ceil(self.rate.get()))
    }
}

/// `RateLimit`
impl fmt::Display for Remaining {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"default\";r={}", self.0)
    }
}

fn not_authenticated(code: &str) -> Fault {
    Fault::new(Kind::Unauthenticated, code, "A valid access token is needed.", "საჭიროა მოქმედი წვდომის ტოკენი.")
}

fn bearer(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get("authorization")?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}
