//! Finishing OpenAPI documents: what is the same for every operation is said here, once.

use serde_json::{Map, Value, json};
use utoipa::{PartialSchema, ToSchema};

use crate::operations::{AUTHENTICATED, IMMEDIATE};
use crate::problem::{InputFault, ProblemDocument};

/// What a capability says of its operations.
pub struct Part<'a> {
    pub service: &'a str,
    pub capability: &'a str,
    /// What the capability is for, in a sentence.
    pub about: &'a str,
    /// Numbers of the department's functions that it carries.
    pub functions: &'a [&'a str],
    /// As the handlers declare it, without the `/v1` prefix.
    pub declared: Value,
}

/// The document of a service from those of its capabilities.
pub fn finish(service: &str, about: &str, version: &str, parts: Vec<Part<'_>>) -> Value {
    let mut paths = Map::new();
    let mut schemas = standard_schemas();
    let mut tags = vec![];
    for part in parts {
        tags.push(json!({ "name": part.capability, "description": part.about }));
        let declared = part.declared["components"]["schemas"].as_object().cloned().unwrap_or_default();
        for (name, schema) in declared {
            let known = schemas.insert(name.clone(), schema.clone());
            assert!(known.is_none_or(|known| known == schema), "two schemas of {service} are called {name}");
        }
        for (path, item) in part.declared["paths"].as_object().into_iter().flatten() {
            let finished = paths.entry(served_at(path)).or_insert_with(|| json!({}));
            for (method, operation) in item.as_object().into_iter().flatten() {
                finished[method] = finished_operation(&part, path, method, operation.clone());
            }
        }
    }
    add_patches(&mut paths, &mut schemas);
    add_urls(&mut schemas);
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": format!("Darbazi: {service}"),
            "description": about,
            "version": version,
            "license": { "name": "EUPL-1.2", "identifier": "EUPL-1.2" },
        },
        "servers": [{ "url": "/", "description": "This service; through the gateway `/v1` is `/api/<service>/v1`." }],
        "tags": tags,
        "paths": paths,
        "components": { "schemas": schemas, "securitySchemes": { "token": token() } },
    });
    drop_unused(&mut document);
    sorted(document)
}

/// `/v1` for all but the well-known documents, which stand at the root (RFC 8615).
pub fn served_at(path: &str) -> String {
    if path.starts_with("/.well-known/") { path.to_owned() } else { format!("/v1{path}") }
}

fn token() -> Value {
    json!({ "type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "An access token of the identity service." })
}

fn standard_schemas() -> Map<String, Value> {
    let mut schemas = vec![];
    ProblemDocument::schemas(&mut schemas);
    schemas.push(("Problem".into(), ProblemDocument::schema()));
    schemas.push(("InputFault".into(), InputFault::schema()));
    schemas.into_iter().map(|(name, schema)| (name, json!(schema))).collect()
}

fn finished_operation(part: &Part<'_>, path: &str, method: &str, mut operation: Value) -> Value {
    let name = operation["operationId"].as_str().unwrap_or("operation").to_owned();
    operation["operationId"] = json!(format!("{}_{name}", part.capability.replace('-', "_")));
    operation["tags"] = json!([part.capability]);
    operation["x-functions"] = json!(part.functions);
    summarise(&mut operation);
    let public = secure(part, method, &mut operation);
    add_parameters(path, method, &mut operation);
    add_responses(path, method, public, &mut operation);
    operation
}

/// utoipa puts a one-line comment into the description; linters and readers look for a summary.
fn summarise(operation: &mut Value) {
    if operation["summary"].is_null() {
        operation["summary"] = operation["description"].take();
    }
    let summary = operation["summary"].as_str().unwrap_or_default().trim_end_matches('.').to_owned();
    operation["summary"] = json!(summary);
    remove_nulls(operation);
}

fn remove_nulls(operation: &mut Value) {
    if let Some(members) = operation.as_object_mut() {
        members.retain(|_, member| !member.is_null());
    }
}

/// The scope of an operation: its own if it names one, else `<service>.<capability>:read` or `:write`.
fn secure(part: &Part<'_>, method: &str, operation: &mut Value) -> bool {
    if operation[AUTHENTICATED] == true {
        operation["security"] = json!([{ "token": [] }]);
        return false;
    }
    let declared = operation["security"].as_array().cloned();
    let public = declared.as_ref().is_some_and(|requirements| requirements.iter().all(|one| *one == json!({})));
    operation["security"] = match declared {
        Some(_) if public => json!([]),
        Some(requirements) => Value::Array(requirements),
        None => {
            let action = if method == "get" { "read" } else { "write" };
            json!([{ "token": [format!("{}.{}:{action}", part.service, part.capability)] }])
        }
    };
    public
}

fn add_parameters(path: &str, method: &str, operation: &mut Value) {
    let mut parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    // Filters are told by name alone where a handler declared none of its path's.
    for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        if !parameters.iter().any(|parameter| parameter["in"] == "path" && parameter["name"] == name) {
            parameters.push(json!({
                "name": name, "in": "path", "required": true, "description": "Id or number.",
                "schema": { "type": "string", "minLength": 1, "maxLength": 64 },
            }));
        }
    }
    parameters.push(header("X-Request-ID", "Echoed in the answer, kept with every event.", 128));
    let is_command = method != "get" && operation[IMMEDIATE] != true;
    if is_command {
        parameters.push(header("X-Change-Reason", "Why; kept in the event.", 1000));
        parameters.push(json!({
            "name": "dry_run", "in": "query", "required": false, "schema": { "type": "boolean", "default": false },
            "description": "Validate and decide, but keep nothing.",
        }));
    }
    if is_command && method == "post" {
        parameters.push(header("Idempotency-Key", "The same key and request get the same answer for 24 hours.", 255));
    }
    if is_command && path.contains("{id}") {
        parameters.push(header("If-Match", "The version this is meant for; 412 if it is another by now.", 64));
    }
    operation["parameters"] = json!(parameters);
}

fn header(name: &str, description: &str, longest: u32) -> Value {
    json!({
        "name": name, "in": "header", "required": false, "description": description,
        "schema": { "type": "string", "minLength": 1, "maxLength": longest },
    })
}

fn add_responses(path: &str, method: &str, public: bool, operation: &mut Value) {
    let mut statuses = vec![(400, "The request cannot be read."), (503, "Something this needs is away.")];
    if !public {
        statuses.push((401, "No valid token."));
        statuses.push((403, "The token's scopes do not allow it."));
    }
    if path.contains('{') {
        statuses.push((404, "Not there, or not for the caller to know."));
    }
    if method != "get" {
        statuses.push((409, "The current state does not allow it."));
        statuses.push((412, "It is at another version."));
        statuses.push((413, "The body is too large."));
        statuses.push((415, "The body has another media type."));
        statuses.push((422, "The input is readable, but not valid."));
    }
    statuses.push((429, "Too many requests."));
    if method == "get" && path.ends_with("{id}") {
        operation["responses"]["304"] = json!({ "description": "Unchanged since the `ETag` of `If-None-Match`." });
    }
    let problem = json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } });
    for (status, description) in statuses {
        let response = &mut operation["responses"][status.to_string()];
        if response.is_null() {
            *response = json!({ "description": description });
        }
        // Besides what the handler says of it: the gate may refuse it first.
        response["content"]["application/problem+json"] = problem["application/problem+json"].clone();
    }
    if method != "get" && operation[IMMEDIATE] != true && !operation["responses"]["201"].is_null() {
        let mut would_be = operation["responses"]["201"].clone();
        would_be["description"] = json!("What would be created, with `dry_run`.");
        operation["responses"]["200"] = would_be;
    }
    for (status, response) in operation["responses"].as_object_mut().into_iter().flatten() {
        if status.starts_with('4') && response["content"].is_null() {
            response["content"] = problem.clone();
        }
        let empty = response["description"].as_str().is_none_or(str::is_empty);
        if empty {
            response["description"] = json!(if status == "201" { "Created." } else { "Done." });
        }
    }
}

/// The schema of a merge patch: the patched thing with nothing required, and null to remove a member.
fn add_patches(paths: &mut Map<String, Value>, schemas: &mut Map<String, Value>) {
    for item in paths.values_mut() {
        let content = &mut item["patch"]["requestBody"]["content"]["application/merge-patch+json"]["schema"];
        let Some(name) = content["$ref"].as_str().and_then(|path| path.rsplit('/').next()).map(str::to_owned) else {
            if let Some(item) = item.as_object_mut() {
                item.retain(|_, operation| operation.get("responses").is_some())
            }
            continue;
        };
        *content = json!({ "$ref": format!("#/components/schemas/{name}Patch") });
        let mut patch = schemas[&name].clone();
        if let Some(patch) = patch.as_object_mut() {
            patch.remove("required");
            patch.insert("minProperties".into(), json!(0));
        }
        schemas.insert(format!("{name}Patch"), patch);
    }
}

/// Representations carry their address.
fn add_urls(schemas: &mut Map<String, Value>) {
    for schema in schemas.values_mut() {
        let is_row =
            ["id", "number", "version", "created_at"].iter().all(|name| schema["properties"].get(name).is_some());
        if is_row {
            schema["properties"]["url"] =
                json!({ "type": "string", "format": "uri-reference", "description": "Its address at the gateway." });
            if let Some(required) = schema["required"].as_array_mut() {
                required.push(json!("url"));
            }
        }
    }
}

/// Schemas that nothing refers to say nothing.
fn drop_unused(document: &mut Value) {
    loop {
        let text = document.to_string();
        let Some(schemas) = document["components"]["schemas"].as_object_mut() else { return };
        let before = schemas.len();
        schemas.retain(|name, _| text.contains(&format!("\"#/components/schemas/{name}\"")));
        if schemas.len() == before {
            return;
        }
    }
}

/// Members in alphabetical order, so that documents differ only where they do.
pub fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(String, Value)> =
                members.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            members.sort_by(|(left, _), (right, _)| left.cmp(right));
            Value::Object(members.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}
