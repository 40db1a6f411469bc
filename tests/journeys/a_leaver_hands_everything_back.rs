//! The main job: people and devices come in, a laptop is handed over, breaks, is covered by a contract, and comes back
//! when its holder leaves; and what was, can be asked.

use kernel::clock::ControlledClock;
use serde_json::{Value, json};

use super::office::{Office, device_types, instant, sample, text, without};
use super::topics;
use crate::platform::{Backend, TestPlatform};

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite_and_the_log_in_process() {
    walk(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgresql_and_kafka() {
    match Backend::servers() {
        Some(servers) => walk(servers).await,
        None => eprintln!("SKIPPED: PostgreSQL and Kafka (DARBAZI_TEST_POSTGRES and DARBAZI_TEST_KAFKA are not set)"),
    }
}

async fn walk(backend: Backend) {
    let clock = ControlledClock::starting_at("2026-02-23T06:00:00Z".parse().expect("a Monday morning"));
    let platform = TestPlatform::open(&backend, clock);
    let office = Office { platform: &platform };
    bring_everybody_in(&office).await;
    let people = People::hire(&office).await;
    let device = hand_over_a_laptop(&office, &people).await;
    report_an_incident(&office, &people, &device).await;
    cover_by_a_contract(&office, &people, &device).await;
    learn_that_she_left(&office, &people).await;
    ask_for_the_device(&office, &people, &device).await;
    ask_for_the_past(&office, &people, &device).await;
    if let Backend::Servers { kafka, .. } = &backend {
        topics::check(kafka, platform.kafka_prefix()).await;
    }
}

/// 300 employees, the real device types, 1,000 devices.
async fn bring_everybody_in(office: &Office<'_>) {
    let staff = without(&sample("employees.csv"), &["position"]);
    let imported = office.import("identity/v1/employees", staff.clone()).await;
    assert_eq!((&imported["total"], &imported["created"]), (&json!(300), &json!(300)));
    let again = office.import("identity/v1/employees", staff).await;
    assert_eq!(again["unchanged"], 300);

    let admin = office.admin().await;
    let upload = admin.request("POST".parse().expect("a method"), "/api/assets/v1/device-types/import-yaml");
    let types = upload.body("application/yaml", device_types().join("\n---\n")).expect(200).await;
    assert_eq!(types["items"].as_array().map(Vec::len), Some(device_types().len()));
    let devices = without(&sample("devices.csv"), &["responsible_unit", "contract"]);
    let imported = office.import("assets/v1/devices", devices).await;
    assert_eq!((&imported["total"], &imported["created"]), (&json!(1000), &json!(1000)));
}

/// Whom the journey is about, by their numbers and user names.
struct People {
    /// A specialist of technical support.
    giorgi: String,
    giorgi_name: String,
    /// Who works in finance.
    nino: String,
    nino_id: String,
    nino_name: String,
}

impl People {
    async fn hire(office: &Office<'_>) -> Self {
        let admin = office.admin().await;
        let positions = admin.get("/api/identity/v1/positions?q=technical support specialist").expect(200).await;
        let hire = async |hr: &str, first: &str, last: &str, place: Value| {
            let mut body = json!({
                "hr_number": hr, "personal_number": format!("0101900{hr}"), "first_name": first, "last_name": last,
                "starts_on": "2020-09-01",
            });
            body.as_object_mut().expect("an object").extend(place.as_object().cloned().expect("a place"));
            admin.post("/api/identity/v1/employees", body).expect(201).await
        };
        let support = json!({ "org_unit": "IT-SUPPORT", "position": positions["items"][0]["number"] });
        let giorgi = hire("9001", "გიორგი", "კაპანაძე", support).await;
        let nino = hire("9002", "ნინო", "ბერიძე", json!({ "org_unit": "FINANCE" })).await;
        let (giorgi_name, nino_name) =
            (office.let_in(text(&giorgi, "number")).await, office.let_in(text(&nino, "number")).await);
        Self {
            giorgi: text(&giorgi, "number").to_owned(),
            giorgi_name,
            nino: text(&nino, "number").to_owned(),
            nino_id: text(&nino, "id").to_owned(),
            nino_name,
        }
    }
}

/// The support specialist assigns a laptop, the employee accepts the act.
async fn hand_over_a_laptop(office: &Office<'_>, people: &People) -> Value {
    let giorgi = office.person(&people.giorgi_name).await;
    let stock = giorgi.get("/api/assets/v1/devices?category=laptop&status=in_stock&limit=1").expect(200).await;
    let laptop = stock["items"][0].clone();
    let assign = format!("/api/assets/v1/devices/{}/assign", text(&laptop, "number"));
    // Assets hears of new people by events.
    let assigned = office
        .until("assets knows the employee", async || {
            let answer = giorgi.post(&assign, json!({ "to": { "employee": people.nino } })).send().await;
            (answer.status == 200).then(|| answer.json())
        })
        .await;
    let accept = format!("/api/assets/v1/handovers/{}/accept", text(&assigned, "pending_act_id"));
    giorgi.post(&accept, json!({})).refused(403, "not-the-receiver").await;
    let nino = office.person(&people.nino_name).await;
    let act = nino.post(&accept, json!({})).expect(200).await;
    assert_eq!((&act["status"], &act["kind"]), (&json!("accepted"), &json!("hand_over")));
    assigned
}

/// The employee reports an incident on it; priority and deadlines follow from the policy, whose timer escalates it.
async fn report_an_incident(office: &Office<'_>, people: &People, device: &Value) {
    let nino = office.person(&people.nino_name).await;
    let report = json!({
        "title": "ლეპტოპი არ ირთვება",
        "description": "დილიდან ეკრანი შავია.",
        "category": "workplace",
        "affected_devices": [device["number"]],
        "impact": "medium",
        "urgency": "high",
    });
    let ticket = nino.post("/api/incidents/v1/tickets", report).expect(201).await;
    assert_eq!((&ticket["priority"], &ticket["escalated"]), (&json!("high"), &json!(false)));
    let path = format!("/api/incidents/v1/tickets/{}", text(&ticket, "number"));
    office.advance_to(instant(&ticket["response_due_at"]));
    let escalated = office
        .until("the ticket is escalated", async || {
            let ticket = office.person(&people.nino_name).await.get(&path).expect(200).await;
            (ticket["response_missed"] == true && ticket["escalated"] == true).then_some(ticket)
        })
        .await;
    assert_eq!(escalated["status"], "new");
    let history = office.admin().await.get(&format!("{path}/history")).expect(200).await;
    let kinds: Vec<_> = history["items"].as_array().expect("events").iter().map(|event| text(event, "type")).collect();
    assert!(kinds.contains(&"ticket.response_missed.v1") && kinds.contains(&"ticket.escalated.v1"), "{kinds:?}");
}

/// A contract covers the device's warranty, and its 30-day alert fires.
async fn cover_by_a_contract(office: &Office<'_>, people: &People, device: &Value) {
    let admin = office.admin().await;
    let vendor = json!({
        "kind": "legal_person", "identification_code": "204545875",
        "name": { "ka": "შპს ქსელი", "en": "Kseli LLC" }, "vat_payer": true,
    });
    let vendor = admin.post("/api/contracts/v1/vendors", vendor).expect(201).await;
    let today = office.today();
    let ends_on = today + chrono::Duration::days(45);
    let contract = json!({
        "kind": "workplace", "vendor": vendor["number"], "supervisor": people.giorgi,
        "subject": "ლეპტოპების საგარანტიო მომსახურება",
        "price": { "net": { "amount": "6900.00", "currency": "GEL" }, "vat_percent": 18 },
        "starts_on": today, "ends_on": ends_on,
        "covers": [{ "number": device["number"], "inventory_number": device["inventory_number"] }],
    });
    let contract = admin.post("/api/contracts/v1/contracts", contract).expect(201).await;
    let path = format!("/api/contracts/v1/contracts/{}", text(&contract, "number"));
    admin.post(&format!("{path}/agree"), json!({})).expect(200).await;
    let signed = admin.post(&format!("{path}/sign"), json!({})).expect(200).await;
    assert_eq!(signed["gross"], json!({ "amount": "8142.00", "currency": "GEL" }));
    let warranty = format!("/api/contracts/v1/warranties?device={}", text(device, "number"));
    let warranties = admin.get(&warranty).expect(200).await;
    assert_eq!(warranties["items"][0]["contract_number"], contract["number"]);

    office.advance_to(kernel::tbilisi::morning_of(ends_on - chrono::Duration::days(30)));
    office
        .until("the alert of thirty days", async || {
            let history = office.admin().await.get(&format!("{path}/history")).expect(200).await;
            let announced = |event: &&Value| event["type"] == "contract.expiry_announced.v1";
            history["items"].as_array()?.iter().find(announced).cloned()
        })
        .await;
    let alert = office.event("contracts", "contract.expiry_announced").await;
    assert_eq!((&alert["number"], &alert["data"]["days_left"]), (&contract["number"], &json!(30)), "{alert}");
}

/// HR's next file says that the employee left: identity shuts her out and tells the others.
async fn learn_that_she_left(office: &Office<'_>, people: &People) {
    let admin = office.admin().await;
    let header = "hr_number,personal_number,first_name,last_name,org_unit,starts_on,status,left_on";
    let row = format!("9002,01019009002,ნინო,ბერიძე,FINANCE,2020-09-01,left,{}", office.today());
    let upload = admin.request("POST".parse().expect("a method"), "/api/identity/v1/change-sets");
    let set = upload.body("text/csv", format!("{header}\n{row}\n")).expect(201).await;
    assert_eq!((&set["status"], &set["leaves"], &set["faults"]), (&json!("previewed"), &json!(1), &json!(0)));
    let path = format!("/api/identity/v1/change-sets/{}", text(&set, "number"));
    let changes = admin.get(&format!("{path}/changes")).expect(200).await;
    assert_eq!(
        (&changes["items"][0]["kind"], &changes["items"][0]["employee_number"]),
        (&json!("leaves"), &json!(people.nino))
    );
    let applied = admin.post(&format!("{path}/apply"), json!({})).expect(200).await;
    assert_eq!(applied["status"], "applied");
    office
        .until("she is shut out", async || {
            let credentials = json!({ "username": people.nino_name, "password": "მზიური დღე სოფელში" });
            let answer = office.platform.gateway().post("/api/identity/v1/sessions", credentials).send().await;
            (answer.status == 401 && answer.json()["code"] == "user-disabled").then_some(())
        })
        .await;
}

/// Assets lists what must come back and the desk has a task for it, in one trace and without anyone calling them.
async fn ask_for_the_device(office: &Office<'_>, people: &People, device: &Value) {
    let left = office.event("identity", "employee.left").await;
    let raised = office.event("assets", "return_request.raised").await;
    let reported = office
        .until("the task of the desk", async || {
            let events = office.events("incidents", "ticket.reported").await;
            events.into_iter().find(|event| event["causationid"] == raised["id"])
        })
        .await;
    assert_eq!(raised["causationid"], left["id"]);
    assert_eq!(trace(&raised), trace(&left));
    assert_eq!(trace(&reported), trace(&left));
    assert_eq!(raised["data"]["employee_number"], people.nino);

    let request = format!("/api/assets/v1/return-requests/{}", text(&raised, "number"));
    let giorgi = office.person(&people.giorgi_name).await;
    assert_eq!(giorgi.get(&request).expect(200).await["devices"][0]["number"], device["number"]);
    let back = format!("/api/assets/v1/devices/{}/return", text(device, "number"));
    let back = giorgi.post(&back, json!({ "signatory": people.giorgi, "condition": "good" })).expect(200).await;
    if let Some(act) = back["pending_act_id"].as_str() {
        giorgi.post(&format!("/api/assets/v1/handovers/{act}/accept"), json!({})).expect(200).await;
    }
    let task = format!("/api/incidents/v1/tickets/{}", text(&reported, "number"));
    office
        .until("request and task are done", async || {
            let (request, task) = (giorgi.get(&request).expect(200).await, giorgi.get(&task).expect(200).await);
            (request["status"] == "done" && task["status"] == "resolved").then_some(())
        })
        .await;
}

/// What did she hold on 1 March?
async fn ask_for_the_past(office: &Office<'_>, people: &People, device: &Value) {
    let admin = office.admin().await;
    let held = async |query: &str| {
        let holdings = admin.get(&format!("/api/assets/v1/holdings?holder={}{query}", people.nino)).expect(200).await;
        holdings["devices"]
            .as_array()
            .expect("devices")
            .iter()
            .map(|device| device["number"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(held("").await, Vec::<Value>::new());
    assert_eq!(held("&as_of=2026-03-01T08:00:00%2B04:00").await, [device["number"].clone()]);
    assert_eq!(held("&as_of=2026-02-22T08:00:00%2B04:00").await, Vec::<Value>::new());
    let list =
        format!("/api/assets/v1/devices?holder_id={}&as_of=2026-03-01T08:00:00%2B04:00&fields=number", people.nino_id);
    assert_eq!(admin.get(&list).expect(200).await["items"], json!([{ "number": device["number"] }]));
}

/// The trace that an event belongs to (W3C Trace Context).
fn trace(event: &Value) -> &str {
    text(event, "traceparent").split('-').nth(1).expect("a trace id")
}
