//! Clients that go on working whatever breaks, and keep a ledger of what they were told.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use auth::Issuer;
use chrono::{DateTime, Utc};
use kernel::Clock;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::stage::{Stage, token};

/// How long a client goes on asking before it gives up.
const PATIENCE: Duration = Duration::from_secs(180);
const PAUSE: Duration = Duration::from_millis(100);

/// What a client knows of a command that it sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// It was answered: done.
    Acknowledged,
    /// It was answered: no.
    Refused(u16, String),
    /// No answer came, and the client did not ask again.
    Nothing,
}

#[derive(Clone, Debug)]
pub struct Entry {
    pub service: &'static str,
    /// Unique; the command carries it as its reason into its events.
    pub marker: String,
    pub told: Told,
}

/// A client of the platform.
#[derive(Clone)]
pub struct Caller {
    http: reqwest::Client,
    issuer: Arc<Issuer>,
    /// Under whom its idempotency keys are kept.
    subject: Uuid,
    employee: Option<Uuid>,
    pub identity: Vec<String>,
    pub assets: Vec<String>,
    pub incidents: Vec<String>,
    turn: Arc<AtomicUsize>,
    name: String,
    ledger: Vec<Entry>,
}

impl Caller {
    pub fn new(stage: &Stage<'_>, name: &str) -> Self {
        let http = reqwest::Client::builder().tls_certs_only([]).no_proxy().timeout(Duration::from_secs(20)).build();
        Self {
            http: http.expect("a client"),
            issuer: stage.issuer(),
            subject: kernel::id::random(),
            employee: None,
            identity: stage.addresses("identity"),
            assets: stage.addresses("assets"),
            incidents: stage.addresses("incidents"),
            turn: Arc::default(),
            name: name.to_owned(),
            ledger: vec![],
        }
    }

    fn address(&self, service: &str) -> &str {
        let replicas = match service {
            "identity" => &self.identity,
            "assets" => &self.assets,
            _ => &self.incidents,
        };
        &replicas[self.turn.fetch_add(1, Ordering::Relaxed) % replicas.len()]
    }

    /// Sends the request once.
    pub async fn send(
        &self,
        service: &str,
        path: &str,
        body: &Value,
        marker: &str,
    ) -> Result<(u16, Value), reqwest::Error> {
        let url = format!("{}{path}", self.address(service));
        let request = if body.get("$patch").is_some() { self.http.patch(url) } else { self.http.post(url) };
        let body = body.get("$patch").unwrap_or(body);
        let request = request.bearer_auth(token(&self.issuer, self.subject, self.employee)).json(body);
        let answer = request.header("idempotency-key", marker).header("x-change-reason", marker).send().await?;
        let status = answer.status().as_u16();
        Ok((status, answer.json().await?))
    }

    /// Carries a command out: asks again under the same key until it is answered. One client in ten that gets no answer
    /// does not ask again, as people do.
    pub async fn command(&mut self, service: &'static str, path: &str, body: Value) -> Option<Value> {
        let marker = format!("{}-{}", self.name, self.ledger.len());
        let begun = Instant::now();
        let mut entry = Entry { service, marker: marker.clone(), told: Told::Nothing };
        let answer = loop {
            match self.send(service, path, &body, &marker).await {
                Ok((200..300, answer)) => {
                    entry.told = Told::Acknowledged;
                    break Some(answer);
                }
                Ok((status @ 400..500, problem)) if !is_passing(status, &problem) => {
                    entry.told = Told::Refused(status, problem["code"].as_str().unwrap_or_default().to_owned());
                    break None;
                }
                Err(_) if self.ledger.len() % 10 == 9 => break None,
                _ if begun.elapsed() > PATIENCE => break None,
                _ => tokio::time::sleep(PAUSE).await,
            }
        };
        self.ledger.push(entry);
        answer
    }

    /// Whether the last command was answered with a no.
    fn was_refused(&self) -> bool {
        self.ledger.last().is_some_and(|entry| matches!(entry.told, Told::Refused(..)))
    }

    pub fn ledger(self) -> Vec<Entry> {
        self.ledger
    }

    /// As somebody who is employed.
    pub fn acting_as(&mut self, employee: Uuid) {
        self.employee = Some(employee);
    }
}

/// Whether asking again is what the answer says.
fn is_passing(status: u16, problem: &Value) -> bool {
    let code = problem["code"].as_str().unwrap_or_default();
    status == 429 || code == "changed-meanwhile" || code == "command-in-progress"
}

/// What all clients need to be there.
#[derive(Clone)]
pub struct Ground {
    device_type: String,
    storekeeper: Uuid,
    queue: String,
}

impl Ground {
    /// What registers one more device.
    pub fn device(&self) -> Value {
        let tag = kernel::id::random().simple().to_string();
        json!({ "device_type": self.device_type, "inventory_number": format!("ს-{tag}"), "serial": tag })
    }
}

/// Clients at work.
pub struct Load {
    ground: Ground,
    stop: CancellationToken,
    clients: Vec<JoinHandle<Vec<Entry>>>,
    ground_work: Vec<Entry>,
}

impl Load {
    /// Lays the ground, then lets this many clients work, a third of them on each kind of work.
    pub async fn start(stage: &Stage<'_>, clients: usize) -> Self {
        let mut caller = Caller::new(stage, "ground");
        let ground = lay_ground(&mut caller).await;
        Self { ground_work: caller.ledger(), ..Self::resume(stage, "client", &ground, clients, |caller| caller) }
    }

    /// More clients on the same ground; `apart` may send them to some of the replicas alone.
    pub fn resume(
        stage: &Stage<'_>,
        name: &str,
        ground: &Ground,
        clients: usize,
        apart: impl Fn(Caller) -> Caller,
    ) -> Self {
        let stop = CancellationToken::new();
        let clients = (0..clients)
            .map(|index| {
                let mut caller = apart(Caller::new(stage, &format!("{name}-{index}")));
                caller.acting_as(ground.storekeeper);
                let (ground, stop) = (ground.clone(), stop.clone());
                // People's numbers follow from client and round, and nobody has one twice.
                let first = usize::from(name != "client") * 500_000;
                tokio::spawn(async move {
                    for round in first.. {
                        if stop.is_cancelled() {
                            break;
                        }
                        match index % 3 {
                            0 => register(&mut caller, &ground, round).await,
                            1 => let_go(&mut caller, &ground, index, round).await,
                            _ => wait(&mut caller, &ground).await,
                        }
                    }
                    caller.ledger()
                })
            })
            .collect();
        Self { ground: ground.clone(), stop, clients, ground_work: vec![] }
    }

    pub fn ground(&self) -> &Ground {
        &self.ground
    }

    /// Lets the clients finish what they are at; their ledgers.
    pub async fn stop(self) -> Vec<Entry> {
        self.stop.cancel();
        let mut ledger = self.ground_work;
        for client in self.clients {
            ledger.extend(client.await.expect("a client that does not panic"));
        }
        ledger
    }
}

async fn lay_ground(caller: &mut Caller) -> Ground {
    let number = |thing: Option<Value>| {
        thing.and_then(|thing| thing["number"].as_str().map(str::to_owned)).expect("the ground to be laid")
    };
    // Many commands in one, and so not in the ledger.
    let built_in = caller.send("identity", "/v1/org-units/built-in", &json!({}), "built-in").await;
    assert!(built_in.is_ok_and(|(status, _)| status == 200), "the built-in units");
    let storekeeper = caller.command("identity", "/v1/employees", person(1)).await.expect("a storekeeper");
    let maker = number(caller.command("assets", "/v1/manufacturers", json!({ "name": "HP" })).await);
    let laptop = json!({ "manufacturer": maker, "model": "EliteBook 840 G11", "category": "laptop" });
    let device_type = number(caller.command("assets", "/v1/device-types", laptop).await);
    let name = json!({ "ka": "ბეჭდვა", "en": "Printing" });
    let queue = number(caller.command("incidents", "/v1/queues", json!({ "code": "printing", "name": name })).await);
    let storekeeper: Uuid = storekeeper["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    caller.acting_as(storekeeper);
    // The others hear of him by events.
    let begun = Instant::now();
    while caller.command("incidents", "/v1/tickets", printer()).await.is_none() {
        assert!(begun.elapsed() < PATIENCE, "the directory never heard of the storekeeper");
        tokio::time::sleep(PAUSE).await;
    }
    Ground { device_type, storekeeper, queue }
}

/// A person in technical support.
pub fn person(hr_number: usize) -> Value {
    json!({
        "hr_number": hr_number.to_string(),
        "personal_number": format!("01{hr_number:09}"),
        "first_name": "ნინო",
        "last_name": "ბერიძე",
        "org_unit": "IT-SUPPORT",
        "starts_on": "2020-01-15",
    })
}

fn printer() -> Value {
    json!({ "title": "პრინტერი არ ბეჭდავს", "description": "ოთახი 412", "category": "printing" })
}

fn at(collection: &str, thing: &Value, verb: &str) -> String {
    format!("/v1/{collection}/{}{verb}", thing["id"].as_str().unwrap_or_default())
}

async fn new_device(caller: &mut Caller, ground: &Ground) -> Option<Value> {
    caller.command("assets", "/v1/devices", ground.device()).await
}

/// Registers a device and edits it; now and then one with a serial that is taken.
async fn register(caller: &mut Caller, ground: &Ground, round: usize) {
    let Some(device) = new_device(caller, ground).await else { return };
    for room in 0..4 {
        let patch = json!({ "$patch": { "location": format!("A-{room:03}") } });
        caller.command("assets", &at("devices", &device, ""), patch).await;
    }
    if round.is_multiple_of(5) {
        let again = json!({ "device_type": ground.device_type, "inventory_number": device["inventory_number"] });
        caller.command("assets", "/v1/devices", again).await;
    }
}

/// Hires somebody, hands over a device, and lets them leave: assets asks for the device, incidents opens a task.
async fn let_go(caller: &mut Caller, ground: &Ground, client: usize, round: usize) {
    let Some(employee) = caller.command("identity", "/v1/employees", person(1_000_000 * (client + 1) + round)).await
    else {
        return;
    };
    let Some(device) = new_device(caller, ground).await else { return };
    let begun = Instant::now();
    let to = json!({ "to": { "employee": employee["number"] } });
    // Assets hears of the employee by events.
    while caller.command("assets", &at("devices", &device, "/assign"), to.clone()).await.is_none() {
        if begun.elapsed() > PATIENCE || !caller.was_refused() {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
    let today = kernel::tbilisi::day(Clock::system().now());
    caller.command("identity", &at("employees", &employee, "/leave"), json!({ "on": today })).await;
}

/// Reports a ticket and lets it wait for a moment that comes soon.
async fn wait(caller: &mut Caller, ground: &Ground) {
    let Some(ticket) = caller.command("incidents", "/v1/tickets", printer()).await else { return };
    let triage = json!({ "queue": ground.queue, "impact": "low", "urgency": "low" });
    caller.command("incidents", &at("tickets", &ticket, "/triage"), triage).await;
    let until: DateTime<Utc> = Clock::system().now() + chrono::Duration::seconds(2);
    caller.command("incidents", &at("tickets", &ticket, "/wait"), json!({ "reason": "vendor", "until": until })).await;
}
