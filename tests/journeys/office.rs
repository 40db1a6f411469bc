//! People at work: signed in through the gateway, each with their own rights.

use std::time::Duration as Time;

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use testkit::Client;

use crate::platform::{ADMIN_PASSWORD, TestPlatform};

const PASSWORD: &str = "მზიური დღე სოფელში";
const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../samples");

pub struct Office<'a> {
    pub platform: &'a TestPlatform,
}

impl Office<'_> {
    pub async fn admin(&self) -> Client {
        self.platform.signed_in("admin", ADMIN_PASSWORD).await
    }

    /// Somebody who was let in; access tokens last ten minutes, so they sign in for each piece of work.
    pub async fn person(&self, username: &str) -> Client {
        self.platform.signed_in(username, PASSWORD).await
    }

    /// Makes a user of an employee, who then chooses a password.
    pub async fn let_in(&self, employee: &str) -> String {
        let user = self.admin().await.post("/api/identity/v1/users", json!({ "employee": employee })).expect(201).await;
        let (username, once) = (text(&user, "username"), text(&user, "one_time_password"));
        let newcomer = self.platform.signed_in(username, once).await;
        let change = json!({ "current": once, "new": PASSWORD });
        newcomer.post("/api/identity/v1/me/password", change).expect(204).await;
        username.to_owned()
    }

    /// Imports a file and waits for its end; nothing in it may fail.
    pub async fn import(&self, collection: &str, table: String) -> Value {
        let admin = self.admin().await;
        let upload = admin.request("POST".parse().expect("a method"), &format!("/api/{collection}/import"));
        let job = upload.body("text/csv", table).expect(202).await;
        let service = collection.split('/').next().unwrap_or_default();
        let path = format!("/api/{service}/v1/jobs/{}", text(&job, "id"));
        let done = self
            .until("the import is done", async || {
                let job = admin.get(&path).expect(200).await;
                (job["state"] == "done").then_some(job)
            })
            .await;
        if done["failed"] != 0 {
            panic!("{}", admin.get(&format!("{path}/report")).expect(200).await);
        }
        done
    }

    pub fn advance_to(&self, moment: DateTime<Utc>) {
        self.platform.clock.advance(moment - self.platform.clock.now() + Duration::seconds(1));
    }

    pub fn today(&self) -> chrono::NaiveDate {
        kernel::tbilisi::day(self.platform.clock.now())
    }

    /// Asks again until `probe` finds something, for at most three minutes: real brokers and databases take their time on a busy machine.
    pub async fn until<T>(&self, what: &str, probe: impl AsyncFn() -> Option<T>) -> T {
        let deadline = tokio::time::Instant::now() + Time::from_secs(180);
        loop {
            if let Some(found) = probe().await {
                return found;
            }
            assert!(tokio::time::Instant::now() < deadline, "it did not come: {what}");
            tokio::time::sleep(Time::from_millis(50)).await;
        }
    }

    /// The newest event of a type, as the service tells it.
    pub async fn event(&self, service: &str, kind: &str) -> Value {
        self.until(kind, async || self.events(service, kind).await.pop()).await
    }

    /// Every event of a type, the oldest first.
    pub async fn events(&self, service: &str, kind: &str) -> Vec<Value> {
        let admin = self.admin().await;
        let (mut events, mut after) = (vec![], json!(0));
        loop {
            let path = format!("/api/{service}/v1/events?type={kind}&limit=500&after={after}");
            let mut page = admin.get(&path).expect(200).await;
            events.extend(page["items"].as_array().cloned().unwrap_or_default());
            if page["more"] != true {
                return events;
            }
            after = page["next"].take();
        }
    }
}

/// A file of the sample data.
pub fn sample(name: &str) -> String {
    std::fs::read_to_string(format!("{SAMPLES}/{name}")).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The device types of the sample data, each with its name.
pub fn device_types() -> Vec<String> {
    let files = std::fs::read_dir(format!("{SAMPLES}/device-types")).expect("device types").filter_map(Result::ok);
    let yaml = files.map(|file| file.path()).filter(|path| path.extension().is_some_and(|kind| kind == "yaml"));
    yaml.map(|path| std::fs::read_to_string(path).expect("a device type")).collect()
}

/// A table without some of its columns.
pub fn without(table: &str, dropped: &[&str]) -> String {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let kept: Vec<usize> = (0..header.len()).filter(|index| !dropped.contains(&&header[*index])).collect();
    let mut writer = csv::Writer::from_writer(vec![]);
    writer.write_record(kept.iter().map(|index| &header[*index])).expect("a row");
    for record in reader.records() {
        let record = record.expect("a row");
        writer.write_record(kept.iter().map(|index| &record[*index])).expect("a row");
    }
    String::from_utf8(writer.into_inner().expect("a table")).expect("a table of text")
}

pub fn instant(value: &Value) -> DateTime<Utc> {
    value.as_str().and_then(|text| text.parse().ok()).expect("an instant")
}

pub fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}
