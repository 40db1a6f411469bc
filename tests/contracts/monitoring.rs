//! Alerts and the dashboard speak of measures that are taken, and each alert says what to do.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// What Prometheus itself measures.
const PROMETHEUS_OWN: [&str; 1] = ["up"];
/// Parts of a runbook.
const PARTS: [&str; 5] = ["**Means.**", "**Users notice.**", "**Look.**", "**Do.**", "**Over when**"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|fault| panic!("{path}: {fault}"))
}

/// Every measure's name, as `telemetry` writes it.
fn measured() -> BTreeSet<String> {
    let text = read("shared/telemetry/src/metrics.rs");
    let names = text.lines().filter(|line| line.starts_with("pub const ")).filter_map(|line| line.split('"').nth(1));
    names.filter(|name| name.starts_with("darbazi_")).map(str::to_owned).collect()
}

fn rules() -> Vec<Value> {
    let rules: Value = serde_saphyr::from_str(&read("deploy/monitoring/prometheus-rules.yaml")).expect("YAML");
    let groups = rules["groups"].as_array().expect("groups").iter();
    groups.flat_map(|group| group["rules"].as_array().expect("rules").clone()).collect()
}

fn panels() -> Vec<Value> {
    let dashboard: Value = serde_json::from_str(&read("deploy/monitoring/grafana-dashboard.json")).expect("JSON");
    dashboard["panels"].as_array().expect("panels").clone()
}

/// The names of measures in an expression; a histogram has three.
fn named(expression: &str) -> BTreeSet<String> {
    let words = expression.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let ours = words.filter(|word| word.starts_with("darbazi_"));
    let known = measured();
    let base = |word: &str| {
        let of_histogram = ["_bucket", "_count", "_sum"].iter().filter_map(|end| word.strip_suffix(end));
        of_histogram.map(str::to_owned).find(|base| known.contains(base)).unwrap_or_else(|| word.to_owned())
    };
    ours.map(base).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[test]
fn alerts_and_dashboard_name_measures_that_are_taken_and_the_dashboard_shows_all() {
    let known = measured();
    assert!(known.len() >= 15, "{known:?}");
    for rule in rules() {
        let named = named(text(&rule["expr"]));
        let of_prometheus = PROMETHEUS_OWN.iter().any(|own| text(&rule["expr"]).starts_with(own));
        assert!(of_prometheus || !named.is_empty(), "{}: nothing of ours is measured", rule["alert"]);
        assert!(named.is_subset(&known), "{}: {named:?}", rule["alert"]);
    }
    let targets = panels().into_iter().flat_map(|panel| panel["targets"].as_array().cloned().unwrap_or_default());
    let shown: BTreeSet<String> = targets.flat_map(|target| named(text(&target["expr"]))).collect();
    assert_eq!(shown, known, "the dashboard shows every measure, and only those");
}

#[test]
fn every_alert_has_a_runbook_and_every_runbook_is_found() {
    let mut linked =
        BTreeSet::from(["docs/runbooks/README.md".to_owned(), "docs/runbooks/checkpoint-ahead.md".to_owned()]);
    let index = read("docs/runbooks/README.md");
    for rule in rules() {
        let (alert, page) = (text(&rule["alert"]), text(&rule["annotations"]["runbook_url"]));
        assert!(
            !text(&rule["annotations"]["summary"]).is_empty() && !text(&rule["labels"]["severity"]).is_empty(),
            "{alert}"
        );
        let runbook = read(page);
        assert!(runbook.starts_with(&format!("# {alert}\n")), "{page} is about another alert than {alert}");
        let missing: Vec<_> = PARTS.iter().filter(|part| !runbook.contains(**part)).collect();
        assert!(missing.is_empty(), "{page} lacks {missing:?}");
        assert!(index.contains(alert), "{alert} is not in the list of runbooks");
        linked.insert(page.to_owned());
    }
    let pages = fs::read_dir(root().join("docs/runbooks")).expect("runbooks");
    let pages = pages.map(|page| format!("docs/runbooks/{}", page.expect("a page").file_name().to_string_lossy()));
    assert_eq!(pages.collect::<BTreeSet<_>>(), linked);
}

/// The doctor and the alerts send people to pages that are there.
#[test]
fn pages_that_the_code_names_are_there() {
    let folder = root().join("shared/service/src/operate/doctor");
    let files = fs::read_dir(folder).expect("the doctor").map(|file| file.expect("a file").path());
    let texts: String = files.map(|file| fs::read_to_string(file).expect("a source file")).collect();
    let pages: BTreeSet<&str> = texts
        .split(|letter: char| letter.is_whitespace() || "()\"`#;".contains(letter))
        .filter(|word| word.starts_with("docs/") && word.ends_with(".md"))
        .collect();
    assert!(pages.len() >= 5, "{pages:?}");
    for page in pages {
        assert!(root().join(page).exists(), "{page}");
    }
}
