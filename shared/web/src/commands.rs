//! Carrying out commands: the same way for every aggregate of every service.

use std::collections::HashSet;
use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, web};
use event_store::row::column;
use event_store::{
    Answer, Change, CommandKey, CommandRecord, Context, Entity, Expect, Failure, Record, Row, RowChange, Store, Unit,
};
use kernel::Fault;
use kernel::id::Id;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::caller::Caller;
use crate::input::{Key, MergePatch, Reference};
use crate::problem::Problem;
use crate::reply::{Done, Reply, answer};
use crate::words;

/// A command that loses against others is tried this often before the caller is told so.
const TRIES: usize = 5;

/// Carries out commands on aggregates of kind `A`.
pub struct Commands<A> {
    store: Store,
    running: Running,
    of: PhantomData<A>,
}

/// Commands under way in this process, so that a repetition is told to wait rather than done twice over.
#[derive(Clone, Debug, Default)]
pub struct Running(Arc<Mutex<HashSet<CommandKey>>>);

struct Under {
    running: Running,
    key: CommandKey,
}

impl Running {
    fn begin(&self, key: &CommandKey) -> Result<Under, Fault> {
        let fresh = self.0.lock().is_ok_and(|mut keys| keys.insert(key.clone()));
        let under = || Under { running: self.clone(), key: key.clone() };
        fresh.then(under).ok_or_else(words::in_progress)
    }
}

impl Drop for Under {
    fn drop(&mut self) {
        if let Ok(mut keys) = self.running.0.lock() {
            keys.remove(&self.key);
        }
    }
}

impl<A: Record> Commands<A> {
    pub fn new(store: Store) -> Self {
        Self { store, running: Running::default(), of: PhantomData }
    }

    /// Begins an aggregate: 201 with its representation.
    pub async fn create(&self, caller: &Caller, command: A::Command) -> Reply<A> {
        self.create_as(caller, A::Id::generate(), command).await
    }

    /// Begins the aggregate with a given id.
    pub async fn create_as(&self, caller: &Caller, id: A::Id, command: A::Command) -> Reply<A> {
        self.carry_out(caller, id, Expect::Nothing, command).await
    }

    /// A transition: 200 with the new representation.
    pub async fn execute(&self, caller: &Caller, key: &Key<A>, command: A::Command) -> Reply<A> {
        let entity = self.entity(caller, key).await?;
        self.carry_out(caller, entity.id, caller.facts.expect(), command).await
    }

    /// Applies a merge patch to what `details` says of today's state, and commands the result. Somebody who patches other
    /// members at the same moment is not overwritten: the patch is applied again to what they made of it.
    pub async fn patch<T>(
        &self,
        caller: &Caller,
        key: &Key<A>,
        patch: MergePatch<T>,
        details: impl Fn(&A) -> T,
        command: impl Fn(T) -> A::Command,
    ) -> Reply<A>
    where
        T: DeserializeOwned + Serialize + ToSchema + 'static,
    {
        let mut tries = 0;
        loop {
            tries += 1;
            let entity = self.entity(caller, key).await?;
            let expect = match caller.facts.expect() {
                Expect::Something => Expect::Version(entity.version),
                version => version,
            };
            let edited = patch.apply(&details(&entity.state))?;
            match self.carry_out(caller, entity.id, expect, command(edited)).await {
                Err(problem) if problem.fault.code == words::CHANGED_MEANWHILE && tries < TRIES => {}
                outcome => return outcome,
            }
        }
    }

    async fn carry_out(&self, caller: &Caller, id: A::Id, expect: Expect, command: A::Command) -> Reply<A> {
        let context = caller.context(self.store.clock().now());
        let status = if expect == Expect::Nothing { StatusCode::CREATED } else { StatusCode::OK };
        let key = caller.command_key();
        let _under = key.as_ref().map(|key| self.running.begin(key)).transpose()?;
        if caller.facts.dry_run || caller.visible != crate::Visible::Everything {
            if let Some(answer) = self.answered(key.as_ref()).await? {
                return Ok(Done::new(answer, true));
            }
            self.may_see_outcome(caller, id, expect, &command, &context).await?;
        }
        if caller.facts.dry_run {
            let change = self.store.decide::<A>(id, expect, command, &context).await?;
            return Ok(Done::new(answer(self.store.service(), StatusCode::OK, &change.after), false));
        }
        let kept = self.keep(id, expect, command, &context, status, key.as_ref()).await;
        // What was kept had no answer before, or it would have been refused: only what was not needs to ask.
        if !matches!(kept, Ok((_, true)) | Err(Failure::Answered(_)))
            && let Some(answer) = self.answered(key.as_ref()).await?
        {
            return Ok(Done::new(answer, true));
        }
        match kept {
            Ok((entity, _)) => Ok(Done::new(answer(self.store.service(), status, &entity), false)),
            Err(Failure::Answered(answer)) => Ok(Done::new(answer, true)),
            Err(Failure::Stale { .. }) if caller.facts.if_match.is_none() => Err(words::changed_meanwhile().into()),
            Err(failure) => Err(failure.into()),
        }
    }

    /// A command together with what must change with it: one transaction, one idempotency key; `A` is the answer.
    ///
    /// `others` is given the unit that already holds `A`'s change, and adds theirs.
    pub async fn together(
        &self,
        caller: &Caller,
        id: A::Id,
        expect: Expect,
        command: A::Command,
        others: impl AsyncFn(&Change<A>, &Context, Unit) -> Result<Unit, Problem>,
    ) -> Reply<A> {
        let context = caller.context(self.store.clock().now());
        let status = if expect == Expect::Nothing { StatusCode::CREATED } else { StatusCode::OK };
        let key = caller.command_key();
        let _under = key.as_ref().map(|key| self.running.begin(key)).transpose()?;
        if let Some(answer) = self.answered(key.as_ref()).await? {
            return Ok(Done::new(answer, true));
        }
        self.may_see_outcome(caller, id, expect, &command, &context).await?;
        let mut tries = 0;
        loop {
            tries += 1;
            let change = self.store.decide::<A>(id, expect, command.clone(), &context).await?;
            let after = change.after.clone();
            let mut unit = Unit::new();
            if let Some(key) = &key {
                unit = unit.command(self.record(&change, key, &context, status));
            }
            let around = others(&change, &context, Unit::new()).await?;
            unit = unit.change(change).with(around);
            if caller.facts.dry_run || unit.is_empty() {
                return Ok(Done::new(answer(self.store.service(), StatusCode::OK, &after), false));
            }
            match self.store.commit(unit).await {
                Ok(committed) => {
                    let drawn = || committed.numbers.into_iter().next().unwrap_or_default();
                    let number = if after.number.is_empty() { drawn() } else { after.number.clone() };
                    return Ok(Done::new(answer(self.store.service(), status, &Entity { number, ..after }), false));
                }
                Err(Failure::Answered(answer)) => return Ok(Done::new(answer, true)),
                Err(Failure::Stale { .. }) if caller.facts.if_match.is_none() && tries < TRIES => {}
                Err(failure) => return Err(failure.into()),
            }
        }
    }

    fn record(&self, change: &Change<A>, key: &CommandKey, context: &Context, status: StatusCode) -> CommandRecord {
        let (service, after) = (self.store.service(), change.after.clone());
        let answered = move |numbers: &[String]| {
            // A thing that exists has its number; one that is begun here is the first of the unit.
            let number = if after.number.is_empty() {
                numbers.first().cloned().unwrap_or_default()
            } else {
                after.number.clone()
            };
            answer(service, status, &Entity { number, ..after.clone() })
        };
        CommandRecord { key: key.clone(), now: context.now, answer: Box::new(answered) }
    }

    /// What was answered to the same command before.
    async fn answered(&self, key: Option<&CommandKey>) -> Result<Option<Answer>, Failure> {
        match key {
            Some(key) => self.store.answer_to(key).await,
            None => Ok(None),
        }
    }

    /// The entity after the command, and whether its answer was kept: a command that changes nothing keeps nothing.
    async fn keep(
        &self,
        id: A::Id,
        expect: Expect,
        command: A::Command,
        context: &Context,
        status: StatusCode,
        key: Option<&CommandKey>,
    ) -> Result<(Entity<A>, bool), Failure> {
        let Some(key) = key else {
            return Ok((self.store.execute(id, expect, command, context, None).await?, true));
        };
        let recorded = AtomicBool::new(false);
        let record = |change: &Change<A>| {
            recorded.store(true, Ordering::Relaxed);
            self.record(change, key, context, status)
        };
        let entity = self.store.execute(id, expect, command, context, Some(&record)).await?;
        Ok((entity, recorded.into_inner()))
    }

    /// Nobody puts a thing where they may not see it.
    async fn may_see_outcome(
        &self,
        caller: &Caller,
        id: A::Id,
        expect: Expect,
        command: &A::Command,
        context: &Context,
    ) -> Result<(), Problem> {
        if caller.visible == crate::Visible::Everything || expect != Expect::Nothing {
            return Ok(());
        }
        let change = self.store.decide::<A>(id, expect, command.clone(), context).await?;
        let row = RowChange::put(<A::Row>::from(&change.after));
        if caller.sees(&row) { Ok(()) } else { Err(Fault::forbidden().into()) }
    }

    /// The entity that a path names; what the caller may not know of is not there.
    pub async fn entity(&self, caller: &Caller, key: &Key<A>) -> Result<Entity<A>, Problem> {
        let entity = self.by_text(&key.text).await?.ok_or_else(Fault::not_found)?;
        let seen = caller.sees(&RowChange::put(<A::Row>::from(&entity)));
        if seen { Ok(entity) } else { Err(Fault::not_found().into()) }
    }

    /// The entity that a path names, whoever asks: the caller's rights are to be checked by what is shown of it.
    pub(crate) async fn entity_unseen(&self, key: &Key<A>) -> Result<Option<Entity<A>>, Problem> {
        self.by_text(&key.text).await
    }

    /// The entity that a body refers to; an unknown one is a fault of the input at `pointer`.
    pub async fn resolve(&self, caller: &Caller, reference: &Reference, pointer: &str) -> Result<Entity<A>, Problem> {
        let unknown = || words::no_such_reference(pointer);
        let entity = self.by_text(&reference.0).await?.ok_or_else(unknown)?;
        let seen = caller.sees(&RowChange::put(<A::Row>::from(&entity)));
        if seen { Ok(entity) } else { Err(unknown().into()) }
    }

    async fn by_text(&self, text: &str) -> Result<Option<Entity<A>>, Problem> {
        let id = match text.parse::<Uuid>() {
            Ok(id) => Some(A::Id::from(id)),
            Err(_) => self.id_of(text).await?,
        };
        match id {
            Some(id) => Ok(self.store.load(id).await?),
            None => Ok(None),
        }
    }

    /// The row that a path names; what the caller may not know of is not there.
    pub(crate) async fn row(&self, caller: &Caller, key: &Key<A>) -> Result<A::Row, Problem> {
        let id = key.text.parse::<Uuid>();
        let named = match (column::<A::Row>("id"), column::<A::Row>("number"), id) {
            (Some(column), _, Ok(id)) => column.eq(id),
            (_, Some(column), Err(_)) => column.eq(key.text.to_ascii_uppercase()),
            _ => return Err(Fault::not_found().into()),
        };
        let row = <<A::Row as Row>::Table as EntityTrait>::find().filter(named).one(self.rows()).await?;
        let row = row.ok_or_else(Fault::not_found)?;
        let seen = caller.visible == crate::Visible::Everything || caller.sees(&RowChange::put(row.clone()));
        if seen { Ok(row) } else { Err(Fault::not_found().into()) }
    }

    async fn id_of(&self, number: &str) -> Result<Option<A::Id>, Problem> {
        let (Some(id), Some(column)) = (column::<A::Row>("id"), column::<A::Row>("number")) else { return Ok(None) };
        use sea_orm::QuerySelect;
        let query = <<A::Row as Row>::Table as EntityTrait>::find()
            .select_only()
            .column(id)
            .filter(column.eq(number.to_ascii_uppercase()));
        let found: Option<Uuid> = query.into_tuple().one(self.rows()).await?;
        Ok(found.map(A::Id::from))
    }

    /// For a command that comes from no request: a reaction, an import.
    pub async fn execute_without_key(
        &self,
        id: A::Id,
        expect: Expect,
        command: A::Command,
        context: &Context,
    ) -> Result<Entity<A>, Failure> {
        self.store.execute(id, expect, command, context, None).await
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The read models, for queries of a capability's own.
    pub fn rows(&self) -> &DatabaseConnection {
        &self.store.database().reader
    }
}

impl<A: Record> FromRequest for Commands<A> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let store = request.app_data::<web::Data<Store>>();
        let running = request.app_data::<web::Data<Running>>();
        ready(match (store, running) {
            (Some(store), Some(running)) => {
                Ok(Self { store: store.get_ref().clone(), running: running.get_ref().clone(), of: PhantomData })
            }
            _ => Err(Fault::internal().into()),
        })
    }
}
