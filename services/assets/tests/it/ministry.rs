//! A ministry for a test: the running service, a few people, and a laptop to hand around.

use event_store::RowChange;
use serde_json::{Value, json};
use testkit::{Client, Request, TestDatabase, TestService};
use uuid::Uuid;

/// Everything that the office of the register may do.
pub const OFFICE: &[&str] = &[
    "assets.catalogue:read",
    "assets.catalogue:write",
    "assets.register:read",
    "assets.register:write",
    "assets.custody:read",
    "assets.custody:write",
];

/// What everybody may do with what is his own.
pub const STAFF: &[&str] = &["assets.register:read", "assets.custody:read", "assets.custody:accept"];

pub const NINO: Uuid = Uuid::from_u128(10);
pub const GIORGI: Uuid = Uuid::from_u128(11);
pub const STOREKEEPER: Uuid = Uuid::from_u128(20);
pub const DEPARTMENT: Uuid = Uuid::from_u128(100);

pub struct Ministry {
    pub service: TestService,
    pub office: Client,
}

impl Ministry {
    /// On SQLite.
    pub async fn open() -> Self {
        Self::open_on(testkit::sqlite()).await
    }

    pub async fn open_on(database: TestDatabase) -> Self {
        let service = TestService::start_on(assets::service(), Some(database)).await;
        let office = service.caller_within(OFFICE, auth::Within::Everywhere, Some(STOREKEEPER));
        let ministry = Self { service, office };
        ministry.employ(NINO, "EMP-000010", true).await;
        ministry.employ(GIORGI, "EMP-000011", true).await;
        ministry.employ(STOREKEEPER, "EMP-000020", true).await;
        ministry.employ(Uuid::from_u128(12), "EMP-000012", false).await;
        ministry
    }

    /// As identity's events would have it in the service's directory.
    async fn employ(&self, id: Uuid, number: &str, active: bool) {
        let employee = RowChange::Put {
            table: "directory_employees".into(),
            columns: vec!["id", "number", "org_unit_id", "active"],
            values: vec![id.into(), number.into(), DEPARTMENT.into(), active.into()],
        };
        let writer = &self.service.running.store.database().writer;
        event_store::write_rows(writer, vec![employee]).await.expect("a directory to write to");
    }

    pub fn staff(&self, employee: Uuid) -> Client {
        self.service.caller_within(STAFF, auth::Within::Own, Some(employee))
    }

    /// The number of a laptop type.
    pub async fn laptop_type(&self) -> String {
        let maker = self.office.post("/v1/manufacturers", json!({ "name": "HP" })).expect(201).await;
        let laptop = json!({ "manufacturer": maker["number"], "model": "EliteBook 840 G11", "category": "laptop" });
        let laptop = self.office.post("/v1/device-types", laptop).expect(201).await;
        number(&laptop).to_owned()
    }

    /// Laptops in stock, `ს-1` and on.
    pub async fn laptops(&self, count: usize) -> Vec<Value> {
        let device_type = self.laptop_type().await;
        let mut laptops = vec![];
        for index in 1..=count {
            let laptop = json!({
                "device_type": device_type,
                "inventory_number": format!("ს-{index}"),
                "serial": format!("4CE{index}"),
                "location": "A-001",
            });
            laptops.push(self.office.post("/v1/devices", laptop).expect(201).await);
        }
        laptops
    }
}

pub fn number(thing: &Value) -> &str {
    thing["number"].as_str().expect("a number")
}

/// The address of a thing, or of what may be done with it.
pub fn at(collection: &str, thing: &Value, verb: &str) -> String {
    format!("/v1/{collection}/{}{verb}", number(thing))
}

pub fn upload(client: &Client, path: &str, media_type: &str, text: impl Into<String>) -> Request {
    client.request("POST".parse().expect("a method"), path).body(media_type, text.into())
}
