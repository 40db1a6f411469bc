//! What operators do beside a platform that runs.

use std::path::Path;

use event_store::{Database, statement};
use sea_orm::{ConnectionTrait, Value as Sql};
use serde_json::{Value, json};
use testkit::TestData;

use crate::program::{Program, command, import, job_is, run};

/// Runs a command; whether it ended well, and what it said.
fn ask(data: &Path, arguments: &[&str]) -> (bool, String) {
    let output = run(data, arguments);
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).expect("text"))
}

/// Changes a database behind everybody's back.
async fn edit(data: &Path, service: &str, sql: &str, values: Vec<Sql>) {
    let database = Database::sqlite_file(&data.join(format!("{service}.db"))).await.expect("a database");
    let statement = statement(database.backend(), sql, values);
    database.writer.execute_raw(statement).await.expect("an edit");
}

fn findings(data: &Path, more: &[&str]) -> Vec<Value> {
    let output = run(data, &[&["doctor", "--json"], more].concat());
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(output.status.success(), report["healthy"] == true, "{report}");
    report["findings"].as_array().expect("findings").clone()
}

fn faults(data: &Path) -> Vec<String> {
    let all = findings(data, &[]);
    all.iter().filter(|finding| finding["level"] == "fault").map(|finding| finding["text"].to_string()).collect()
}

/// Waits until the built-in structure has reached the other services.
async fn is_heard(data: &Path) {
    testkit::eventually("the units to be heard", async || {
        let consumers = findings(data, &[]).into_iter().filter(|finding| finding["check"] == "consumers");
        let texts: Vec<String> = consumers.map(|finding| finding["text"].to_string()).collect();
        let heard = |text: &String| text.contains("0 behind") || !text.contains("identity");
        (texts.iter().any(|text| !text.contains("up to 0,")) && texts.iter().all(heard)).then_some(())
    })
    .await
}

#[tokio::test]
async fn the_doctor_looks_at_a_running_platform_and_names_what_is_wrong() {
    let data = TestData::new();
    let (well, said) = ask(&data.0, &["doctor"]);
    assert!(!well && said.contains("is not there: start the platform once"), "{said}");

    let program = Program::start(&data.0);
    is_heard(&data.0).await;
    let all = findings(&data.0, &[]);
    assert!(all.iter().all(|finding| finding["level"] == "ok"), "{all:#?}");
    let checks = ["migrations", "read models", "master key", "log", "relay", "consumers", "timers", "dead letters"];
    for check in checks {
        assert!(all.iter().any(|finding| finding["check"] == check), "{check} in {all:#?}");
    }
    assert!(all.iter().any(|finding| finding["text"].to_string().contains("events can be read")), "{all:#?}");

    let ahead = "UPDATE checkpoints SET position = 9999 WHERE name = 'assets<identity'";
    edit(&data.0, "assets", ahead, vec![]).await;
    let named = faults(&data.0);
    assert!(
        named.len() == 1 && named[0].contains("the checkpoint for identity is 9999, ahead of its log"),
        "{named:?}"
    );
    let (refused, said) =
        ask(&data.0, &["events", "replay", "--service", "assets", "--producer", "identity", "--from", "1"]);
    assert!(!refused && said.contains("another process is using"), "{said}");
    assert!(program.stop());

    let (replayed, said) =
        ask(&data.0, &["events", "replay", "--service", "assets", "--producer", "identity", "--from", "5"]);
    assert!(replayed && said.contains("up to position 9999; it will hear it again after 4"), "{said}");
    assert_eq!(faults(&data.0), Vec::<String>::new());

    edit(&data.0, "identity", "UPDATE subject_keys SET wrapped_key = x'00'", vec![]).await;
    edit(&data.0, "identity", "INSERT INTO migrations (name) VALUES ('identity-of-tomorrow')", vec![]).await;
    let named = faults(&data.0).join("\n");
    assert!(named.contains("identity-of-tomorrow") && named.contains("a newer one has migrated"), "{named}");

    let output =
        command(&data.0).env("DARBAZI_KAFAK", "localhost").arg("doctor").output().expect("a program that runs");
    let said = String::from_utf8(output.stdout).expect("text");
    assert!(!output.status.success() && said.contains("FAULT") && said.contains("kafak"), "{said}");
}

#[tokio::test]
async fn a_wrong_master_key_is_named() {
    let data = TestData::new();
    let program = Program::start(&data.0);
    let admin = program.admin().await;
    let table = "hr_number,personal_number,first_name,last_name,org_unit,starts_on\n\
                 1,01019012345,ნინო,ბერიძე,FINANCE,2026-01-05\n";
    let job = import(&admin, table).await;
    let done = job_is(&admin, &job, |job| job["state"] == "done").await;
    assert_eq!(done["created"], 1, "{done}");
    let key = data.0.join("other.key");
    std::fs::write(&key, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").expect("a file");
    let doctor =
        command(&data.0).env("DARBAZI_MASTER_KEY_FILE", &key).arg("doctor").output().expect("a program that runs");
    let said = String::from_utf8(doctor.stdout).expect("text");
    assert!(
        !doctor.status.success() && said.contains("wrong: it does not open this database's personal fields"),
        "{said}"
    );
}

#[tokio::test]
async fn a_tampered_event_is_named_with_its_position_here_and_far_from_the_database() {
    let data = TestData::new();
    let _program = Program::start(&data.0);
    let file = data.0.join("export.jsonl");
    let export = || {
        let output = run(&data.0, &["events", "export", "--service", "identity"]);
        assert!(output.status.success());
        std::fs::write(&file, &output.stdout).expect("a file");
        ask(&data.0, &["verify", "--export", &file.display().to_string()])
    };
    let (sound, said) = ask(&data.0, &["verify"]);
    assert!(sound, "{said}");
    let (sound, said) = export();
    assert!(sound && said.contains("identity"), "{said}");
    let whole = std::fs::read_to_string(&file).expect("the export");
    let cut: Vec<&str> = whole.lines().take(5).collect();
    std::fs::write(&file, cut.join("\n")).expect("a file");
    let (sound, said) = ask(&data.0, &["verify", "--export", &file.display().to_string()]);
    assert!(!sound && said.contains("the file was cut off"), "{said}");

    edit(&data.0, "identity", "DROP TRIGGER events_are_kept_as_they_are", vec![]).await;
    let change = "UPDATE events SET data = replace(data, '\"kind\"', '\"kinds\"') WHERE position IN (4, 9)";
    edit(&data.0, "identity", change, vec![]).await;
    let (sound, said) = ask(&data.0, &["verify", "--service", "identity"]);
    assert!(!sound && said.contains("the first bad position is 4") && said.contains("position 9:"), "{said}");
    let (sound, said) = export();
    assert!(!sound && said.contains("line 4: identity, position 4:"), "{said}");
}

/// The event of the first unit, as another service hears it.
fn unit_created(data: &Path) -> Value {
    let output = run(data, &["events", "tail", "--service", "identity", "--from", "1", "--type", "org_unit.created"]);
    let lines = String::from_utf8(output.stdout).expect("text");
    serde_json::from_str(lines.lines().next().expect("an event")).expect("JSON")
}

async fn park(data: &Path, event: &Value) -> String {
    let sql = "INSERT INTO parked (id, subscription, key, event, error, attempts, first_at, last_at, state) \
               VALUES ($1, 'software.directory-unit-created', $2, $3, 'as a test wants', 1, $4, $4, 'parked')";
    let (id, at) = (kernel::id::random(), kernel::Clock::system().now());
    let key = event["partitionkey"].as_str().expect("a key");
    edit(data, "software", sql, vec![id.into(), key.into(), event.to_string().into(), at.into()]).await;
    id.to_string()
}

#[tokio::test]
async fn a_dead_letter_is_shown_retried_and_skipped_and_who_did_it_is_kept() {
    let data = TestData::new();
    let _program = Program::start(&data.0);
    is_heard(&data.0).await;
    let good = unit_created(&data.0);
    let mut bad = good.clone();
    (bad["id"], bad["partitionkey"], bad["data"]) = (json!(kernel::id::random()), json!("another"), json!({}));
    let (good, bad) = (park(&data.0, &good).await, park(&data.0, &bad).await);

    let (_, said) = ask(&data.0, &["dead-letters", "list"]);
    assert!(said.contains(&good) && said.contains(&bad) && said.contains("2 parked"), "{said}");
    let (_, said) = ask(&data.0, &["dead-letters", "list", "--key", "another"]);
    assert!(!said.contains(&good) && said.contains("1 parked"), "{said}");
    let warned = findings(&data.0, &["--service", "software"]);
    assert!(
        warned.iter().any(|finding| finding["check"] == "dead letters" && finding["level"] == "warning"),
        "{warned:?}"
    );

    let (through, said) = ask(&data.0, &["dead-letters", "retry", &bad, "--operator", "tamar"]);
    assert!(!through && said.contains("0 handled, 1 still parked") && said.contains("cannot be read"), "{said}");
    let (through, said) = ask(&data.0, &["dead-letters", "retry", &good, "--operator", "tamar", "--reason", "mended"]);
    assert!(through && said.contains("1 handled, 0 still parked"), "{said}");

    let (skipped, said) = ask(&data.0, &["dead-letters", "skip", &bad]);
    assert!(!skipped && said.contains("--reason"), "{said}");
    let (skipped, said) = ask(&data.0, &["dead-letters", "skip", &bad, "--reason", "a test", "--operator", "giorgi"]);
    assert!(skipped, "{said}");
    let (again, said) = ask(&data.0, &["dead-letters", "skip", &bad, "--reason", "a test"]);
    assert!(!again && said.contains("it was skipped"), "{said}");

    let shown = |id: &str| serde_json::from_str::<Value>(&ask(&data.0, &["dead-letters", "show", id]).1).expect("JSON");
    let of_bad = shown(&bad);
    assert_eq!(of_bad["dead_letter"]["state"], "skipped");
    assert!(of_bad["dead_letter"]["error"].to_string().contains("cannot be read"), "the error is kept: {of_bad}");
    let actions = of_bad["actions"].as_array().expect("actions");
    assert_eq!((&actions[0]["action"], &actions[0]["operator"]), (&json!("retry"), &json!("tamar")));
    assert!(actions[0]["outcome"].to_string().contains("failed again"), "{of_bad}");
    assert_eq!((&actions[1]["operator"], &actions[1]["reason"]), (&json!("giorgi"), &json!("a test")));
    assert_eq!(shown(&good)["actions"][0]["outcome"], "handled");
}

#[tokio::test]
async fn a_read_model_is_built_anew_beside_a_platform_that_goes_on_writing() {
    let data = TestData::new();
    let program = Program::start(&data.0);
    let admin = program.admin().await;
    let units = admin.get("/api/identity/v1/org-units?limit=200").expect(200).await["items"].clone();
    let parent = units[0]["number"].as_str().expect("a unit").to_owned();
    let writing = async {
        for count in 0..20 {
            let unit = json!({ "code": format!("NEW-{count}"), "name": { "ka": "ახალი", "en": "New" }, "kind": "division", "parent": parent });
            admin.post("/api/identity/v1/org-units", unit).expect(201).await;
        }
    };
    let folder = data.0.clone();
    let rebuilding = tokio::task::spawn_blocking(move || ask(&folder, &["rebuild", "--service", "identity", "--all"]));
    let ((), rebuilt) = tokio::join!(writing, rebuilding);
    let (well, said) = rebuilt.expect("a rebuild");
    assert!(well && said.contains("identity org_units:") && said.contains("rows from"), "{said}");
    let after = admin.get("/api/identity/v1/org-units?limit=200").expect(200).await["items"].clone();
    assert_eq!(after.as_array().map(Vec::len), units.as_array().map(|units| units.len() + 20));
    let (known, said) = ask(&data.0, &["rebuild", "nothing"]);
    assert!(!known && said.contains("there is no read model nothing; there are org_units"), "{said}");
}
