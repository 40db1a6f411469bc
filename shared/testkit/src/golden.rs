//! Released events stay readable: one golden sample for each name that was ever written.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use event_store::DomainEvent;
use serde_json::{Value, json};
use utoipa::PartialSchema;

/// Checks that every event of `E` has a sample `<folder>/<name>.json` and that every sample of `kind` still reads.
/// A sample of today's version must also be written back exactly as it is.
#[track_caller]
pub fn check<E: DomainEvent>(folder: impl AsRef<Path>, kind: &str) {
    let folder = folder.as_ref();
    let current = names::<E>();
    let samples = samples(folder, kind);
    for name in &current {
        assert!(samples.contains(name), "{}: no golden sample", folder.join(format!("{name}.json")).display());
    }
    for name in samples {
        let text = fs::read_to_string(folder.join(format!("{name}.json"))).expect("a readable sample");
        let data: Value = serde_json::from_str(&text).expect("a sample is JSON");
        let (upcast, latest) = E::upcast(&name, data.clone());
        let event: E = serde_json::from_value(json!({ "type": upcast, "data": latest }))
            .unwrap_or_else(|error| panic!("{name} cannot be read any more: {error}"));
        if current.contains(&name) {
            let written = serde_json::to_value(&event).expect("an event is JSON");
            assert_eq!(written["data"], data, "{name} is written differently now: release a new version instead");
        }
    }
}

/// The released names of `E`'s variants, from its schema.
pub fn names<E: PartialSchema>() -> BTreeSet<String> {
    let schema = serde_json::to_value(E::schema()).expect("a schema is JSON");
    let variants = schema["oneOf"].as_array().cloned().unwrap_or_default();
    variants.iter().filter_map(|variant| Some(variant["properties"]["type"]["enum"][0].as_str()?.to_owned())).collect()
}

fn samples(folder: &Path, kind: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let names = names.filter_map(|name| name.strip_suffix(".json").map(str::to_owned));
    names.filter(|name| name.starts_with(&format!("{kind}."))).collect()
}
