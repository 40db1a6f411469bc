//! Whether an answer is one that the document promises.

use serde_json::{Value, json};
use testkit::Answered;

use super::operations::Operation;

/// All that is wrong with an answer, in words; nothing when it is as promised.
pub fn faults(operation: &Operation, answered: &Answered) -> Vec<String> {
    let mut faults = vec![];
    let response = &operation.described["responses"][answered.status.to_string()];
    match answered.status {
        500.. => faults.push(format!("a failure: {}", answered.text)),
        // No operation of the document.
        405 => faults.extend(answered.header("allow").is_none().then(|| "405 without Allow".to_owned())),
        _ if response.is_null() => faults.push(format!("status {} is not in the document", answered.status)),
        _ => faults.extend(wrong_content(response, answered)),
    }
    match answered.status {
        // OAuth has refusals of its own (RFC 6749 §5.2).
        400 if media_type(answered) == "application/json" => faults.extend(wrong_body(operation, response, answered)),
        400.. => faults.extend(wrong_problem(answered)),
        _ => faults.extend(wrong_body(operation, response, answered)),
    }
    if answered.header("x-request-id").is_none() {
        faults.push("no X-Request-ID".to_owned());
    }
    faults.iter().map(|fault| format!("{operation}: {} {fault}", answered.status)).collect()
}

fn wrong_content(response: &Value, answered: &Answered) -> Option<String> {
    let kind = media_type(answered);
    let promised = response["content"].as_object();
    match (promised, kind) {
        (None, _) if answered.text.is_empty() => None,
        (None, kind) => Some(format!("a body where the document has none ({kind})")),
        (Some(promised), kind) if promised.contains_key(kind) => None,
        (Some(promised), kind) => Some(format!("{kind:?} where the document has {:?}", promised.keys())),
    }
}

fn media_type(answered: &Answered) -> &str {
    answered.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default()
}

/// RFC 9457, as `docs/api.md` has it.
fn wrong_problem(answered: &Answered) -> Vec<String> {
    let problem = answered.json();
    let mut faults = vec![];
    if media_type(answered) != "application/problem+json" {
        faults.push(format!("no problem document: {}", answered.text));
    }
    for member in ["type", "title", "detail", "code", "instance"] {
        if problem[member].as_str().is_none_or(str::is_empty) {
            faults.push(format!("a problem without {member}: {problem}"));
        }
    }
    if problem["status"] != json!(answered.status) || problem["request_id"].as_str() != answered.header("x-request-id")
    {
        faults.push(format!("a problem of another answer: {problem}"));
    }
    faults
}

/// A JSON body is what its schema says.
fn wrong_body(operation: &Operation, response: &Value, answered: &Answered) -> Vec<String> {
    let schema = &response["content"][media_type(answered)]["schema"];
    if schema.is_null() || media_type(answered) != "application/json" {
        return vec![];
    }
    let mut whole = schema.clone();
    whole["components"] = operation.document["components"].clone();
    let validator = jsonschema::options().should_validate_formats(true).build(&whole);
    let validator = validator.unwrap_or_else(|fault| panic!("{operation}: no JSON Schema: {fault}"));
    let body = answered.json();
    validator.iter_errors(&body).map(|fault| format!("{}: {fault}", fault.instance_path())).collect()
}
