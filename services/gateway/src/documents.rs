//! What the services say of themselves, fetched and merged.

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use reqwest::Client;
use serde_json::{Map, Value, json};
use web::operations::Operations;

use crate::Upstream;

/// The newest documents of all services; one that has never answered is missing.
#[derive(Default)]
pub struct Documents(RwLock<BTreeMap<String, Known>>);

#[derive(Clone)]
struct Known {
    document: Arc<Value>,
    operations: Arc<Operations>,
}

impl Documents {
    /// Asks every service again.
    pub async fn refresh(&self, client: &Client, upstreams: &[Upstream]) -> bool {
        let mut complete = true;
        for upstream in upstreams {
            match fetch(client, &upstream.url).await {
                Ok(document) => drop(self.learn(&upstream.name, document)),
                Err(_) => complete = false,
            }
        }
        complete
    }

    fn learn(&self, name: &str, document: Value) -> Arc<Operations> {
        let operations = Arc::new(Operations::of(&document));
        let known = Known { operations: operations.clone(), document: Arc::new(document) };
        self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner).insert(name.to_owned(), known);
        operations
    }

    /// The operations of a service, which is asked if it has never answered: which of them are public is not to be guessed.
    pub async fn operations(&self, client: &Client, upstream: &Upstream) -> reqwest::Result<Arc<Operations>> {
        if let Some(known) = self.known().get(&upstream.name) {
            return Ok(known.operations.clone());
        }
        Ok(self.learn(&upstream.name, fetch(client, &upstream.url).await?))
    }

    fn known(&self) -> BTreeMap<String, Known> {
        self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    pub fn merged(&self) -> Value {
        let known = self.known();
        platform_document(known.iter().map(|(name, known)| (name.as_str(), &*known.document)))
    }
}

async fn fetch(client: &Client, url: &str) -> reqwest::Result<Value> {
    client
        .get(format!("{url}/openapi.json"))
        .timeout(Duration::from_secs(5))
        .send()
        .await?
        .error_for_status()?
        .json()
        .await
}

/// One document of several services, which come by name: paths as they are at the gateway, names with their service
/// before them.
pub fn platform_document<'a>(services: impl Iterator<Item = (&'a str, &'a Value)>) -> Value {
    let (mut paths, mut schemas, mut tags) = (Map::new(), Map::new(), vec![]);
    for (service, document) in services {
        let document = renamed(document, service);
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            let path = path.strip_prefix("/v1").map_or_else(|| path.clone(), |rest| format!("/api/{service}/v1{rest}"));
            paths.insert(path, item.clone());
        }
        for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
            schemas.insert(name.clone(), schema.clone());
        }
        tags.extend(document["tags"].as_array().cloned().unwrap_or_default());
    }
    web::document::sorted(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Darbazi",
            "description": "The IT department's platform: assets, identity, incidents, software, contracts.",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "EUPL-1.2", "identifier": "EUPL-1.2" },
        },
        "servers": [{ "url": "/", "description": "The gateway." }],
        "tags": tags,
        "paths": paths,
        "components": { "schemas": schemas, "securitySchemes": { "token": {
            "type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "An access token of the identity service." } } },
    }))
}

/// Schemas that mean the same everywhere keep their names.
const SHARED: [&str; 2] = ["Problem", "InputFault"];

fn renamed(document: &Value, service: &str) -> Value {
    let mut document = document.clone();
    let prefix = capitalised(service);
    visit(&mut document, &mut |member, value| match (member, &value) {
        ("$ref", Value::String(path)) => {
            let name = path.strip_prefix("#/components/schemas/").filter(|name| !SHARED.contains(name));
            if let Some(name) = name {
                *value = json!(format!("#/components/schemas/{prefix}{name}"));
            }
        }
        ("operationId", Value::String(id)) => *value = json!(format!("{service}_{id}")),
        ("tags", Value::Array(_)) => tag(value, service),
        _ => {}
    });
    let schemas = document["components"]["schemas"].as_object().cloned().unwrap_or_default();
    let name = |name: String| if SHARED.contains(&name.as_str()) { name } else { format!("{prefix}{name}") };
    document["components"]["schemas"] =
        Value::Object(schemas.into_iter().map(|(key, schema)| (name(key), schema)).collect());
    document
}

/// Tags of operations are names, those of the document objects with a name.
fn tag(tags: &mut Value, service: &str) {
    for tag in tags.as_array_mut().into_iter().flatten() {
        match tag {
            Value::String(name) => *name = format!("{service}: {name}"),
            other => {
                if let Some(name) = other["name"].as_str() {
                    other["name"] = json!(format!("{service}: {name}"));
                }
            }
        }
    }
}

fn visit(value: &mut Value, act: &mut impl FnMut(&str, &mut Value)) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                act(name, member);
                visit(member, act);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| visit(item, act)),
        _ => {}
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
