//! The AsyncAPI 3 document of a service: what it publishes, and what it reacts to.

use serde_json::{Map, Value, json};

use crate::topic;

/// A released event.
#[derive(Clone, Debug)]
pub struct EventDescription {
    /// `device.assigned.v1`
    pub name: String,
    /// JSON Schema of its data.
    pub schema: Value,
}

/// `reacts_to`: producing service and event name, each once.
pub fn document(service: &str, published: &[EventDescription], reacts_to: &[(String, String)]) -> Value {
    let mut channels = Map::new();
    let mut operations = Map::new();
    let mut messages = Map::new();
    let own: Vec<String> = published.iter().map(|event| event.name.clone()).collect();
    for event in published {
        messages.insert(message_key(service, &event.name), message(service, &event.name, &event.schema));
    }
    channels.insert(service.to_owned(), channel(service, &own));
    operations.insert(format!("publish_{service}"), operation("send", service, service, &own));
    let mut producers: Vec<&String> = reacts_to.iter().map(|(producer, _)| producer).collect();
    producers.sort();
    producers.dedup();
    for producer in producers {
        let mut names: Vec<String> =
            reacts_to.iter().filter(|(from, _)| from == producer).map(|(_, name)| name.clone()).collect();
        names.sort();
        names.dedup();
        for name in &names {
            let any = json!({ "type": "object", "description": format!("As {producer} publishes it.") });
            messages.entry(message_key(producer, name)).or_insert_with(|| message(producer, name, &any));
        }
        channels.entry(producer.clone()).or_insert_with(|| channel(producer, &names));
        operations.insert(format!("react_to_{producer}"), operation("receive", producer, service, &names));
    }
    json!({
        "asyncapi": "3.0.0",
        "info": { "title": format!("Darbazi: events of {service}"), "version": env!("CARGO_PKG_VERSION"), "license": { "name": "EUPL-1.2" } },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": { "messages": messages, "messageTraits": { "cloudEvent": cloud_event() } },
    })
}

fn message_key(service: &str, name: &str) -> String {
    format!("{service}.{name}")
}

fn message(service: &str, name: &str, schema: &Value) -> Value {
    json!({
        "name": format!("darbazi.{service}.{name}"),
        "title": name,
        "payload": schema,
        "traits": [{ "$ref": "#/components/messageTraits/cloudEvent" }],
        "bindings": { "kafka": { "key": { "type": "string", "description": "Id of the thing it happened to." }, "bindingVersion": "0.5.0" } },
    })
}

fn channel(service: &str, names: &[String]) -> Value {
    let messages = names.iter().map(|name| {
        let key = message_key(service, name);
        (key.clone(), json!({ "$ref": format!("#/components/messages/{key}") }))
    });
    json!({
        "address": topic(service),
        "description": format!("Everything that happens in {service}, in order for each thing."),
        "messages": messages.collect::<Map<_, _>>(),
        "bindings": { "kafka": { "topic": topic(service), "partitions": 12, "bindingVersion": "0.5.0" } },
    })
}

fn operation(action: &str, channel: &str, group: &str, names: &[String]) -> Value {
    let messages = names
        .iter()
        .map(|name| json!({ "$ref": format!("#/channels/{channel}/messages/{}", message_key(channel, name)) }));
    let mut operation = json!({
        "action": action,
        "channel": { "$ref": format!("#/channels/{channel}") },
        "messages": messages.collect::<Vec<_>>(),
    });
    if action == "receive" {
        operation["bindings"] = json!({ "kafka": { "groupId": { "type": "string", "enum": [format!("darbazi.{group}")] }, "bindingVersion": "0.5.0" } });
    }
    operation
}

/// CloudEvents 1.0, binary mode of the Kafka binding.
fn cloud_event() -> Value {
    let text = json!({ "type": "string" });
    let id = json!({ "type": "string", "format": "uuid" });
    json!({
        "contentType": "application/json",
        "headers": {
            "type": "object",
            "required": ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time"],
            "properties": {
                "ce_specversion": { "type": "string", "const": "1.0" },
                "ce_id": id, "ce_source": text, "ce_type": text, "ce_subject": id,
                "ce_time": { "type": "string", "format": "date-time" },
                "ce_partitionkey": text,
                "ce_sequence": { "type": "string", "pattern": "^[0-9]{20}$" },
                "ce_position": { "type": "string", "pattern": "^[0-9]+$" },
                "ce_number": text, "ce_actorid": id, "ce_actorname": text, "ce_orgunitid": id, "ce_ownerid": id,
                "ce_reason": text, "ce_correlationid": text, "ce_causationid": id, "ce_traceparent": text,
            },
        },
    })
}
