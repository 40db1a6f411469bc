//! The same commands on PostgreSQL and Kafka, where this machine has them.

use std::process::Command;

use event_store::Database;
use sea_orm::ConnectionTrait;
use serde_json::Value;
use testkit::{TestData, TestDatabases};

use crate::program::{Program, command};

/// A platform's settings: databases and topics that only one test knows.
struct Platform {
    data: TestData,
    databases: TestDatabases,
    kafka: String,
    prefix: String,
}

impl Platform {
    async fn new(postgres: &str, kafka: &str, prefix: &str) -> Self {
        let names = ["identity", "assets", "incidents", "software", "contracts"];
        let databases = TestDatabases::create(postgres, &names).await;
        Self { data: TestData::new(), databases, kafka: kafka.to_owned(), prefix: prefix.to_owned() }
    }

    fn command(&self) -> Command {
        let mut command = command(&self.data.0);
        command
            .env("DARBAZI_DATABASE_URL", &self.databases.url)
            .env("DARBAZI_DATABASE_CONNECTIONS", "2")
            .env("DARBAZI_KAFKA", &self.kafka)
            .env("DARBAZI_KAFKA_PREFIX", &self.prefix);
        command
    }

    fn ask(&self, arguments: &[&str]) -> (bool, String) {
        let output = self.command().args(arguments).output().expect("a program that runs");
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(said).expect("text"))
    }

    /// What the doctor says that is not ok.
    fn wrong(&self) -> Vec<String> {
        let output = self.command().args(["doctor", "--json"]).output().expect("a program that runs");
        let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let findings = report["findings"].as_array().expect("findings").clone();
        let wrong = findings.iter().filter(|finding| finding["level"] != "ok");
        wrong.map(|finding| format!("{} {}: {}", finding["of"], finding["check"], finding["text"])).collect()
    }

    async fn is_published(&self) {
        testkit::eventually("identity's events on its topic", async || {
            let (_, said) = self.ask(&["doctor", "--service", "software"]);
            (said.contains("is 0 records behind on") && self.wrong().is_empty() && self.newest().contains("records"))
                .then_some(())
        })
        .await
    }

    fn newest(&self) -> String {
        let (_, said) = self.ask(&["doctor", "--service", "identity"]);
        said.lines().filter(|line| line.contains(" topic ") && !line.contains("newest 0 ")).collect()
    }

    async fn edit(&self, service: &str, sql: &str) {
        let database =
            Database::connect(&self.databases.url.replace("{service}", service), 1).await.expect("a database");
        database.writer.execute_unprepared(sql).await.expect("an edit");
    }
}

#[tokio::test]
async fn on_postgresql_and_kafka_places_are_looked_at_and_set_back() {
    let (Some(postgres), Some(kafka)) =
        (testkit::environment("DARBAZI_TEST_POSTGRES"), testkit::environment("DARBAZI_TEST_KAFKA"))
    else {
        eprintln!("SKIPPED: PostgreSQL and Kafka (DARBAZI_TEST_POSTGRES or DARBAZI_TEST_KAFKA is not set)");
        return;
    };
    let prefix = format!("test-{}", kernel::id::random().simple());
    let platform = Platform::new(&postgres, &kafka, &prefix).await;
    let program = Program::started(platform.command());
    platform.is_published().await;

    let replay = ["events", "replay", "--service", "software", "--producer", "identity", "--from", "1"];
    let (moved, said) = platform.ask(&replay);
    assert!(!moved && said.contains("has live members") && said.contains("Stop every replica"), "{said}");
    let (republished, said) = platform.ask(&["events", "republish", "--service", "identity", "--from", "1"]);
    assert!(republished && said.contains("it will be published after 0"), "{said}");
    testkit::eventually("the log to be published again", async || {
        let (_, said) = platform.ask(&["events", "republish", "--service", "identity", "--from", "1", "--dry-run"]);
        (!said.contains("up to position 0;")).then_some(())
    })
    .await;
    let (built, said) = platform.ask(&["rebuild", "org_units"]);
    assert!(built && said.contains("org_units:"), "{said}");
    assert!(platform.ask(&["verify"]).0);

    platform.edit("identity", "UPDATE checkpoints SET position = 9999 WHERE name = 'relay'").await;
    let wrong = platform.wrong().join("\n");
    assert!(wrong.contains("its checkpoint 9999 is ahead of the log"), "{wrong}");
    platform.edit("identity", "UPDATE checkpoints SET position = 1 WHERE name = 'relay'").await;
    assert!(program.stop());

    let (moved, said) = platform.ask(&replay);
    assert!(moved && said.contains("partition  0:") && said.contains("records come again"), "{said}");

    let other = Platform::new(&postgres, &kafka, &prefix).await;
    let program = Program::started(other.command());
    let named = testkit::eventually("the other platform to be noticed", async || {
        let wrong = platform.wrong().join("\n");
        wrong.contains("two platforms share the prefix").then_some(wrong)
    })
    .await;
    assert!(named.contains("are not in our log"), "{named}");
    assert!(program.stop());
    for platform in [platform, other] {
        platform.databases.remove().await;
    }
}
