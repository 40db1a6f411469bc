//! Services that run: one in a process of its own, or several in one.

use std::collections::HashMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use auth::{HttpKeys, Verifier};
use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use event_store::{Database, Store};
use kernel::Clock;
use messaging::timers::Timers;
use messaging::{Broker, Subscriptions};
use sea_orm::DbBackend;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use web::Directory;

use crate::capability::{Service, Starting};
use crate::event_feed::Closing;
use crate::measure;
use crate::server::{Serving, serve};
use crate::settings::Settings;

/// Several services that know each other's event logs, about to run in one process.
pub struct Platform {
    settings: Arc<Settings>,
    clock: Clock,
    master_key: [u8; 32],
    /// Keeps a second process from using the same data.
    _lock: Option<std::fs::File>,
}

/// A service that serves.
pub struct Running {
    pub name: &'static str,
    pub address: SocketAddr,
    pub store: Store,
    closing: Closing,
    stop: CancellationToken,
    server: actix_web::dev::ServerHandle,
    tasks: Vec<JoinHandle<()>>,
}

/// A service with its store open and its address taken, but not serving yet.
struct Opened {
    service: Service,
    store: Store,
    listener: TcpListener,
}

impl Platform {
    /// Takes hold of the data directory and the master key.
    pub fn open(settings: Settings, clock: Clock) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&settings.data)
            .with_context(|| format!("{} cannot be made", settings.data.display()))?;
        let lock = if settings.database_url.is_none() { Some(lock(&settings)?) } else { None };
        let master_key = master_key(&settings)?;
        Ok(Self { settings: Arc::new(settings), clock, master_key, _lock: lock })
    }

    /// Starts the services; `listen` says where each is to be found.
    pub async fn start(&self, services: Vec<Service>, listen: impl Fn(&str) -> String) -> anyhow::Result<Vec<Running>> {
        let mut opened = vec![];
        for service in services {
            let address = listen(service.name);
            let listener = TcpListener::bind(&address).with_context(|| format!("{address} is taken"))?;
            let store = self.store(&service).await?;
            opened.push(Opened { service, store, listener });
        }
        let identity = self.identity(&opened)?;
        let broker = self.broker(&opened);
        let mut running = vec![];
        for opened in opened {
            running.push(self.run(opened, &identity, broker.clone()).await?);
        }
        Ok(running)
    }

    /// Opens a service's store: migrated, with its read models in today's shape.
    pub async fn store(&self, service: &Service) -> anyhow::Result<Store> {
        let database = self.database(service.name).await?;
        let applied =
            database.migrate(&service.migrations()).await.with_context(|| format!("{}: migrating", service.name))?;
        if !applied.is_empty() {
            tracing::info!(service = service.name, ?applied, "migrated");
        }
        let store = Store::open(service.name, database, self.master_key, self.clock.clone());
        for aggregate in service.aggregates() {
            let built =
                (aggregate.ensure)(store.clone()).await.with_context(|| format!("read model {}", aggregate.table))?;
            if let Some(built) = built {
                tracing::info!(service = service.name, table = aggregate.table, rows = built.rows, "read model built");
            }
        }
        Ok(store)
    }

    async fn database(&self, service: &str) -> anyhow::Result<Database> {
        let settings = &self.settings;
        let url = settings.database_of(service);
        // The database may come up after us; a pod that waits is better than one that crashes in a loop.
        let mut pause = Duration::from_millis(500);
        loop {
            let tried = async {
                let database = Database::connect(&url, settings.database_connections).await?;
                database.reader.ping().await?;
                Ok::<_, sea_orm::DbErr>(database)
            };
            match tried.await {
                Ok(database) => return Ok(database),
                Err(error) if settings.database_url.is_some() => {
                    tracing::warn!(service, %error, "the database is not there yet");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(15));
                }
                Err(error) => return Err(error).with_context(|| format!("{service}: {url}")),
            }
        }
    }

    /// Where the keys are that tokens are checked with.
    fn identity(&self, opened: &[Opened]) -> anyhow::Result<String> {
        let here = opened.iter().find(|opened| opened.service.name == "identity");
        Ok(match (&self.settings.identity_url, here) {
            (Some(url), _) => url.clone(),
            (None, Some(identity)) => format!("http://{}", identity.listener.local_addr()?),
            (None, None) => format!("http://{}", crate::default_address("identity")),
        })
    }

    fn broker(&self, opened: &[Opened]) -> Broker {
        match &self.settings.kafka {
            Some(servers) => Broker::kafka(servers, &self.settings.kafka_prefix, self.settings.kafka_replication),
            None => Broker::in_process(
                opened.iter().map(|opened| (opened.service.name, opened.store.clone())).collect::<HashMap<_, _>>(),
            ),
        }
    }

    async fn run(&self, opened: Opened, identity: &str, broker: Broker) -> anyhow::Result<Running> {
        let Opened { service, store, listener } = opened;
        let (stop, address) = (CancellationToken::new(), listener.local_addr()?);
        let directory = Directory::of(&store);
        let starting = Starting {
            store: store.clone(),
            settings: self.settings.clone(),
            clock: self.clock.clone(),
            directory: directory.clone(),
        };
        let mut provided = vec![];
        for prepare in service.capabilities.iter().flat_map(|capability| &capability.on_start) {
            provided.extend(prepare(starting.clone()).await.with_context(|| format!("{}: starting", service.name))?);
        }
        let keys = HttpKeys::new(&format!("{identity}/.well-known/jwks.json"))?;
        let verifier = Arc::new(Verifier::new(self.settings.issuer.clone(), Arc::new(keys)));
        let mut tasks = self.background(&service, &store, &broker, &stop);
        let closing = Closing::default();
        let serving = Serving { starting, provided, verifier, broker, closing: closing.clone() };
        let server = serve(&service, serving, listener)?;
        let handle = server.handle();
        tasks.push(tokio::spawn(async move {
            if let Err(error) = server.await {
                tracing::error!(%error, "the server ended");
            }
        }));
        tasks.push(tokio::spawn(go_on_with_imports(store.clone(), directory, stop.clone())));
        tracing::info!(service = service.name, %address, "serving");
        Ok(Running { name: service.name, address, store, closing, stop, server: handle, tasks })
    }

    /// What goes on besides serving: subscriptions, the relay, timers, tidying.
    fn background(
        &self,
        service: &Service,
        store: &Store,
        broker: &Broker,
        stop: &CancellationToken,
    ) -> Vec<JoinHandle<()>> {
        let subscriptions = Subscriptions::new(store.clone(), service.subscribed(), broker.clone());
        let fires = service.aggregates().map(|aggregate| (aggregate.kind, aggregate.fire.clone())).collect();
        let timers = Timers::new(store.clone(), fires);
        let reactions = service.subscribed();
        let measured = reactions.iter().map(|reaction| reaction.subscription(service.name));
        let measured = measured.chain([messaging::parked::everything(service.name)]).collect();
        vec![
            tokio::spawn(subscriptions.run(stop.clone())),
            tokio::spawn(broker.clone().relay(store.clone(), stop.clone())),
            tokio::spawn(timers.run(stop.clone())),
            tokio::spawn(tidy(store.clone(), stop.clone())),
            tokio::spawn(measure::run(store.clone(), measured, broker.clone(), stop.clone())),
        ]
    }
}

impl Running {
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Lets requests finish, then ends everything else.
    pub async fn stop(self) {
        self.closing.0.cancel();
        self.server.stop(true).await;
        self.stop.cancel();
        for task in self.tasks {
            let _ = tokio::time::timeout(Duration::from_secs(10), task).await;
        }
    }

    /// Ends at once, as a killed process would.
    pub async fn kill(self) {
        self.stop.cancel();
        for task in &self.tasks {
            task.abort();
        }
        self.server.stop(false).await;
    }
}

/// How long nothing may be heard of an import before another process goes on with it.
const SILENCE_S: i64 = 60;

/// Goes on with imports whose process ended; on SQLite that can only have been the one before this.
async fn go_on_with_imports(store: Store, directory: Directory, stop: CancellationToken) {
    let embedded = store.database().backend() == DbBackend::Sqlite;
    let mut silence = if embedded { chrono::Duration::zero() } else { chrono::Duration::seconds(SILENCE_S) };
    loop {
        if let Err(failure) = web::import::resume(&store, &directory, store.clock().now() - silence).await {
            tracing::warn!(%failure, "imports that were left cannot be looked for");
        }
        // From now on our own are among those that run.
        silence = chrono::Duration::seconds(SILENCE_S);
        let pause = Duration::from_secs(SILENCE_S.unsigned_abs() / 2);
        if stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
            return;
        }
    }
}

/// Answers are kept for a day, imports with their reports for a week.
async fn tidy(store: Store, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(Duration::from_secs(60))).await.is_some() {
        store.forget_the_old();
        let now = store.clock().now();
        let forgotten = async {
            store.forget_answers(now - chrono::Duration::hours(24)).await?;
            web::import::forget(&store, now - chrono::Duration::days(7)).await
        };
        if let Err(failure) = forgotten.await {
            tracing::warn!(%failure, "old answers and imports were not forgotten");
        }
    }
}

/// Keeps others from the SQLite files for as long as the file is held.
pub(crate) fn lock(settings: &Settings) -> anyhow::Result<std::fs::File> {
    let path = settings.data.join("lock");
    let file = std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        _ => bail!(
            "another process is using {}; stop it, or set DARBAZI_DATA to another directory",
            settings.data.display()
        ),
    }
}

/// Makes it when there is none.
fn master_key(settings: &Settings) -> anyhow::Result<[u8; 32]> {
    let path = settings.master_key_path();
    if !path.exists() {
        let mut key = [0; 32];
        rand::Rng::fill_bytes(&mut rand::rng(), &mut key);
        write_secret(&path, &BASE64.encode(key)).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    read_master_key(settings)
}

pub(crate) fn read_master_key(settings: &Settings) -> anyhow::Result<[u8; 32]> {
    let path = settings.master_key_path();
    let text = std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let key = BASE64.decode(text.trim()).ok().and_then(|key| key.try_into().ok());
    key.with_context(|| format!("{} must hold 32 bytes in base64", path.display()))
}

fn write_secret(path: &std::path::Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())
}
