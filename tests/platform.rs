//! The whole platform for tests: every service and the gateway in this process, a clock that the test sets, and callers
//! with any rights.
//!
//! It runs on SQLite and the in-process log, or on PostgreSQL and Kafka when `DARBAZI_TEST_POSTGRES` and
//! `DARBAZI_TEST_KAFKA` name servers. What it left wrong (a log that does not verify, an event that nobody could handle)
//! fails the test that drops it.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::num::NonZeroU32;
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;

use actix_web::{App, HttpResponse, HttpServer, web};
use auth::{Grant, Issuer, Keychain, Principal, PrincipalKind, SigningKey, Within};
use darbazi::platform::Serving;
use kernel::clock::ControlledClock;
use serde_json::{Value, json};
use service::{Secret, Settings};
use testkit::{Client, TestData, TestDatabases};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use uuid::Uuid;

pub const ADMIN_PASSWORD: &str = "test-Password-1";
const OFTEN: NonZeroU32 = NonZeroU32::new(1_000_000).expect("not zero");

/// Where a platform keeps its data and sends its events.
#[derive(Clone, Debug)]
pub enum Backend {
    /// SQLite and the log in process.
    Embedded,
    /// A real PostgreSQL and a real Apache Kafka.
    Servers { postgres: String, kafka: String },
}

impl Backend {
    /// The servers that this machine has for tests.
    pub fn servers() -> Option<Self> {
        let postgres = testkit::environment("DARBAZI_TEST_POSTGRES")?;
        Some(Self::Servers { postgres, kafka: testkit::environment("DARBAZI_TEST_KAFKA")? })
    }
}

pub struct TestPlatform {
    pub clock: ControlledClock,
    /// Signs the tokens of [`TestPlatform::token`]; the services trust its key besides identity's.
    pub issuer: Arc<Issuer>,
    pub key: SigningKey,
    gateway: String,
    services: BTreeMap<&'static str, String>,
    kafka_prefix: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl TestPlatform {
    /// On the servers of this machine, else embedded.
    pub fn start() -> Self {
        Self::open(&Backend::servers().unwrap_or(Backend::Embedded), ControlledClock::from_now())
    }

    pub fn open(backend: &Backend, clock: ControlledClock) -> Self {
        let key = SigningKey::generate(clock.now());
        let issuer = Arc::new(Issuer::new("darbazi", Keychain::new(key.clone())));
        let (started, starting) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let (its_clock, its_issuer, its_backend) = (clock.clone(), issuer.clone(), backend.clone());
        let kafka_prefix = format!("test-{}", kernel::id::random().simple());
        let its_prefix = kafka_prefix.clone();
        // A thread and a runtime of its own, for it outlives the test that starts it.
        let thread = std::thread::spawn(move || {
            let runtime = Runtime::new().expect("a runtime");
            runtime.block_on(async {
                let open = Open::start(&its_backend, &its_clock, its_issuer, its_prefix).await;
                let urls = open.serving.services.iter().map(|service| (service.name, service.url())).collect();
                started.send((open.serving.gateway.url(), urls)).expect("a test that waits");
                let _ = stopped.await;
                open.stop().await;
            });
        });
        let (gateway, services) = starting.recv().expect("a platform that starts");
        Self { clock, issuer, key, gateway, services, kafka_prefix, stop: Some(stop), thread: Some(thread) }
    }

    /// Whoever comes through the gateway without a token. Connections end with the test's runtime, so each has its own.
    pub fn gateway(&self) -> Client {
        Client::new(&self.gateway, None)
    }

    /// Whoever asks the service itself without a token.
    pub fn service(&self, name: &str) -> Client {
        Client::new(self.services.get(name).unwrap_or_else(|| panic!("no service is called {name}")), None)
    }

    /// What the names of its topics begin with.
    pub fn kafka_prefix(&self) -> String {
        self.kafka_prefix.clone()
    }

    /// A token of somebody who holds these scopes there.
    pub fn token(&self, scopes: &[&str], within: Within, employee: Option<Uuid>) -> String {
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let grants = if scopes.is_empty() { vec![] } else { vec![Grant { scopes, within }] };
        self.issuer.issue(&principal(grants, employee), self.clock.now()).expect("a token").token
    }

    /// Of somebody who may do everything.
    pub fn almighty(&self) -> String {
        self.token(&["*"], Within::Everywhere, None)
    }

    /// A user, signed in through the gateway.
    pub async fn signed_in(&self, username: &str, password: &str) -> Client {
        let credentials = json!({ "username": username, "password": password });
        let tokens = self.gateway().post("/api/identity/v1/sessions", credentials).expect(201).await;
        self.gateway().with_token(tokens["access_token"].as_str().expect("an access token"))
    }
}

impl Drop for TestPlatform {
    /// Waits for its end, so that a fault found then fails the test.
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().map(JoinHandle::join);
        if let Some(Err(fault)) = ended
            && !std::thread::panicking()
        {
            std::panic::resume_unwind(fault);
        }
    }
}

pub fn principal(grants: Vec<Grant>, employee: Option<Uuid>) -> Principal {
    Principal {
        subject: employee.unwrap_or_else(kernel::id::random),
        kind: PrincipalKind::Staff,
        name: "tester".into(),
        employee,
        session: None,
        grants,
    }
}

/// What runs in the platform's own thread.
struct Open {
    serving: Serving,
    databases: Option<TestDatabases>,
    _data: TestData,
}

impl Open {
    async fn start(backend: &Backend, clock: &ControlledClock, issuer: Arc<Issuer>, kafka_prefix: String) -> Self {
        let quiet = telemetry::Options { filter: "error".into(), ..telemetry::Options::default() };
        telemetry::start(&quiet).expect("telemetry, for traces to be carried on");
        let (data, identity) = (TestData::new(), Arc::new(OnceLock::new()));
        let names: Vec<&str> = darbazi::services().iter().map(|service| service.name).collect();
        let (databases, kafka) = match backend {
            Backend::Servers { postgres, kafka } => {
                (Some(TestDatabases::create(postgres, &names).await), Some(kafka.clone()))
            }
            Backend::Embedded => (None, None),
        };
        let settings = Settings {
            data: data.0.clone(),
            database_url: databases.as_ref().map(|databases| Secret::new(&databases.url)),
            kafka,
            kafka_prefix,
            identity_url: Some(serve_keys(issuer, clock.clone(), identity.clone())),
            admin_password: Some(Secret::new(ADMIN_PASSWORD)),
            workers: 1,
            database_connections: 2,
            // Tests come often.
            rate: OFTEN,
            burst: OFTEN,
            ..Settings::default()
        };
        let anywhere = |_: &str| "127.0.0.1:0".to_owned();
        let serving =
            darbazi::platform::start(settings, clock.clock(), anywhere).await.expect("a platform that starts");
        let of_identity = serving.services.iter().find(|service| service.name == "identity").expect("identity");
        identity.set(of_identity.url()).expect("to be set once");
        Self { serving, databases, _data: data }
    }

    /// Ends it, and looks whether all is well.
    async fn stop(self) {
        let mut wrong = vec![];
        for service in &self.serving.services {
            let verdict = service.store.verify().await.expect("a log to verify");
            wrong.extend(verdict.faults.iter().map(|fault| format!("{}: {fault:?}", service.name)));
            let parked = messaging::parked::list(&service.store).await.expect("dead letters");
            wrong.extend(parked.iter().map(|parked| format!("{}: {parked:?}", service.name)));
        }
        self.serving.stop().await;
        if let Some(databases) = self.databases {
            databases.remove().await;
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

/// A place that publishes the test's keys besides identity's own.
fn serve_keys(issuer: Arc<Issuer>, clock: ControlledClock, identity: Arc<OnceLock<String>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    let server = HttpServer::new(move || {
        let (issuer, clock, identity) = (issuer.clone(), clock.clone(), identity.clone());
        let answer = move || {
            let own = json!(issuer.published(clock.now()));
            let identity = identity.clone();
            async move { HttpResponse::Ok().json(with_keys_of(identity.get(), own).await) }
        };
        App::new().service(web::resource("/.well-known/jwks.json").get(answer))
    });
    tokio::spawn(server.workers(1).disable_signals().listen(listener).expect("to listen").run());
    url
}

async fn with_keys_of(identity: Option<&String>, mut keys: Value) -> Value {
    if let (Some(url), Some(own)) = (identity, keys["keys"].as_array_mut()) {
        let others = Client::new(url, None).get("/.well-known/jwks.json").expect(200).await;
        own.extend(others["keys"].as_array().cloned().unwrap_or_default());
    }
    keys
}
