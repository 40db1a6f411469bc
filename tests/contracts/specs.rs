//! The documents under `api-specs/` say what the code says. `make specs` writes them anew (`UPDATE_SPECS=1`).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use darbazi::services;
use serde_json::Value;

#[test]
fn the_openapi_document_of_each_service_is_committed() {
    for service in services() {
        assert_committed(&format!("openapi/{}.json", service.name), &pretty(&service.openapi()));
    }
}

#[test]
fn the_asyncapi_document_of_each_service_is_committed() {
    for service in services() {
        assert_committed(&format!("asyncapi/{}.json", service.name), &pretty(&service.asyncapi()));
    }
}

#[test]
fn the_document_of_the_whole_platform_is_committed() {
    assert_committed("openapi/platform.json", &pretty(&platform_document()));
}

#[test]
fn the_topology_is_committed() {
    assert_committed("topology.txt", &topology());
}

#[test]
fn no_document_is_left_of_what_is_no_more() {
    let expected = expected_files();
    let foreign: Vec<PathBuf> = files_under(&folder()).into_iter().filter(|path| !expected.contains(path)).collect();
    if updating() {
        foreign.iter().for_each(|path| fs::remove_file(path).expect("a file to remove"));
    } else {
        assert!(foreign.is_empty(), "no service owns {foreign:?}; `make specs` removes them");
    }
}

/// As the gateway merges it.
pub fn platform_document() -> Value {
    let documents: BTreeMap<&str, Value> =
        services().into_iter().map(|service| (service.name, service.openapi())).collect();
    gateway::platform_document(documents.iter().map(|(name, document)| (*name, document)))
}

/// Which event leads to what, in the order of the alphabet.
fn topology() -> String {
    let lines: BTreeSet<String> = services().iter().flat_map(|service| service.topology()).collect();
    lines.into_iter().map(|line| line + "\n").collect()
}

#[track_caller]
fn assert_committed(name: &str, text: &str) {
    let path = folder().join(name);
    let committed = fs::read_to_string(&path).unwrap_or_default();
    if committed == text {
        return;
    }
    if updating() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder for documents");
        fs::write(&path, text).expect("a document to write");
        return;
    }
    let line = committed.lines().zip(text.lines()).take_while(|(committed, now)| committed == now).count() + 1;
    panic!("api-specs/{name} differs from the code from line {line} on; `make specs` writes it anew");
}

fn pretty(document: &Value) -> String {
    let document = web::document::sorted(document.clone());
    serde_json::to_string_pretty(&document).expect("a document is JSON") + "\n"
}

fn expected_files() -> BTreeSet<PathBuf> {
    let names = services()
        .into_iter()
        .flat_map(|service| [format!("openapi/{}.json", service.name), format!("asyncapi/{}.json", service.name)]);
    let shared = ["openapi/platform.json", "topology.txt"].map(str::to_owned);
    names.chain(shared).map(|name| folder().join(name)).collect()
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("a readable folder").path());
    entries.flat_map(|path| if path.is_dir() { files_under(&path) } else { vec![path] }).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../api-specs")
}

fn updating() -> bool {
    testkit::environment("UPDATE_SPECS").is_some()
}
