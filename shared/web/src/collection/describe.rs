//! The collection's operations as OpenAPI, from the row alone.

use std::any::TypeId;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, RwLock};

use event_store::{Record, Row};
use serde_json::{Value, json};
use utoipa::openapi::path::{PathItem, Paths};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::fields::{Field, FieldKind, fields};
use super::history::{FieldChange, History, HistoryEntry};
use super::list::PARTIAL;
use super::selection::LARGEST_LIMIT;
use crate::reply::collection_name;

/// Members of the representation: what filters, an export and `fields=` may name.
pub fn members<R: Row>() -> Arc<[String]> {
    static KNOWN: LazyLock<RwLock<HashMap<TypeId, Arc<[String]>>>> = LazyLock::new(RwLock::default);
    let known = KNOWN.read().ok().and_then(|known| known.get(&TypeId::of::<R>()).cloned());
    known.unwrap_or_else(|| {
        let schema = json!(R::schema());
        let members = schema["properties"].as_object().into_iter().flat_map(|members| members.keys().cloned());
        let members: Arc<[String]> = members.collect();
        if let Ok(mut known) = KNOWN.write() {
            known.insert(TypeId::of::<R>(), members.clone());
        }
        members
    })
}

pub fn schemas<A: Record>(schemas: &mut Vec<(String, RefOr<Schema>)>) {
    let name = <A::Row as ToSchema>::name().into_owned();
    let page = json!({
        "type": "object",
        "required": ["items", "next_cursor"],
        "properties": {
            "items": { "type": "array", "items": reference(&name) },
            "next_cursor": { "type": ["string", "null"], "description": "Where the next page begins; null on the last one." },
            "total": { "type": "integer", "minimum": 0, "description": "Only with `with_total=true`." },
        },
    });
    schemas.push((name.clone(), <A::Row as PartialSchema>::schema()));
    <A::Row as ToSchema>::schemas(schemas);
    schemas.extend(serde_json::from_value(page).ok().map(|page| (format!("{name}Page"), page)));
    schemas.push(("History".into(), History::schema()));
    schemas.push(("HistoryEntry".into(), HistoryEntry::schema()));
    schemas.push(("FieldChange".into(), FieldChange::schema()));
    <HistoryEntry as ToSchema>::schemas(schemas);
}

pub fn paths<A: Record>(path: &str) -> Paths {
    let name = <A::Row as ToSchema>::name().into_owned();
    let (things, thing) = (collection_name::<A>().replace('-', " "), A::KIND.replace('_', " "));
    let snake = collection_name::<A>().replace('-', "_");
    let mut page = json_body(&reference(&format!("{name}Page")));
    page[PARTIAL] =
        json!({ "schema": { "type": "object", "description": "With `fields=`: the page with only these members." } });
    let list = get(&format!("list_{snake}"), &format!("List {things}"), list_parameters::<A::Row>(), &page);
    let item =
        get(&format!("get_{}", A::KIND), &format!("Get one {thing}"), vec![as_of()], &json_body(&reference(&name)));
    let history = get(
        &format!("get_{}_history", A::KIND),
        &format!("What happened to a {thing}"),
        vec![],
        &json_body(&reference("History")),
    );
    let export = get(&format!("export_{snake}"), &format!("Export {things}"), export_parameters::<A::Row>(), &files());
    let entries = [
        (path.to_owned(), list),
        (format!("{path}/export"), export),
        (format!("{path}/{{id}}"), item),
        (format!("{path}/{{id}}/history"), history),
    ];
    let items =
        entries.into_iter().filter_map(|(path, item)| Some((path, serde_json::from_value::<PathItem>(item).ok()?)));
    let mut paths = Paths::new();
    paths.paths.extend(items.collect::<BTreeMap<_, _>>());
    paths
}

fn get(id: &str, summary: &str, parameters: Vec<Value>, content: &Value) -> Value {
    json!({ "get": {
        "operationId": id,
        "summary": summary,
        "parameters": parameters,
        "responses": { "200": { "description": "As asked.", "content": content } },
    }})
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn json_body(schema: &Value) -> Value {
    json!({ "application/json": { "schema": schema } })
}

fn files() -> Value {
    let text = json!({ "schema": { "type": "string" } });
    let xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    json!({ "text/csv": text, "application/x-ndjson": text, xlsx: { "schema": { "type": "string", "format": "binary" } } })
}

fn parameter(name: &str, description: &str, schema: Value) -> Value {
    json!({ "name": name, "in": "query", "required": false, "description": description, "schema": schema })
}

fn as_of() -> Value {
    parameter("as_of", "The state at this past instant (RFC 3339).", json!({ "type": "string", "format": "date-time" }))
}

fn export_parameters<R: Row>() -> Vec<Value> {
    let mut parameters = selecting::<R>();
    parameters.push(parameter(
        "format",
        "csv unless asked otherwise.",
        json!({ "type": "string", "enum": ["csv", "xlsx", "json"] }),
    ));
    parameters
}

fn list_parameters<R: Row>() -> Vec<Value> {
    let mut parameters = selecting::<R>();
    let limit = json!({ "type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": 50 });
    parameters.push(parameter("limit", "How many at most.", limit));
    parameters.push(parameter("cursor", "`next_cursor` of the page before.", json!({ "type": "string" })));
    parameters.push(parameter("with_total", "Whether to count all.", json!({ "type": "boolean", "default": false })));
    parameters
}

fn selecting<R: Row>() -> Vec<Value> {
    let sort = "Columns, `-` before a falling one: `-created_at,number`.";
    let mut parameters = vec![
        parameter("sort", sort, json!({ "type": "string", "example": "-created_at" })),
        parameter(
            "fields",
            "Only these members, by commas; the answer is then `application/vnd.darbazi.partial+json`.",
            json!({ "type": "string", "example": "id,number" }),
        ),
        as_of(),
    ];
    if event_store::row::column::<R>("search").is_some() {
        let q = "Words to be found, in Georgian or Latin letters: either finds the other.";
        parameters.push(parameter("q", q, json!({ "type": "string", "maxLength": 400 })));
    }
    parameters.extend(fields::<R>().iter().flat_map(filters));
    parameters
}

fn filters<R: Row>(field: &Field<R>) -> Vec<Value> {
    let schema = match field.kind {
        FieldKind::Text => json!({ "type": "string" }),
        FieldKind::Id => json!({ "type": "string", "format": "uuid" }),
        FieldKind::Integer => json!({ "type": "integer", "format": "int64" }),
        FieldKind::Number => json!({ "type": "number" }),
        FieldKind::Instant => json!({ "type": "string", "format": "date-time" }),
        FieldKind::Day => json!({ "type": "string", "format": "date" }),
        FieldKind::Boolean => json!({ "type": "boolean" }),
    };
    let name = field.name;
    let mut parameters = vec![parameter(name, &format!("`{name}` is this."), schema.clone())];
    for suffix in field.kind.suffixes(field.nullable) {
        let (words, schema) = match suffix {
            "in" => ("is one of these, by commas", json!({ "type": "string" })),
            "not" => ("is not this", schema.clone()),
            "gte" => ("is this or more", schema.clone()),
            "lte" => ("is this or less", schema.clone()),
            "gt" => ("is more than this", schema.clone()),
            "lt" => ("is less than this", schema.clone()),
            "contains" => ("contains this", json!({ "type": "string" })),
            _ => ("is (not) empty", json!({ "type": "boolean" })),
        };
        parameters.push(parameter(&format!("{name}__{suffix}"), &format!("`{name}` {words}."), schema));
    }
    parameters
}
