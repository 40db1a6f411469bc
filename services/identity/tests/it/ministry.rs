//! A ministry for a test: the running service with the built-in units, and those who keep its staff.

use auth::Within;
use chrono::{Duration, NaiveDate};
use kernel::tbilisi;
use serde_json::{Value, json};
use testkit::{Client, Request, TestDatabase, TestService, eventually};
use uuid::Uuid;

/// Everything that HR may do.
const HR: &[&str] = &[
    "identity.organisation:read",
    "identity.organisation:write",
    "identity.employees:read",
    "identity.employees:write",
    "identity.hrsync:read",
    "identity.hrsync:write",
];

pub struct Ministry {
    pub service: TestService,
}

impl Ministry {
    /// On SQLite.
    pub async fn open() -> Self {
        Self::open_on(testkit::sqlite()).await
    }

    pub async fn open_on(database: TestDatabase) -> Self {
        let ministry = Self { service: TestService::start_on(identity::service(), Some(database)).await };
        ministry.hr().post("/v1/org-units/built-in", json!({})).expect(200).await;
        ministry
    }

    /// With a token that is fresh whatever the clock says now.
    pub fn hr(&self) -> Client {
        self.service.caller(HR)
    }

    pub fn caller(&self, scopes: &[&str], within: Within, employee: Option<Uuid>) -> Client {
        self.service.caller_within(scopes, within, employee)
    }

    pub fn today(&self) -> NaiveDate {
        tbilisi::day(self.service.clock.now())
    }

    pub fn days_ahead(&self, days: i64) -> NaiveDate {
        self.today() + Duration::days(days)
    }

    /// What registers the person with this HR number in technical support.
    pub fn newcomer(&self, hr_number: u32) -> Value {
        json!({
            "hr_number": hr_number.to_string(),
            "personal_number": format!("010190{hr_number:05}"),
            "first_name": "ნინო",
            "last_name": "ბერიძე",
            "org_unit": "IT-SUPPORT",
            "starts_on": self.days_ahead(-30),
        })
    }

    pub async fn employ(&self, hr_number: u32) -> Value {
        self.hr().post("/v1/employees", self.newcomer(hr_number)).expect(201).await
    }

    pub async fn unit(&self, code: &str) -> Uuid {
        let found = self.hr().get(&format!("/v1/org-units?code={code}")).expect(200).await;
        id(&found["items"][0])
    }

    pub async fn employee(&self, employee: &Value) -> Value {
        self.hr().get(&of(employee, "")).expect(200).await
    }

    /// The employee once `status` is what they are.
    pub async fn once(&self, employee: &Value, status: &str) -> Value {
        eventually(status, async || Some(self.employee(employee).await).filter(|found| found["status"] == status)).await
    }
}

pub fn id(thing: &Value) -> Uuid {
    thing["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}

/// The address of an employee, or of what may be done with them.
pub fn of(employee: &Value, verb: &str) -> String {
    format!("/v1/employees/{}{verb}", employee["number"].as_str().expect("a number"))
}

pub fn upload(client: &Client, path: &str, text: impl Into<String>) -> Request {
    client.request("POST".parse().expect("a method"), path).body("text/csv", text.into())
}
