//! Identity as it runs: its own tokens open its own doors.

use kernel::clock::ControlledClock;
use serde_json::{Value, json};
use service::{Platform, Running, Secret, Settings};
use testkit::{Answered, Client, TestData, TestDatabase, eventually};

pub const ADMIN_PASSWORD: &str = "test-Password-1";
pub const PASSWORD: &str = "მზიური დღე სოფელში";

pub struct House {
    pub identity: Running,
    pub clock: ControlledClock,
    _platform: Platform,
    _data: TestData,
    _database: TestDatabase,
}

impl House {
    pub async fn open() -> Self {
        Self::open_on(testkit::sqlite()).await
    }

    pub async fn open_on(database: TestDatabase) -> Self {
        let (data, clock) = (TestData::new(), ControlledClock::from_now());
        let settings = Settings {
            data: data.0.clone(),
            database_url: Some(Secret::new(&database.url)).filter(|_| database.name != "SQLite"),
            admin_password: Some(Secret::new(ADMIN_PASSWORD)),
            workers: 1,
            ..Settings::default()
        };
        let platform = Platform::open(settings, clock.clock()).expect("a platform");
        let mut running = platform.start(vec![identity::service()], |_| "127.0.0.1:0".into()).await.expect("identity");
        Self { identity: running.remove(0), clock, _platform: platform, _data: data, _database: database }
    }

    pub async fn close(self) {
        let verdict = self.identity.store.verify().await.expect("a log to verify");
        assert!(verdict.faults.is_empty(), "{:?}", verdict.faults);
        self.identity.stop().await;
    }

    pub fn anybody(&self) -> Client {
        Client::new(self.identity.url(), None)
    }

    pub async fn try_to_sign_in(&self, username: &str, password: &str) -> Answered {
        self.anybody().post("/v1/sessions", json!({ "username": username, "password": password })).send().await
    }

    /// The tokens of a new session.
    pub async fn sign_in(&self, username: &str, password: &str) -> Value {
        let answered = self.try_to_sign_in(username, password).await;
        assert_eq!(answered.status, 201, "{}", answered.text);
        answered.json()
    }

    pub async fn as_user(&self, username: &str, password: &str) -> Client {
        self.with(&self.sign_in(username, password).await)
    }

    pub async fn admin(&self) -> Client {
        self.as_user("admin", ADMIN_PASSWORD).await
    }

    /// A caller with the access token of these tokens.
    pub fn with(&self, tokens: &Value) -> Client {
        self.anybody().with_token(tokens["access_token"].as_str().expect("an access token"))
    }

    /// An employee of technical support.
    pub async fn employ(&self, hr_number: u32, first_name: &str, last_name: &str) -> Value {
        let admin = self.admin().await;
        let employee = json!({
            "hr_number": hr_number.to_string(),
            "personal_number": format!("010190{hr_number:05}"),
            "first_name": first_name,
            "last_name": last_name,
            "org_unit": "IT-SUPPORT",
            "position": self.position("Technical Support Specialist").await,
            "starts_on": "2020-01-15",
        });
        admin.post("/v1/employees", employee).expect(201).await
    }

    async fn position(&self, title: &str) -> Value {
        let positions = self.admin().await.get("/v1/positions?limit=200").expect(200).await;
        let mut positions = positions["items"].as_array().cloned().unwrap_or_default().into_iter();
        positions.find(|position| position["title"]["en"] == title).expect("a position")["number"].clone()
    }

    /// The user of an employee, with a password of their own.
    pub async fn let_in(&self, employee: &Value) -> Value {
        let user = self.admin().await.post("/v1/users", json!({ "employee": employee["number"] })).expect(201).await;
        let (username, once) = (text(&user, "username"), text(&user, "one_time_password"));
        let newcomer = self.as_user(username, once).await;
        let change = json!({ "current": once, "new": PASSWORD });
        newcomer.post("/v1/me/password", change).expect(204).await;
        user
    }

    /// Nino, her user, and nobody else.
    pub async fn with_nino(&self) -> (Value, Value) {
        let nino = self.employ(10245, "ნინო", "ბერიძე").await;
        let user = self.let_in(&nino).await;
        (nino, user)
    }

    /// The outcomes of the newest sign-ins under a name, the newest first.
    pub async fn outcomes(&self, username: &str) -> Vec<String> {
        let list = self.admin().await.get(&format!("/v1/sign-ins?username={username}")).expect(200).await;
        let items = list["items"].as_array().cloned().unwrap_or_default();
        items.iter().map(|item| text(item, "outcome").to_owned()).collect()
    }

    pub async fn user_becomes(&self, user: &Value, status: &str) {
        let path = format!("/v1/users/{}", text(user, "number"));
        let admin = self.admin().await;
        eventually(&format!("a user who is {status}"), async || {
            (admin.get(&path).expect(200).await["status"] == status).then_some(())
        })
        .await;
    }
}

pub fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}
