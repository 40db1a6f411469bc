//! The topics as any other system would read them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use jsonschema::Validator;
use messaging::CloudEvent;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::{ClientConfig, Message, Offset, TopicPartitionList};
use serde_json::{Value, json};

/// Reads every topic from its beginning: each record is a CloudEvent that its AsyncAPI document allows, each thing's events
/// are in order, and none is missing.
pub async fn check(servers: &str, prefix: String) {
    let servers = servers.to_owned();
    let names: Vec<&'static str> = darbazi::services().iter().map(|service| service.name).collect();
    let work = move || {
        names.iter().map(|service| (*service, read(&servers, &format!("{prefix}.{service}.v1")))).collect::<Vec<_>>()
    };
    let topics = tokio::task::spawn_blocking(work).await.expect("topics to read");
    for (service, events) in topics {
        assert!(!events.is_empty() || service == "software", "{service}: nothing on its topic");
        check_order(service, &events);
        let schemas = schemas(service);
        for event in &events {
            let schema = schemas.get(event.name()).unwrap_or_else(|| panic!("{} is in no document", event.kind));
            let faults: Vec<String> = schema.iter_errors(&event.data).map(|fault| fault.to_string()).collect();
            assert!(faults.is_empty(), "{}: {faults:?} in {}", event.kind, event.data);
        }
    }
}

/// Versions of each thing without a gap, one after the other.
fn check_order(service: &str, events: &[CloudEvent]) {
    let mut versions: BTreeMap<&str, u64> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for event in events.iter().filter(|event| seen.insert(event.id)) {
        let version: u64 = event.sequence.parse().expect("a version");
        let before = versions.insert(&event.partitionkey, version).unwrap_or_default();
        assert_eq!(version, before + 1, "{service}: {} of {}", event.kind, event.number);
        assert_eq!(event.source, format!("/darbazi/{service}"));
    }
}

fn read(servers: &str, topic: &str) -> Vec<CloudEvent> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", servers).set("group.id", "journey").set("enable.auto.commit", "false");
    let consumer: BaseConsumer = config.create().expect("a consumer");
    let timeout = Duration::from_secs(10);
    let metadata = consumer.fetch_metadata(Some(topic), timeout).expect("a topic");
    let (mut wanted, mut list) = (0, TopicPartitionList::new());
    for partition in metadata.topics()[0].partitions() {
        let (_, end) = consumer.fetch_watermarks(topic, partition.id(), timeout).expect("watermarks");
        wanted += end;
        list.add_partition_offset(topic, partition.id(), Offset::Beginning).expect("a partition");
    }
    consumer.assign(&list).expect("an assignment");
    let (mut events, deadline) = (vec![], Instant::now() + Duration::from_secs(30));
    while (events.len() as i64) < wanted {
        assert!(Instant::now() < deadline, "{topic}: {} of {wanted} records", events.len());
        let Some(record) = consumer.poll(Duration::from_millis(200)) else { continue };
        let record = record.expect("a record");
        let event = CloudEvent::read(record.headers(), record.payload().unwrap_or_default()).expect("a CloudEvent");
        assert_eq!(record.key(), Some(event.partitionkey.as_bytes()), "{topic}: a record is keyed by its thing");
        events.push(event);
    }
    events
}

/// The payload's schema of each event, from the committed document.
fn schemas(service: &str) -> BTreeMap<String, Validator> {
    let path = format!("{}/../api-specs/asyncapi/{service}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("a document");
    let document: Value = serde_json::from_str(&text).expect("a document is JSON");
    let messages = document["components"]["messages"].as_object().expect("messages");
    let validators = messages.values().filter_map(|message| {
        let mut schema = message["payload"].clone();
        schema["components"] = json!({ "schemas": document["components"]["schemas"] });
        let name = message["name"].as_str()?.strip_prefix(&format!("darbazi.{service}."))?;
        Some((name.to_owned(), jsonschema::validator_for(&schema).expect("a schema")))
    });
    validators.collect()
}
