//! The house plan, held by tests: which way dependencies point, what rules may know, what was released stays readable, and
//! no file grows out of hand.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use events::Published;
use serde_json::Value;

/// Packages that see several services.
const SEE_ALL: [&str; 2] = ["darbazi", "tests"];

const LONGEST_FILE_LINES: usize = 400;

#[test]
fn no_service_depends_on_another() {
    let packages = packages();
    let services: BTreeSet<&str> = packages.values().filter(|package| package.is_service()).map(name).collect();
    for package in packages.values().filter(|package| !SEE_ALL.contains(&name(package))) {
        let seen: Vec<&String> = package.needs.iter().filter(|needed| services.contains(needed.as_str())).collect();
        assert!(seen.is_empty(), "{} depends on {seen:?}", package.name);
    }
}

#[test]
fn what_is_shared_knows_no_service_and_the_kernel_knows_nobody() {
    let packages = packages();
    for package in packages.values().filter(|package| package.folder.starts_with("shared/")) {
        for needed in &package.needs {
            assert!(packages[needed].folder.starts_with("shared/"), "{} depends on {needed}", package.name);
        }
    }
    assert!(packages["kernel"].needs.is_empty(), "the kernel depends on {:?}", packages["kernel"].needs);
    assert_eq!(packages["events"].needs, BTreeSet::from(["kernel".to_owned()]), "readers know only the kernel");
}

#[test]
fn shared_crates_stand_on_those_below() {
    let levels: [&[&str]; 5] = [
        &["kernel"],
        &["auth", "event-store", "events", "telemetry"],
        &["messaging", "web"],
        &["service"],
        &["testkit"],
    ];
    let level = |package: &str| levels.iter().position(|level| level.contains(&package));
    for package in packages().values().filter(|package| package.folder.starts_with("shared/")) {
        let own = level(&package.name).unwrap_or_else(|| panic!("on which level stands {}?", package.name));
        for needed in &package.needs {
            assert!(level(needed) < Some(own), "{} stands on {needed}, which is not below it", package.name);
        }
    }
}

/// What rules may bring in from outside. Facts, the time among them, are handed to them.
const RULES_MAY_USE: [&str; 13] = [
    "auth",
    "chrono",
    "chrono_tz",
    "event_store",
    "json_patch",
    "jsonschema",
    "kernel",
    "rust_decimal",
    "serde",
    "serde_json",
    "thiserror",
    "utoipa",
    "uuid",
];

/// What rules must not touch even where a crate that they may use has it.
const RULES_MUST_NOT: [&str; 15] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "SystemTime",
    "Utc::now",
    "kernel::Clock",
    "kernel::clock",
    "event_store::Store",
    "event_store::Database",
    "async ",
    "println!",
    "id::random",
];

#[test]
fn rules_do_no_input_or_output() {
    let files = rule_files();
    assert!(files.len() >= 50, "only {} files with rules were found", files.len());
    let mut wrong = vec![];
    for path in files {
        let text = fs::read_to_string(&path).expect("a source file");
        let lines = text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).enumerate();
        let code = lines.filter(|(_, line)| !line.trim_start().starts_with("//"));
        for (number, line) in code {
            let forbidden = RULES_MUST_NOT.iter().find(|name| line.contains(**name));
            if forbidden.is_some() || !imports_only_what_rules_may(line) {
                wrong.push(format!("{}:{}: {}", shown(&path), number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A line that is a `use` of another crate must name one of the few; others are modules of the service itself.
fn imports_only_what_rules_may(line: &str) -> bool {
    let line = line.trim_start();
    let Some(path) = line.strip_prefix("pub ").unwrap_or(line).strip_prefix("use ") else { return true };
    let root = path.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or_default();
    match root {
        "std" | "crate" | "super" | "self" => true,
        // A newtype that is kept in a column derives how (`DeriveValueType`, `DeriveActiveEnum`).
        "sea_orm" => path.starts_with("sea_orm::entity::prelude") || path.contains("Derive"),
        module if module.chars().next().is_some_and(char::is_uppercase) => true,
        module => RULES_MAY_USE.contains(&module) || line.starts_with("pub use"),
    }
}

/// `domain.rs`, and everything in folders of that name, but for tests.
fn rule_files() -> Vec<PathBuf> {
    let is_rule = |path: &PathBuf| {
        let parts: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
        let (file, folders) = parts.split_last().expect("a file");
        *file == "domain.rs" || (folders.contains(&"domain") && *file != "tests.rs")
    };
    rust_files(&root().join("services")).into_iter().filter(is_rule).collect()
}

#[test]
fn every_released_event_has_a_golden_sample_and_every_sample_was_released() {
    let mut missing = vec![];
    for service in darbazi::services() {
        for name in service.aggregates().flat_map(|aggregate| aggregate.events.keys()) {
            if !sample_path(service.name, name).exists() {
                missing.push(shown(&sample_path(service.name, name)));
            }
        }
        let kinds: BTreeSet<&str> = service.aggregates().map(|aggregate| aggregate.kind).collect();
        for sample in fs::read_dir(samples_of(service.name)).into_iter().flatten() {
            let name = sample.expect("a sample").file_name().into_string().expect("a name");
            let kind = name.split('.').next().unwrap_or_default();
            assert!(kinds.contains(kind), "{}: no aggregate of {} is called so", name, service.name);
        }
    }
    assert!(missing.is_empty(), "no golden samples: {missing:#?}");
}

/// Reads a producer's sample as another service would.
type Read = fn(Value) -> Result<(), serde_json::Error>;

macro_rules! readers {
    ($($producer:ident::{$($event:ident),+ $(,)?}),+ $(,)?) => {
        vec![$($((
            <events::$producer::$event as Published>::SERVICE,
            <events::$producer::$event as Published>::NAME,
            (|sample| serde_json::from_value::<events::$producer::$event>(sample).map(drop)) as Read,
        )),+),+]
    };
}

fn readers() -> Vec<(&'static str, &'static str, Read)> {
    readers![
        assets::{ReturnRequestRaised, ReturnRequestCompleted, HandoverAccepted},
        contracts::{
            ContractSigned, ContractActivated, ContractExpiryAnnounced, ContractRenewed, ContractTermEnded,
            ContractCompleted, ContractTerminated, VendorBlacklisted,
        },
        identity::{
            OrgUnitCreated, OrgUnitRenamed, OrgUnitMoved, EmployeeRegistered, EmployeeActivated, EmployeeMoved,
            EmployeeSuspended, EmployeeReinstated, EmployeeLeft,
        },
        incidents::{TicketReported, TicketResolved, TicketClosed, TicketResolutionMissed, PolicyPutInForce},
        software::{
            SystemRegistered, SystemDetailsChanged, SystemPutIntoProduction, SystemRetired, SystemClassified,
            AssessmentDue,
        },
    ]
}

#[test]
fn every_reader_reads_its_producers_samples() {
    for (service, name, read) in readers() {
        let path = sample_path(service, name);
        let text = fs::read_to_string(&path).unwrap_or_else(|fault| panic!("{}: {fault}", shown(&path)));
        let sample: Value = serde_json::from_str(&text).expect("a sample is JSON");
        read(sample).unwrap_or_else(|fault| panic!("{service}: {name} cannot be read: {fault}"));
    }
}

#[test]
fn no_reader_is_left_out() {
    let read: BTreeSet<String> = readers().iter().map(|(service, name, _)| format!("{service} {name}")).collect();
    let mut there = BTreeSet::new();
    for path in rust_files(&root().join("shared/events/src")) {
        let text = fs::read_to_string(&path).expect("a source file");
        let service = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let names = text.split('"').skip(1).step_by(2).filter(|name| name.ends_with(".v1") || name.ends_with(".v2"));
        there.extend(names.map(|name| format!("{service} {name}")));
    }
    assert_eq!(there, read);
}

#[test]
fn every_event_that_is_reacted_to_is_released() {
    let services = darbazi::services();
    let released: BTreeMap<&str, BTreeSet<&String>> = services
        .iter()
        .map(|service| (service.name, service.aggregates().flat_map(|aggregate| aggregate.events.keys()).collect()))
        .collect();
    for service in &services {
        for reaction in service.subscribed() {
            let known = released
                .get(reaction.service)
                .is_some_and(|names| names.iter().any(|name| *name == reaction.event_name));
            assert!(known, "{}: {} waits for {}, which nobody tells", service.name, reaction.name, reaction.event_name);
        }
    }
}

#[test]
fn no_file_is_longer_than_a_file_should_be() {
    let long: BTreeSet<String> = ["services", "shared", "tests"]
        .iter()
        .flat_map(|folder| rust_files(&root().join(folder)))
        .filter(|path| fs::read_to_string(path).expect("a source file").lines().count() > LONGEST_FILE_LINES)
        .filter(|path| !is_test(path))
        .map(|path| shown(&path))
        .collect();
    assert!(long.is_empty(), "{long:?} have more than {LONGEST_FILE_LINES} lines");
}

fn is_test(path: &Path) -> bool {
    path.iter().any(|part| part == "tests" || part == "tests.rs")
}

/// A package of ours, and those of ours that it needs to be built.
struct Package {
    name: String,
    folder: String,
    needs: BTreeSet<String>,
}

impl Package {
    fn is_service(&self) -> bool {
        self.folder.starts_with("services/") && !SEE_ALL.contains(&self.name.as_str())
    }
}

fn name(package: &Package) -> &str {
    &package.name
}

/// As cargo knows them; what only tests need does not count.
fn packages() -> BTreeMap<String, Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo speaks JSON");
    let listed = metadata["packages"].as_array().expect("packages");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let ours: BTreeSet<String> = listed.iter().map(|package| text(&package["name"])).collect();
    let package = |package: &Value| {
        let manifest = PathBuf::from(text(&package["manifest_path"]));
        let needed = package["dependencies"].as_array().expect("dependencies").iter();
        let needed = needed.filter(|needed| needed["kind"] != "dev").map(|needed| text(&needed["name"]));
        let needs = needed.filter(|name| ours.contains(name)).collect();
        Package { name: text(&package["name"]), folder: shown(manifest.parent().expect("a folder")), needs }
    };
    listed.iter().map(package).map(|package| (package.name.clone(), package)).collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("a readable folder").path());
    let files = entries.flat_map(|path| match path.is_dir() {
        true if path.ends_with("node_modules") => vec![],
        true => rust_files(&path),
        false => vec![path],
    });
    files.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

fn samples_of(service: &str) -> PathBuf {
    root().join(format!("services/{service}/tests/golden"))
}

fn sample_path(service: &str, event: &str) -> PathBuf {
    samples_of(service).join(format!("{event}.json"))
}

/// A path as people write it.
fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}
