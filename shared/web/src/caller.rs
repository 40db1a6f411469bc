//! Who asks, what they may see, and what they said about the request.

use std::future::{Ready, ready};
use std::sync::{Arc, OnceLock};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use auth::Principal;
use chrono::{DateTime, Utc};
use event_store::{Actor, CommandKey, Context, Expect, RowChange, request_hash};
use kernel::Language;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::problem::Problem;
use crate::words;

/// An authenticated caller, as far as the gate let them in.
#[derive(Clone, Debug)]
pub struct Caller {
    pub principal: Arc<Principal>,
    /// Whose things this operation may show or change.
    pub visible: Visible,
    pub facts: Arc<Facts>,
}

/// What a caller may see through the operation's scope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Visible {
    #[default]
    Everything,
    Only {
        /// Org units, with everything under them already counted in.
        units: Vec<Uuid>,
        /// The employee whose own things these are.
        own: Option<Uuid>,
    },
}

/// What a request says about itself.
#[derive(Debug)]
pub struct Facts {
    pub request_id: String,
    pub language: Language,
    /// `X-Change-Reason`
    pub reason: Option<String>,
    pub if_match: Option<i64>,
    pub idempotency_key: Option<String>,
    pub dry_run: bool,
    /// Where the request came from, as far as is known.
    pub address: String,
    pub method: String,
    pub path: String,
    pub query: String,
    pub(crate) body_hash: OnceLock<[u8; 32]>,
}

impl Facts {
    /// What the caller expects of what it changes.
    pub fn expect(&self) -> Expect {
        self.if_match.map_or(Expect::Something, Expect::Version)
    }
}

impl Caller {
    /// The circumstances of a command of this caller.
    pub fn context(&self, now: DateTime<Utc>) -> Context {
        let principal = &self.principal;
        Context {
            now,
            actor: Actor { id: principal.subject, name: principal.name.clone(), employee: principal.employee },
            reason: self.facts.reason.clone(),
            correlation: Some(self.facts.request_id.clone()),
            causation: None,
            traceparent: telemetry::current_traceparent(),
        }
    }

    /// Identifies the command when it comes again.
    pub fn command_key(&self) -> Option<CommandKey> {
        let facts = &self.facts;
        let key = facts.idempotency_key.clone()?;
        let body = facts.body_hash.get().copied().unwrap_or_default();
        let parts = [facts.method.as_bytes(), facts.path.as_bytes(), facts.query.as_bytes(), &body];
        Some(CommandKey { caller: self.principal.subject.to_string(), key, request_hash: request_hash(&parts) })
    }

    /// Whether this row is for the caller's eyes.
    pub fn sees(&self, row: &RowChange) -> bool {
        self.visible.shows(row)
    }

    /// Whether the caller also holds `scope`, anywhere.
    pub fn holds(&self, scope: &str) -> bool {
        self.principal.holds(scope)
    }
}

impl Visible {
    /// Rows that belong to no unit and no person are shared by all who hold the scope.
    pub fn shows(&self, row: &RowChange) -> bool {
        let Self::Only { units, own } = self else { return true };
        if !row.has("org_unit_id") && !row.has("owner_id") {
            return true;
        }
        let of_unit = row.uuid("org_unit_id").is_some_and(|unit| units.contains(&unit));
        let of_mine = own.is_some() && row.uuid("owner_id") == *own;
        of_unit || of_mine
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = request.extensions().get::<Self>().cloned();
        ready(caller.ok_or_else(|| words::not_authenticated("token-missing").into()))
    }
}

/// The facts of a request that needs no caller.
impl FromRequest for FactsOf {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let facts = request.extensions().get::<Arc<Facts>>().cloned();
        ready(facts.map(Self).ok_or_else(|| kernel::Fault::internal().into()))
    }
}

/// [`Facts`] as a handler's argument.
#[derive(Clone, Debug)]
pub struct FactsOf(pub Arc<Facts>);
