//! The event store of one service.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use kernel::Clock;
use kernel::id::Id;
use moka::sync::Cache;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, QueryResult, Value};
use tokio::sync::watch;
use uuid::Uuid;

use crate::aggregate::{Aggregate, Context};
use crate::batch::answered;
use crate::change::Change;
use crate::committer::Committer;
use crate::database::{Database, statement};
use crate::entity::Entity;
use crate::event::{SELECT, StoredEvent};
use crate::row::Record;
use crate::unit::{Answer, CommandKey, CommandRecord, Committed, Unit};
use crate::vault::Vault;
use crate::{Failure, snapshot};

/// A command is decided again on the fresh state this often before the caller is told that others are faster.
const DECISIONS: usize = 5;

/// How many aggregates are remembered, and for how long when nobody asks for them.
const REMEMBERED: u64 = 5_000;
const REMEMBERED_FOR: Duration = Duration::from_secs(600);

/// What makes a command happen once, given what it changes.
type Once<'a, A> = &'a (dyn Fn(&Change<A>) -> CommandRecord + Send + Sync);

/// What the caller expects of the aggregate it commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// It does not exist yet.
    Nothing,
    /// It exists, at whatever version.
    Something,
    /// It exists at exactly this version (`If-Match`).
    Version(i64),
}

#[derive(Clone, Debug)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    service: &'static str,
    database: Database,
    committer: Committer,
    vault: Vault,
    clock: Clock,
    /// Entities as they were after their newest event known to this process; other replicas write too, see
    /// [`Store::load`] and [`Store::decide`].
    entities: Cache<Uuid, Arc<dyn Any + Send + Sync>>,
    /// Databases of the past, see [`crate::past`].
    pasts: Cache<(&'static str, DateTime<Utc>), DatabaseConnection>,
}

impl Store {
    /// Needs a database that has been migrated.
    pub fn open(service: &'static str, database: Database, master_key: [u8; 32], clock: Clock) -> Self {
        Self(Arc::new(Inner {
            service,
            committer: Committer::start(database.clone(), service),
            vault: Vault::new(database.clone(), master_key),
            database,
            clock,
            entities: Cache::builder().max_capacity(REMEMBERED).time_to_idle(REMEMBERED_FOR).build(),
            pasts: Cache::builder().max_capacity(4).time_to_live(Duration::from_secs(60)).build(),
        }))
    }

    pub fn service(&self) -> &'static str {
        self.0.service
    }

    pub fn database(&self) -> &Database {
        &self.0.database
    }

    pub fn vault(&self) -> &Vault {
        &self.0.vault
    }

    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Raised after each commit of this process.
    pub fn changed(&self) -> watch::Receiver<u64> {
        self.0.committer.changed()
    }

    /// The way of a command: load, decide, append with the rows that follow, all in one transaction.
    ///
    /// With a `command` record the unit is carried out once for its key; a repetition fails with
    /// [`Failure::Answered`]. A command that leads to no events keeps nothing and returns the entity as it is.
    pub async fn execute<A: Record>(
        &self,
        id: A::Id,
        expect: Expect,
        command: A::Command,
        context: &Context,
        once: Option<Once<'_, A>>,
    ) -> Result<Entity<A>, Failure> {
        let mut decisions = 0;
        loop {
            decisions += 1;
            let change = self.decide(id, expect, command.clone(), context).await?;
            if change.is_empty() {
                return Ok(change.after);
            }
            let after = change.after.clone();
            let mut unit = Unit { command: once.map(|record| record(&change)), ..Unit::new() };
            unit = unit.change(change);
            match self.commit(unit).await {
                Ok(committed) => return Ok(self.remember(after, committed)),
                Err(Failure::Stale { .. }) if decisions < DECISIONS && expect == Expect::Something => {
                    self.forget(id.uuid());
                }
                Err(failure) => {
                    self.forget(id.uuid());
                    return Err(failure);
                }
            }
        }
    }

    fn remember<A: Record>(&self, mut entity: Entity<A>, committed: Committed) -> Entity<A> {
        if let Some(number) = committed.numbers.into_iter().next() {
            entity.number = number;
        }
        self.0.entities.insert(entity.uuid(), Arc::new(entity.clone()));
        if entity.version % snapshot::INTERVAL == 0 {
            tokio::spawn(snapshot::keep(self.clone(), entity.clone()));
        }
        entity
    }

    /// Decides without keeping anything.
    ///
    /// A change that is decided on a remembered entity is safe: the append checks that it was the newest. Everything else, a
    /// refusal above all, is only said after a look at the log, where another replica may have written meanwhile.
    pub async fn decide<A: Record>(
        &self,
        id: A::Id,
        expect: Expect,
        command: A::Command,
        context: &Context,
    ) -> Result<Change<A>, Failure> {
        if let Some(remembered) = self.remembered::<A>(id) {
            match self.decide_on(remembered, expect, command.clone(), context).await {
                Ok(change) if !change.is_empty() => return Ok(change),
                _ => self.forget(id.uuid()),
            }
        }
        let entity = match self.read::<A>(id).await? {
            Some(entity) => entity,
            None if expect == Expect::Nothing => Entity::unborn(id),
            None => return Err(kernel::Fault::not_found().into()),
        };
        self.decide_on(entity, expect, command, context).await
    }

    async fn decide_on<A: Record>(
        &self,
        before: Entity<A>,
        expect: Expect,
        command: A::Command,
        context: &Context,
    ) -> Result<Change<A>, Failure> {
        match expect {
            Expect::Version(version) if version != before.version => Err(Failure::Stale { actual: before.version }),
            Expect::Nothing if before.exists() => Err(Failure::Stale { actual: before.version }),
            _ => Change::decide(self, before, command, context).await,
        }
    }

    /// Keeps a unit; several aggregates may change in it.
    pub async fn commit(&self, unit: Unit) -> Result<Committed, Failure> {
        let streams: Vec<Uuid> = unit.streams().collect();
        let events: usize = unit.appends.iter().map(|append| append.events.len()).sum();
        let committed = self.0.committer.commit(unit).await;
        for stream in streams {
            self.forget(stream);
        }
        if committed.is_ok() {
            metrics::counter!("darbazi_events_appended_total", "service" => self.service()).increment(events as u64);
        }
        committed
    }

    fn forget(&self, stream: Uuid) {
        self.0.entities.invalidate(&stream);
    }

    /// The aggregate as it is now.
    pub async fn load<A: Aggregate>(&self, id: A::Id) -> Result<Option<Entity<A>>, Failure> {
        if let Some(entity) = self.remembered::<A>(id)
            && self.is_newest(&entity).await?
        {
            return Ok(Some(entity));
        }
        self.read(id).await
    }

    fn remembered<A: Aggregate>(&self, id: A::Id) -> Option<Entity<A>> {
        self.0.entities.get(&id.uuid())?.downcast_ref::<Entity<A>>().cloned()
    }

    /// Whether nobody has gone on from here: another replica, or a command that ended while this was being read.
    async fn is_newest<A: Aggregate>(&self, entity: &Entity<A>) -> Result<bool, Failure> {
        let rows = self.query("SELECT version FROM streams WHERE id = $1", vec![entity.uuid().into()]).await?;
        let version: Option<i64> = rows.first().map(|row| row.try_get("", "version")).transpose()?;
        Ok(version == Some(entity.version))
    }

    async fn read<A: Aggregate>(&self, id: A::Id) -> Result<Option<Entity<A>>, Failure> {
        let begun = snapshot::newest(self, id).await?.unwrap_or_else(|| Entity::unborn(id));
        let entity = self.fold(begun, None).await?;
        if entity.exists() {
            self.0.entities.insert(id.uuid(), Arc::new(entity.clone()));
        }
        Ok(entity.exists().then_some(entity))
    }

    /// The aggregate as it was at `at`; `None` before its first event.
    pub async fn load_as_of<A: Aggregate>(&self, id: A::Id, at: DateTime<Utc>) -> Result<Option<Entity<A>>, Failure> {
        let entity = self.fold(Entity::unborn(id), Some(at)).await?;
        Ok(entity.exists().then_some(entity))
    }

    /// Every event of one aggregate, oldest first.
    pub async fn stream(&self, id: Uuid) -> Result<Vec<StoredEvent>, Failure> {
        self.events("events.stream_id = $1", vec![id.into()]).await
    }

    async fn events(&self, condition: &str, values: Vec<Value>) -> Result<Vec<StoredEvent>, Failure> {
        let sql = format!("{SELECT} WHERE {condition} ORDER BY events.version");
        let mut events = vec![];
        for row in self.query(&sql, values).await? {
            events.push(self.opened(StoredEvent::read(&row)?).await?);
        }
        Ok(events)
    }

    /// The event with its personal fields open, as far as their keys are there.
    pub async fn opened(&self, mut event: StoredEvent) -> Result<StoredEvent, Failure> {
        if event.text.contains(crate::sealed::MARK) {
            self.vault().open(&mut event.data).await?;
        }
        Ok(event)
    }

    /// The answer that was given to this command, if it was carried out.
    pub async fn answer_to(&self, key: &CommandKey) -> Result<Option<Answer>, Failure> {
        let sql = "SELECT request_hash, answer FROM command_log WHERE caller = $1 AND key = $2";
        let rows = self.query(sql, vec![key.caller.clone().into(), key.key.clone().into()]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        match answered(row, key)? {
            Failure::Answered(answer) => Ok(Some(answer)),
            other => Err(other),
        }
    }

    /// Forgets answers older than `before`: keys are kept for a day.
    pub async fn forget_answers(&self, before: DateTime<Utc>) -> Result<u64, Failure> {
        let statement = statement(self.backend(), "DELETE FROM command_log WHERE created_at < $1", [before.into()]);
        Ok(self.0.database.writer.execute_raw(statement).await?.rows_affected())
    }

    /// Lets go of what is remembered beyond its time; without this it goes when the next thing comes.
    pub fn forget_the_old(&self) {
        self.0.entities.run_pending_tasks();
        self.0.pasts.run_pending_tasks();
    }

    pub(crate) fn pasts(&self) -> &Cache<(&'static str, DateTime<Utc>), DatabaseConnection> {
        &self.0.pasts
    }

    pub(crate) fn backend(&self) -> DbBackend {
        self.0.database.backend()
    }

    pub(crate) async fn query(&self, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, Failure> {
        Ok(self.0.database.reader.query_all_raw(statement(self.backend(), sql, values)).await?)
    }
}
