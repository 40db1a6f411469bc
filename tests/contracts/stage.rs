//! A platform with one thing of each kind in it, and two people in two units, for all contract tests together.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use auth::Within;
use serde_json::{Value, json};
use testkit::{Answered, Client, eventually};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::platform::TestPlatform;

pub struct Stage {
    pub platform: TestPlatform,
    pub nino: Person,
    pub giorgi: Person,
    /// Ids by service and collection.
    things: BTreeMap<(&'static str, &'static str), String>,
}

/// An employee, and the unit where they work.
#[derive(Clone)]
pub struct Person {
    pub id: Uuid,
    pub number: String,
    pub unit: Uuid,
}

/// The one that stands already, or a new one. It goes with the last test that uses it.
pub async fn stage() -> Arc<Stage> {
    static STANDING: Mutex<Weak<Stage>> = Mutex::const_new(Weak::new());
    let mut standing = STANDING.lock().await;
    match standing.upgrade() {
        Some(stage) => stage,
        None => {
            let stage = Arc::new(Stage::set().await);
            *standing = Arc::downgrade(&stage);
            stage
        }
    }
}

impl Stage {
    async fn set() -> Self {
        let platform = TestPlatform::start();
        let identity = platform.service("identity").with_token(platform.almighty());
        let ministry = unit(&identity, "HOUSE", Value::Null).await;
        let support = unit(&identity, "HOUSE-A", ministry["number"].clone()).await;
        let finance = unit(&identity, "HOUSE-B", ministry["number"].clone()).await;
        let nino = employ(&identity, &support, "ნინო", "01019012345").await;
        let giorgi = employ(&identity, &finance, "გიორგი", "01019012346").await;
        let mut stage = Self { platform, nino, giorgi, things: BTreeMap::new() };
        stage.learn("identity", "org-units", &support);
        stage.identity(&support).await;
        stage.assets().await;
        stage.incidents().await;
        stage.software(&support).await;
        stage.contracts().await;
        stage
    }

    /// Who may do everything, at the service itself.
    pub fn office(&self, service: &str) -> Client {
        self.platform.service(service).with_token(self.platform.almighty())
    }

    /// Who may do everything, within a part of the organisation.
    pub fn within(&self, service: &str, within: Within, employee: Option<Uuid>) -> Client {
        self.platform.service(service).with_token(self.platform.token(&["*"], within, employee))
    }

    /// A thing of this collection, if the stage has one.
    pub fn thing(&self, service: &str, collection: &str) -> Option<&str> {
        let found = self.things.iter().find(|((of, name), _)| *of == service && *name == collection);
        found.map(|(_, id)| id.as_str())
    }

    fn learn(&mut self, service: &'static str, collection: &'static str, thing: &Value) {
        self.things.insert((service, collection), text(thing, "id").to_owned());
    }

    async fn make(&mut self, service: &'static str, collection: &'static str, body: Value) -> Value {
        let thing = made(&self.office(service), collection, body).await;
        self.learn(service, collection, &thing);
        thing
    }

    async fn identity(&mut self, support: &Value) {
        let title = json!({ "ka": "სპეციალისტი", "en": "Specialist" });
        self.make("identity", "positions", json!({ "title": title, "org_unit_id": support["id"], "headcount": 2 }))
            .await;
        let role = json!({ "code": "storekeeper", "name": title, "scopes": ["assets.register"] });
        let role = self.make("identity", "roles", role).await;
        let user = self.make("identity", "users", json!({ "employee": self.nino.number })).await;
        let grant = json!({ "user": user["number"], "role": role["number"], "place": "everywhere" });
        self.make("identity", "grants", grant).await;
        self.make("identity", "service-accounts", json!({ "name": "attendance-system" })).await;
        self.things.insert(("identity", "employees"), self.nino.id.to_string());
    }

    async fn assets(&mut self) {
        let schema = json!({ "type": "object", "properties": { "ports": { "type": "integer" } } });
        self.make("assets", "category-schemas", json!({ "category": "switch", "device_schema": schema })).await;
        let maker = self.make("assets", "manufacturers", json!({ "name": "HP" })).await;
        let laptop = json!({ "manufacturer": maker["number"], "model": "EliteBook 840 G11", "category": "laptop" });
        let laptop = self.make("assets", "device-types", laptop).await;
        for (index, holder) in [self.giorgi.clone(), self.nino.clone()].into_iter().enumerate() {
            let device = json!({ "device_type": laptop["number"], "inventory_number": format!("ს-{index}"), "location": "A-001" });
            let device = self.make("assets", "devices", device).await;
            let to = json!({ "employee": holder.number });
            let handover = json!({ "kind": "hand_over", "devices": [device["number"]], "to": to });
            self.make("assets", "handovers", handover).await;
        }
    }

    async fn incidents(&mut self) {
        let name = json!({ "ka": "ქსელი", "en": "Network" });
        self.make("incidents", "queues", json!({ "code": "our-network", "name": name })).await;
        for person in [self.giorgi.clone(), self.nino.clone()] {
            let ticket = json!({ "title": "პრინტერი არ ბეჭდავს", "requester": person.number });
            self.make("incidents", "tickets", ticket).await;
        }
        self.make("incidents", "policies", json!({ "title": name, "terms": terms() })).await;
    }

    async fn software(&mut self, support: &Value) {
        let name = json!({ "ka": "დოკუმენტბრუნვა", "en": "Document flow" });
        let system = json!({ "code": "our-flow", "name": name, "owner_unit": support["number"] });
        let system = self.make("software", "systems", system).await;
        self.make("software", "assessments", json!({ "system": system["number"] })).await;
    }

    async fn contracts(&mut self) {
        let name = json!({ "ka": "შპს ქსელი", "en": "Kseli LLC" });
        let vendor = json!({ "kind": "legal_person", "identification_code": "204545875", "name": name });
        let vendor = self.make("contracts", "vendors", vendor).await;
        self.make("contracts", "days-off", json!({ "date": "2030-05-27", "reason": name })).await;
        for person in [self.giorgi.clone(), self.nino.clone()] {
            let contract = json!({
                "kind": "server",
                "vendor": vendor["number"],
                "subject": "სერვერების მიწოდება",
                "procurement": { "tender_number": "NAT260001234", "cpv": "48820000" },
                "price": { "net": { "amount": "1000.25", "currency": "GEL" }, "vat_percent": 18 },
                "supervisor": person.number,
                "starts_on": "2030-03-01",
                "ends_on": "2030-12-31",
            });
            self.make("contracts", "contracts", contract).await;
        }
    }
}

async fn unit(identity: &Client, code: &str, parent: Value) -> Value {
    let name = json!({ "ka": "სამმართველო", "en": code });
    let mut unit = json!({ "code": code, "kind": "division", "name": name });
    if !parent.is_null() {
        unit["parent"] = parent;
    }
    made(identity, "org-units", unit).await
}

async fn employ(identity: &Client, unit: &Value, first_name: &str, personal_number: &str) -> Person {
    let employee = json!({
        "hr_number": personal_number,
        "personal_number": personal_number,
        "first_name": first_name,
        "last_name": "ბერიძე",
        "org_unit": unit["number"],
        "starts_on": "2026-01-05",
    });
    let employee = made(identity, "employees", employee).await;
    let id = |thing: &Value| text(thing, "id").parse().expect("an id");
    Person { id: id(&employee), number: text(&employee, "number").to_owned(), unit: id(unit) }
}

/// Begins a thing, as soon as the service knows of whom it is.
async fn made(client: &Client, collection: &str, body: Value) -> Value {
    let tried = async || {
        let answered = client.post(&format!("/v1/{collection}"), body.clone()).send().await;
        (answered.status == 201 || !is_about_strangers(&answered)).then_some(answered)
    };
    let answered = eventually(&format!("a first thing of {collection}"), tried).await;
    assert_eq!(answered.status, 201, "{collection}: {}", answered.text);
    answered.json()
}

fn is_about_strangers(answered: &Answered) -> bool {
    let problem = answered.json();
    problem["errors"].as_array().is_some_and(|faults| faults.iter().any(|fault| fault["code"] == "reference-unknown"))
}

fn text<'a>(thing: &'a Value, member: &str) -> &'a str {
    thing[member].as_str().unwrap_or_else(|| panic!("no {member}: {thing}"))
}

/// Of an incident policy: the desk works on Mondays.
fn terms() -> Value {
    let row = json!({ "high": "critical", "medium": "high", "low": "medium" });
    let target = json!({ "response_minutes": 30, "resolution_minutes": 240 });
    json!({
        "priorities": { "high": row, "medium": row, "low": row },
        "targets": { "critical": target, "high": target, "medium": target, "low": target },
        "ladder": [],
        "calendar": { "week": { "monday": [{ "from": "09:00", "to": "18:00" }] }, "public_holidays": true },
        "close_after_days": 5,
        "reopen_within_days": 7,
    })
}
