//! People, and callers with their rights.

use auth::Within;
use event_store::{RowChange, Store, Unit};
use serde_json::{Value, json};
use testkit::{Client, TestDatabase, TestService};
use uuid::Uuid;

pub const UNIT: Uuid = Uuid::from_u128(0x61);
/// Who asks.
pub const NINO: Uuid = Uuid::from_u128(0x41);
/// Who helps.
pub const GIORGI: Uuid = Uuid::from_u128(0x42);
/// Who left.
pub const GONE: Uuid = Uuid::from_u128(0x43);

/// What the desk's people hold.
const DESK: [&str; 3] = ["incidents.desk:read", "incidents.desk:write", "incidents.desk:report"];
/// What everybody holds for what is their own.
const STAFF: [&str; 2] = ["incidents.desk:read", "incidents.desk:report"];

pub async fn house() -> TestService {
    house_on(testkit::sqlite()).await
}

pub async fn house_on(database: TestDatabase) -> TestService {
    let house = TestService::start_on(incidents::service(), Some(database)).await;
    for (id, number, active) in [(NINO, "EMP-000041", true), (GIORGI, "EMP-000042", true), (GONE, "EMP-000043", false)]
    {
        hire(&house.running.store, id, number, active).await;
    }
    house
}

/// As identity's events would have told.
pub async fn hire(store: &Store, id: Uuid, number: &str, active: bool) {
    let row = RowChange::Put {
        table: "directory_employees".into(),
        columns: vec!["id", "number", "org_unit_id", "active"],
        values: vec![id.into(), number.to_owned().into(), Some(UNIT).into(), active.into()],
    };
    store.commit(Unit::new().rows([row])).await.unwrap();
}

pub fn desk(house: &TestService) -> Client {
    house.caller_within(&DESK, Within::Everywhere, Some(GIORGI))
}

pub fn nino(house: &TestService) -> Client {
    house.caller_within(&STAFF, Within::Own, Some(NINO))
}

pub fn printer() -> Value {
    json!({
        "title": "პრინტერი არ ბეჭდავს",
        "description": "ოთახი 412",
        "category": "printing",
        "affected_devices": ["DEV-000123"],
    })
}

/// A reported ticket.
pub async fn reported(house: &TestService) -> Value {
    nino(house).post("/v1/tickets", printer()).expect(201).await
}

/// A queue with Giorgi in it; its number.
pub async fn queue(house: &TestService, code: &str) -> String {
    let name = json!({ "ka": "ბეჭდვა", "en": "Printing" });
    let queue = desk(house).post("/v1/queues", json!({ "code": code, "name": name })).expect(201).await;
    let number = queue["number"].as_str().unwrap().to_owned();
    let path = format!("/v1/queues/{number}/add-member");
    desk(house).post(&path, json!({ "employee": "EMP-000042" })).expect(200).await;
    number
}

/// `POST /v1/tickets/{ticket}/{verb}`, for which 200 is expected.
pub async fn act(client: &Client, ticket: &Value, verb: &str, body: Value) -> Value {
    client.post(&path(ticket, verb), body).expect(200).await
}

pub fn path(ticket: &Value, verb: &str) -> String {
    format!("/v1/tickets/{}/{verb}", ticket["number"].as_str().unwrap())
}

pub fn triage(queue: &str) -> Value {
    json!({ "queue": queue, "impact": "high", "urgency": "high" })
}

pub fn fixed() -> Value {
    json!({ "outcome": "fixed", "solution": "კარტრიჯი გამოიცვალა" })
}
