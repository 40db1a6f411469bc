//! A ministry for a test: the running service, its units and people, and callers.

use auth::Within;
use event_store::RowChange;
use serde_json::{Value, json};
use testkit::{Client, TestDatabase, TestService};
use uuid::Uuid;

pub const DIVISION: Uuid = Uuid::from_u128(0x61);
/// Who assesses.
pub const NINO: Uuid = Uuid::from_u128(0x41);
/// Who approves.
pub const HEAD: Uuid = Uuid::from_u128(0x42);

const OFFICE: [&str; 5] = [
    "software.catalogue:read",
    "software.catalogue:write",
    "software.criticality:read",
    "software.criticality:write",
    "software.criticality:approve",
];

pub struct Ministry {
    pub service: TestService,
}

impl Ministry {
    pub async fn open() -> Self {
        Self::open_on(testkit::sqlite()).await
    }

    pub async fn open_on(database: TestDatabase) -> Self {
        let ministry = Self { service: TestService::start_on(software::service(), Some(database)).await };
        ministry.unit(DIVISION, "ORG-000061").await;
        ministry.employ(NINO, "EMP-000041").await;
        ministry.employ(HEAD, "EMP-000042").await;
        ministry
    }

    /// As identity's events would have it in the service's directory.
    async fn employ(&self, id: Uuid, number: &str) {
        self.write(RowChange::Put {
            table: "directory_employees".into(),
            columns: vec!["id", "number", "org_unit_id", "active"],
            values: vec![id.into(), number.into(), DIVISION.into(), true.into()],
        })
        .await;
    }

    async fn unit(&self, id: Uuid, number: &str) {
        self.write(RowChange::Put {
            table: "directory_units".into(),
            columns: vec!["id", "number", "parent_id", "name_ka", "name_en"],
            values: vec![id.into(), number.into(), None::<Uuid>.into(), "სამმართველო".into(), "Division".into()],
        })
        .await;
    }

    async fn write(&self, row: RowChange) {
        let writer = &self.service.running.store.database().writer;
        event_store::write_rows(writer, vec![row]).await.expect("a directory to write to");
    }

    pub fn nino(&self) -> Client {
        self.service.caller_within(&OFFICE, Within::Everywhere, Some(NINO))
    }

    pub fn head(&self) -> Client {
        self.service.caller_within(&OFFICE, Within::Everywhere, Some(HEAD))
    }

    /// A system of the catalogue, by its code.
    pub async fn system(&self, code: &str, needs: &[(&str, &Value)]) -> Value {
        let dependencies: Vec<_> =
            needs.iter().map(|(kind, system)| json!({ "kind": kind, "system": system["number"] })).collect();
        let system = json!({
            "code": code,
            "name": { "ka": "სისტემა", "en": "System" },
            "stage": "in_production",
            "owner_unit": "ORG-000061",
            "dependencies": dependencies,
        });
        self.nino().post("/v1/systems", system).expect(201).await
    }
}

/// The address of a thing, or of what may be done with it.
pub fn at(collection: &str, thing: &Value, verb: &str) -> String {
    format!("/v1/{collection}/{}{verb}", thing["number"].as_str().expect("a number"))
}

/// One member of each item.
pub fn each(items: &Value, member: &str) -> Vec<String> {
    let items = items.as_array().expect("items");
    items.iter().map(|item| item[member].as_str().expect("text").to_owned()).collect()
}
