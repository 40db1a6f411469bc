//! A service that runs for one test: its own data, a clock that the test sets, and callers with any rights.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, web};
use auth::{Grant, Issuer, Keychain, Principal, PrincipalKind, SigningKey, Within};
use kernel::Clock;
use kernel::clock::ControlledClock;
use service::{Platform, Running, Secret, Service, Settings};
use uuid::Uuid;

use crate::client::Client;
use crate::database::TestDatabase;

/// One service, on SQLite or PostgreSQL, without the others: tokens are issued by the test itself.
pub struct TestService {
    pub running: Running,
    pub clock: ControlledClock,
    issuer: Arc<Issuer>,
    _platform: Platform,
    _data: TestData,
    _database: Option<TestDatabase>,
}

/// A folder that goes with the test, unless the test fails.
pub struct TestData(pub PathBuf);

impl TestData {
    pub fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("darbazi-test-{}", kernel::id::random()));
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        Self(folder)
    }
}

impl Default for TestData {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for TestData {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("left for you: {}", self.0.display());
        } else {
            drop(std::fs::remove_dir_all(&self.0));
        }
    }
}

impl TestService {
    /// On SQLite.
    pub async fn start(service: Service) -> Self {
        Self::start_on(service, None).await
    }

    /// On the given database; SQLite when there is none.
    pub async fn start_on(service: Service, database: Option<TestDatabase>) -> Self {
        let (data, clock) = (TestData::new(), ControlledClock::from_now());
        let issuer = Arc::new(Issuer::new("darbazi", Keychain::new(SigningKey::generate(clock.now()))));
        let settings = Settings {
            data: data.0.clone(),
            database_url: database
                .as_ref()
                .filter(|database| database.name != "SQLite")
                .map(|database| Secret::new(&database.url)),
            identity_url: Some(serve_keys(issuer.clone(), clock.clock())),
            admin_password: Some(Secret::new("test-Password-1")),
            workers: 1,
            ..Settings::default()
        };
        let platform = Platform::open(settings, clock.clock()).expect("a platform");
        let mut running = platform.start(vec![service], |_| "127.0.0.1:0".into()).await.expect("a service that starts");
        Self { running: running.remove(0), clock, issuer, _platform: platform, _data: data, _database: database }
    }

    /// A caller who holds these scopes everywhere.
    pub fn caller(&self, scopes: &[&str]) -> Client {
        self.caller_within(scopes, Within::Everywhere, None)
    }

    /// A caller who holds these scopes in a part of the organisation, or for what is their own.
    pub fn caller_within(&self, scopes: &[&str], within: Within, employee: Option<Uuid>) -> Client {
        let grant = Grant { scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(), within };
        Client::new(self.running.url(), Some(self.token(vec![grant], employee)))
    }

    pub fn nobody(&self) -> Client {
        Client::new(self.running.url(), None)
    }

    fn token(&self, grants: Vec<Grant>, employee: Option<Uuid>) -> String {
        let principal = Principal {
            subject: employee.unwrap_or_else(kernel::id::random),
            kind: PrincipalKind::Staff,
            name: "tester".into(),
            employee,
            session: None,
            grants,
        };
        self.issuer.issue(&principal, self.clock.now()).expect("a token").token
    }

    /// Ends it, and looks whether anything was left over.
    pub async fn stop(self) {
        let verdict = self.running.store.verify().await.expect("a log to verify");
        assert!(verdict.faults.is_empty(), "{:?}", verdict.faults);
        self.running.stop().await;
    }
}

/// A place that publishes an issuer's keys, as identity would; its address.
pub fn serve_keys(issuer: Arc<Issuer>, clock: Clock) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    let server = HttpServer::new(move || {
        let (issuer, clock) = (issuer.clone(), clock.clone());
        let answer = move || {
            let keys = issuer.published(clock.now());
            async move { HttpResponse::Ok().json(keys) }
        };
        App::new().service(web::resource("/.well-known/jwks.json").get(answer))
    });
    tokio::spawn(server.workers(1).disable_signals().listen(listener).expect("to listen").run());
    url
}

/// Asks again until `probe` finds something, for at most twenty seconds.
pub async fn eventually<T>(what: &str, probe: impl AsyncFn() -> Option<T>) -> T {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(found) = probe().await {
            return found;
        }
        assert!(tokio::time::Instant::now() < deadline, "it did not come: {what}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}
