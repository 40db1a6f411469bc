//! The ministry's systems, and how critical some of them are.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::client::Client;
use super::file::{Sample, samples, text};
use super::loader::{Loader, Things, told};
use super::names::Kind;

pub const ASSESSMENTS_FILE: &str = include_str!("../../../../samples/assessments.json");

const SYSTEMS: Things =
    Things { kind: Kind::System, what: "systems", path: "software/v1/systems", name: |system| text(system, "/code") };

const ASSESSMENTS: Things = Things {
    kind: Kind::Assessment,
    what: "assessments",
    path: "software/v1/assessments",
    name: |assessment| text(assessment, "/system_number").or_else(|| text(assessment, "/system")),
};

const ACCOUNTS: &str = "identity/v1/service-accounts";
const ASSESSOR: &str = "sample-assessor";

pub async fn load(loader: &mut Loader) -> Result<()> {
    let begun = loader.client.post("software/v1/systems/built-in", &Value::Null).await?;
    let systems = loader.known(&SYSTEMS).await?;
    told(SYSTEMS.what, systems.len(), begun["created"].as_u64().unwrap_or_default() as usize);
    assessments(loader).await
}

async fn assessments(loader: &mut Loader) -> Result<()> {
    let known = loader.known(&ASSESSMENTS).await?;
    let samples = samples(ASSESSMENTS_FILE)?;
    let total = samples.len();
    let mut missing = vec![];
    for sample in samples {
        let body = loader.names.resolved(sample.body)?;
        if !(ASSESSMENTS.name)(&body).is_some_and(|system| known.contains_key(&system)) {
            missing.push(Sample { body, ..sample });
        }
    }
    let new = assess(loader, missing).await?;
    told(ASSESSMENTS.what, total, new);
    Ok(())
}

/// Nobody approves his own work: a service account assesses, the administrator approves.
async fn assess(loader: &mut Loader, samples: Vec<Sample>) -> Result<usize> {
    if samples.is_empty() {
        return Ok(0);
    }
    let mut assessor = assessor(&mut loader.client).await.context("the service account that assesses")?;
    for sample in &samples {
        let row = assessor.post(ASSESSMENTS.path, &sample.body).await?;
        let number = text(&row, "/number").unwrap_or_default();
        for step in &sample.then {
            let client = if step.name == "approve" { &mut loader.client } else { &mut assessor };
            client.post(&format!("{}/{number}/{}", ASSESSMENTS.path, step.name), &step.body).await?;
        }
    }
    Ok(samples.len())
}

/// A client that may assess. Its secret is kept nowhere: a later load gets a new one.
async fn assessor(client: &mut Client) -> Result<Client> {
    let accounts = client.all(ACCOUNTS).await?;
    let account = match accounts.iter().find(|account| account["name"] == ASSESSOR) {
        Some(account) => {
            let id = text(account, "/id").unwrap_or_default();
            client.post(&format!("{ACCOUNTS}/{id}/rotate-secret"), &Value::Null).await?
        }
        None => {
            let body = json!({ "name": ASSESSOR, "scopes": ["software.criticality:write"] });
            client.post(ACCOUNTS, &body).await?
        }
    };
    let (id, secret) = (text(&account, "/id"), text(&account, "/client_secret"));
    client.as_service(&id.context("no client id")?, &secret.context("no client secret")?).await
}
