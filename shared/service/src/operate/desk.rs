//! Opening databases beside a platform that runs: nothing is migrated, and the lock on the data directory stays with who
//! has it.

use std::path::PathBuf;

use anyhow::{Context, bail};
use event_store::{Database, Store};
use kernel::Clock;

use crate::capability::Service;
use crate::running::{lock, read_master_key};
use crate::settings::Settings;

pub struct Desk {
    pub settings: Settings,
    master_key: [u8; 32],
}

/// Held while nobody may run.
pub struct Stopped {
    _lock: Option<std::fs::File>,
}

impl Desk {
    pub fn new(settings: Settings) -> anyhow::Result<Self> {
        let master_key = read_master_key(&settings)?;
        Ok(Self { settings, master_key })
    }

    /// With a key that opens nothing, for who wants to look at the rest.
    pub fn without_master_key(settings: Settings) -> Self {
        Self { settings, master_key: [0; 32] }
    }

    /// The service's store, for looking only.
    pub async fn look(&self, service: &'static str) -> anyhow::Result<Store> {
        self.is_there(service)?;
        let database = Database::look(&self.settings.database_of(service)).await;
        self.opened(service, database.with_context(|| format!("{service}: {}", self.place(service)))?)
    }

    /// The service's store, for writing. Its database must be in today's shape.
    pub async fn write(&self, service: &Service) -> anyhow::Result<Store> {
        self.is_there(service.name)?;
        let connected = Database::connect(&self.settings.database_of(service.name), 2).await;
        let database = connected.with_context(|| format!("{}: {}", service.name, self.place(service.name)))?;
        let applied = database.applied().await.with_context(|| format!("{}: its migrations", service.name))?;
        let known: Vec<_> = service.migrations().iter().map(|migration| migration.name).collect();
        let missing: Vec<_> = known.iter().filter(|name| !applied.iter().any(|applied| applied == *name)).collect();
        if !missing.is_empty() {
            bail!(
                "{}: the database lacks {missing:?}; start this version of the service once, or run its `migrate`",
                service.name
            );
        }
        self.opened(service.name, database)
    }

    /// Makes sure that nobody runs on the data: by the lock on the directory, or by the leases in PostgreSQL.
    pub async fn stopped(&self, store: &Store) -> anyhow::Result<Stopped> {
        if self.settings.database_url.is_none() {
            return Ok(Stopped { _lock: Some(lock(&self.settings)?) });
        }
        if messaging::place::is_running(store).await? {
            bail!(
                "{} runs, as its leases tell; stop every replica (a killed one counts for ten seconds more)",
                store.service()
            );
        }
        Ok(Stopped { _lock: None })
    }

    /// Where the service's database is, without a password.
    pub fn place(&self, service: &str) -> String {
        let url = self.settings.database_of(service);
        match (url.split_once("://"), url.rsplit_once('@')) {
            (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://{rest}"),
            _ => url,
        }
    }

    /// The SQLite file of a service, when its database is one.
    pub fn file(&self, service: &str) -> Option<PathBuf> {
        let file = || self.settings.data.join(format!("{service}.db"));
        self.settings.database_url.is_none().then(file)
    }

    fn is_there(&self, service: &str) -> anyhow::Result<()> {
        match self.file(service) {
            Some(file) if !file.exists() => {
                bail!("{service}: {} is not there: start the platform once, or set DARBAZI_DATA", file.display())
            }
            _ => Ok(()),
        }
    }

    fn opened(&self, service: &'static str, database: Database) -> anyhow::Result<Store> {
        Ok(Store::open(service, database, self.master_key, Clock::system()))
    }
}
