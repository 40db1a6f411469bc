//! A platform of separate processes for one fault: databases and topics of its own.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use auth::{Grant, Issuer, Keychain, Principal, PrincipalKind, SigningKey, Within};
use base64::prelude::{BASE64_STANDARD, Engine};
use event_store::{Database, Store};
use kernel::Clock;
use service::Service;
use testkit::{TestData, TestDatabases, serve_keys};
use uuid::Uuid;

use crate::process::Process;
use crate::servers::Servers;

/// The process that is all services at once.
pub const EMBEDDED: &str = "darbazi";
const MASTER_KEY: [u8; 32] = [7; 32];

pub struct Stage<'a> {
    pub servers: &'a Servers,
    /// What topics and groups begin with.
    pub prefix: String,
    pub data: TestData,
    /// None where SQLite and the log in process do.
    databases: RefCell<Option<TestDatabases>>,
    /// Databases that are elsewhere now.
    moved: RefCell<BTreeMap<String, String>>,
    issuer: Arc<Issuer>,
    keys: String,
    processes: RefCell<BTreeMap<String, Process>>,
}

impl<'a> Stage<'a> {
    /// With one process of each of these services, serving.
    pub async fn open(servers: &'a Servers, services: &[&str]) -> Stage<'a> {
        let stage = Self::set(servers, services).await;
        for service in services {
            stage.add(service, &[]);
        }
        for service in services {
            stage.serves(service).await;
        }
        stage
    }

    /// With the databases of these services, but no process yet.
    pub async fn set(servers: &'a Servers, services: &[&str]) -> Stage<'a> {
        Self::on(servers, TestData::new(), Some(TestDatabases::create(&servers.postgres(), services).await))
    }

    /// The whole platform as one process, on SQLite in this folder.
    pub async fn embedded(servers: &'a Servers, data: TestData) -> Stage<'a> {
        let stage = Self::on(servers, data, None);
        stage.add(EMBEDDED, &[("DARBAZI_RATE", "1000000"), ("DARBAZI_BURST", "1000000")]);
        stage.serves(EMBEDDED).await;
        stage
    }

    fn on(servers: &'a Servers, data: TestData, databases: Option<TestDatabases>) -> Stage<'a> {
        let issuer = Arc::new(Issuer::new("darbazi", Keychain::new(SigningKey::generate(Clock::system().now()))));
        std::fs::write(data.0.join("master.key"), BASE64_STANDARD.encode(MASTER_KEY)).expect("a master key");
        Self {
            servers,
            prefix: format!("fault-{}", kernel::id::random().simple()),
            data,
            databases: RefCell::new(databases),
            moved: RefCell::default(),
            keys: serve_keys(issuer.clone(), Clock::system()),
            issuer,
            processes: RefCell::default(),
        }
    }

    /// Starts one more process: `assets`, `assets-2`. `variables` are its own for all its lives.
    pub fn add(&self, name: &str, variables: &[(&str, &str)]) {
        let service = service_of(name);
        let data = self.data.0.join(name);
        let mut environment: Vec<(String, String)> = vec![
            ("DARBAZI_DATA".into(), data.display().to_string()),
            ("DARBAZI_MASTER_KEY_FILE".into(), self.data.0.join("master.key").display().to_string()),
            ("DARBAZI_IDENTITY_URL".into(), self.keys.clone()),
            ("DARBAZI_ADMIN_PASSWORD".into(), "test-Password-1".into()),
            ("DARBAZI_LOG".into(), "warn".into()),
            ("DARBAZI_WORKERS".into(), "1".into()),
            ("DARBAZI_DATABASE_CONNECTIONS".into(), "4".into()),
        ];
        if !self.is_embedded() {
            environment.extend([
                ("DARBAZI_DATABASE_URL".into(), self.database_url(service)),
                ("DARBAZI_KAFKA".into(), self.servers.kafka()),
                ("DARBAZI_KAFKA_PREFIX".into(), self.prefix.clone()),
            ]);
        }
        environment.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let mut process = Process::new(&self.servers.programs.join(service), self.log(name), environment);
        process.start(&[]);
        self.processes.borrow_mut().insert(name.to_owned(), process);
    }

    pub fn is_embedded(&self) -> bool {
        self.databases.borrow().is_none()
    }

    fn log(&self, name: &str) -> std::path::PathBuf {
        self.data.0.join(format!("{name}.log"))
    }

    pub fn database_url(&self, service: &str) -> String {
        if let Some(url) = self.moved.borrow().get(service) {
            return url.clone();
        }
        match self.databases.borrow().as_ref() {
            Some(databases) => databases.url.replace("{service}", service),
            None => format!("sqlite:{}", self.data.0.join(EMBEDDED).join(format!("{service}.db")).display()),
        }
    }

    /// From its next start on the service's database is there.
    pub fn move_to(&self, service: &str, url: &str) {
        self.moved.borrow_mut().insert(service.to_owned(), url.to_owned());
        self.with(service, |process| process.set("DARBAZI_DATABASE_URL", url));
    }

    /// Does something with a process.
    pub fn with<T>(&self, name: &str, what: impl FnOnce(&mut Process) -> T) -> T {
        what(self.processes.borrow_mut().get_mut(name).unwrap_or_else(|| panic!("no process is called {name}")))
    }

    /// Waits until it serves; how long that took.
    #[allow(clippy::await_holding_refcell_ref)] // one task looks after the processes
    pub async fn serves(&self, name: &str) -> Duration {
        self.processes.borrow()[name].serves().await
    }

    /// Waits until it ended, whoever saw to that.
    #[allow(clippy::await_holding_refcell_ref)] // one task looks after the processes
    pub async fn ended(&self, name: &str) {
        let mut processes = self.processes.borrow_mut();
        processes.get_mut(name).expect("a process").ends(Duration::from_secs(120)).await;
    }

    /// Kills the process and starts it again; how long it was away.
    pub async fn restart(&self, name: &str) -> Duration {
        self.with(name, Process::kill);
        self.with(name, |process| process.start(&[]));
        self.serves(name).await
    }

    pub fn address(&self, name: &str) -> String {
        self.processes.borrow()[name].url()
    }

    /// Where the processes of a service are.
    pub fn addresses(&self, service: &str) -> Vec<String> {
        let processes = self.processes.borrow();
        if let Some(all) = processes.get(EMBEDDED) {
            return vec![format!("{}/api/{service}", all.url())];
        }
        processes.iter().filter(|(name, _)| service_of(name) == service).map(|(_, process)| process.url()).collect()
    }

    pub fn services(&self) -> Vec<Service> {
        let processes = self.processes.borrow();
        let runs = |name: &str| {
            processes.contains_key(EMBEDDED) || processes.keys().any(|process| service_of(process) == name)
        };
        darbazi::services().into_iter().filter(|service| runs(service.name)).collect()
    }

    /// What a process logged.
    pub fn said(&self, name: &str) -> String {
        self.processes.borrow()[name].said()
    }

    /// The log of a service, read from its database.
    pub async fn store(&self, service: &'static str) -> Store {
        let database = Database::connect(&self.database_url(service), 2).await.expect("a database");
        Store::open(service, database, MASTER_KEY, Clock::system())
    }

    pub fn topic(&self, service: &str) -> String {
        format!("{}.{service}.v1", self.prefix)
    }

    /// Signs tokens that every process accepts.
    pub fn issuer(&self) -> Arc<Issuer> {
        self.issuer.clone()
    }

    /// Ends everything and leaves nothing behind.
    pub async fn close(self) {
        self.processes.borrow_mut().clear();
        let databases = self.databases.borrow_mut().take();
        if let Some(databases) = databases {
            databases.remove().await;
        }
    }
}

/// `assets-2` is a process of `assets`.
fn service_of(name: &str) -> &str {
    name.split('-').next().unwrap_or(name)
}

/// A token of somebody who may do everything, as this employee.
pub fn token(issuer: &Issuer, subject: Uuid, employee: Option<Uuid>) -> String {
    let principal = Principal {
        subject,
        kind: PrincipalKind::Staff,
        name: "faults".into(),
        employee,
        session: None,
        grants: vec![Grant { scopes: vec!["*".into()], within: Within::Everywhere }],
    };
    issuer.issue(&principal, Clock::system().now()).expect("a token").token
}
