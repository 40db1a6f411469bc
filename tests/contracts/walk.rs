//! Going through all operations of a running platform, and keeping what is wrong.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use testkit::{Answered, Client, Request};

use super::answers;
use super::operations::{self, Operation};
use super::stage::{Stage, stage};

/// Operations, and a caller who may do everything.
pub struct Walk {
    pub stage: std::sync::Arc<Stage>,
    pub offices: BTreeMap<&'static str, Client>,
    pub wrong: Vec<String>,
}

impl Walk {
    pub async fn begin() -> Self {
        let stage = stage().await;
        let office = |service: service::Service| (service.name, stage.office(service.name));
        Self { offices: darbazi::services().into_iter().map(office).collect(), stage, wrong: vec![] }
    }

    /// A request to the operation, about a thing that is there if there is one.
    pub fn request(&self, operation: &Operation, query: &str) -> Request {
        let id = self.stage.thing(operation.service, operation.collection());
        let path = operation.path(id.unwrap_or("0198c0de-0000-7000-8000-000000000001"));
        self.request_at(operation, &format!("{path}{query}"))
    }

    pub fn request_at(&self, operation: &Operation, path: &str) -> Request {
        self.offices[operation.service].request(operation.method.clone(), path)
    }

    /// Sends it; the answer must be one that the document promises.
    pub async fn send(&mut self, operation: &Operation, request: Request) -> Answered {
        let answered = request.send().await;
        self.wrong.extend(answers::faults(operation, &answered));
        answered
    }

    /// The same, and a refusal with this status and code.
    pub async fn refused(&mut self, operation: &Operation, request: Request, status: u16, code: &str) -> Value {
        let answered = self.send(operation, request).await;
        let problem = answered.json();
        if answered.status != status || !codes(&problem).contains(code) {
            self.note(operation, format!("{} instead of {status} {code}: {}", answered.status, answered.text));
        }
        problem
    }

    pub fn note(&mut self, operation: &Operation, fault: String) {
        self.wrong.push(format!("{operation}: {fault}"));
    }

    #[track_caller]
    pub fn end(self) {
        assert!(self.wrong.is_empty(), "{} faults: {:#?}", self.wrong.len(), self.wrong);
    }
}

/// Of the problem, and of the faults in it.
pub fn codes(problem: &Value) -> BTreeSet<&str> {
    let faults = problem["errors"].as_array().into_iter().flatten();
    faults.chain([problem]).filter_map(|fault| fault["code"].as_str()).collect()
}

pub fn is_named(problem: &Value, pointer: &str) -> bool {
    problem["errors"].as_array().is_some_and(|faults| faults.iter().any(|fault| fault["pointer"] == pointer))
}

pub fn with_json() -> impl Iterator<Item = &'static Operation> {
    operations::all().iter().filter(|operation| operation.takes_json() && !operation.is_nested())
}

pub fn media_type(operation: &Operation) -> &str {
    operation.media_types().find(|kind| kind.ends_with("json")).unwrap_or_default()
}

/// So that a test that finds a fault does no harm.
pub fn dry(operation: &Operation) -> &'static str {
    if operation.has_parameter("query", "dry_run") { "?dry_run=true" } else { "" }
}
