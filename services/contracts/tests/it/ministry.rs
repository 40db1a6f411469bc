//! A ministry for a test: the running service, its people, callers, and a vendor.

use auth::Within;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use event_store::RowChange;
use serde_json::{Value, json};
use testkit::{Client, TestDatabase, TestService};
use uuid::Uuid;

pub const UNIT: Uuid = Uuid::from_u128(0x61);
/// Who supervises.
pub const NINO: Uuid = Uuid::from_u128(0x41);
/// Who supervises nothing.
pub const GIORGI: Uuid = Uuid::from_u128(0x42);

const OFFICE: [&str; 7] = [
    "contracts.vendors:read",
    "contracts.vendors:write",
    "contracts.contracts:read",
    "contracts.contracts:write",
    "contracts.contracts:sign",
    "contracts.calendar:read",
    "contracts.calendar:write",
];

pub struct Ministry {
    pub service: TestService,
}

impl Ministry {
    pub async fn open() -> Self {
        Self::open_on(testkit::sqlite()).await
    }

    pub async fn open_on(database: TestDatabase) -> Self {
        let ministry = Self { service: TestService::start_on(contracts::service(), Some(database)).await };
        for (id, number, active) in
            [(NINO, "EMP-000041", true), (GIORGI, "EMP-000042", true), (Uuid::from_u128(0x43), "EMP-000043", false)]
        {
            ministry.employ(id, number, active).await;
        }
        ministry
    }

    /// As identity's events would have it in the service's directory.
    async fn employ(&self, id: Uuid, number: &str, active: bool) {
        let employee = RowChange::Put {
            table: "directory_employees".into(),
            columns: vec!["id", "number", "org_unit_id", "active"],
            values: vec![id.into(), number.into(), UNIT.into(), active.into()],
        };
        let writer = &self.service.running.store.database().writer;
        event_store::write_rows(writer, vec![employee]).await.expect("a directory to write to");
    }

    /// Tokens live ten minutes, so a test that moves the clock asks for a new one.
    pub fn office(&self) -> Client {
        self.service.caller_within(&OFFICE, Within::Everywhere, Some(GIORGI))
    }

    /// Somebody who sees what is their own.
    pub fn own(&self, employee: Uuid) -> Client {
        self.service.caller_within(&["contracts.contracts:read"], Within::Own, Some(employee))
    }

    pub fn today(&self) -> NaiveDate {
        kernel::tbilisi::day(self.service.clock.now())
    }

    pub fn advance_to(&self, moment: DateTime<Utc>) {
        self.service.clock.advance(moment - self.service.clock.now() + Duration::seconds(1));
    }

    pub async fn vendor(&self) -> Value {
        let name = json!({ "ka": "შპს ქსელი", "en": "Kseli LLC" });
        let vendor = json!({ "kind": "legal_person", "identification_code": "204545875", "name": name });
        self.office().post("/v1/vendors", vendor).expect(201).await
    }

    /// A draft that starts today and ends on `ends_on`, with `more` in it.
    pub async fn draft(&self, vendor: &Value, ends_on: NaiveDate, more: Value) -> Value {
        let mut draft = json!({
            "kind": "server",
            "vendor": vendor["number"],
            "subject": "სერვერების მიწოდება",
            "procurement": { "tender_number": "NAT260001234", "cpv": "48820000" },
            "price": { "net": { "amount": "1000.25", "currency": "GEL" }, "vat_percent": 18 },
            "supervisor": "EMP-000041",
            "starts_on": self.today(),
            "ends_on": ends_on,
        });
        draft.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        self.office().post("/v1/contracts", draft).expect(201).await
    }

    /// A contract in force.
    pub async fn signed(&self, vendor: &Value, ends_on: NaiveDate, more: Value) -> Value {
        let draft = self.draft(vendor, ends_on, more).await;
        self.step(&draft, "agree", json!({})).await;
        self.step(&draft, "sign", json!({})).await
    }

    /// A step that is expected to work.
    pub async fn step(&self, contract: &Value, verb: &str, body: Value) -> Value {
        self.office().post(&at("contracts", contract, verb), body).expect(200).await
    }

    pub async fn contract(&self, contract: &Value) -> Value {
        self.office().get(&format!("/v1/contracts/{}", number(contract))).expect(200).await
    }
}

pub fn number(thing: &Value) -> &str {
    thing["number"].as_str().expect("a number")
}

/// The address of what may be done with a thing.
pub fn at(collection: &str, thing: &Value, verb: &str) -> String {
    format!("/v1/{collection}/{}/{verb}", number(thing))
}
