//! Running a service's reactions on the events that concern them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use event_store::{Failure, Store, statement};
use sea_orm::ConnectionTrait;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::broker::Broker;
use crate::cloud_event::CloudEvent;
use crate::parked::{self, Content};
use crate::reaction::Reaction;
use crate::record::Record;
use crate::{in_process, kafka};

/// First and longest pause before an event is tried again.
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// How often losing against concurrent writers is put down to bad luck.
const STALE_TRIES: u32 = 10;

/// The reactions of one service, and where their events come from.
#[derive(Clone, Debug)]
pub struct Subscriptions {
    pub(crate) store: Store,
    reactions: Arc<Vec<Reaction>>,
    broker: Broker,
}

impl Subscriptions {
    pub fn new(store: Store, reactions: Vec<Reaction>, broker: Broker) -> Self {
        Self { store, reactions: Arc::new(reactions), broker }
    }

    pub fn reactions(&self) -> &[Reaction] {
        &self.reactions
    }

    /// Until told to stop.
    pub async fn run(self, stop: CancellationToken) {
        let producers: BTreeSet<&'static str> = self.reactions.iter().map(|reaction| reaction.service).collect();
        if producers.is_empty() {
            return;
        }
        match self.broker.clone() {
            Broker::Kafka(kafka) => kafka::consume(self, &kafka, producers, stop).await,
            Broker::InProcess(logs) => in_process::consume(self, &logs, producers, stop).await,
        }
    }

    /// Handles one event by every reaction that wants it. Returns when its effects are kept or it is parked; `None` when told
    /// to stop first: then it will come again.
    pub(crate) async fn handle(&self, event: &CloudEvent, stop: &CancellationToken) -> Option<()> {
        let mut wanted = false;
        for reaction in self.reactions.iter().filter(|reaction| reaction.wants(event)) {
            wanted = true;
            self.handle_by(reaction, event, stop).await?;
        }
        if !wanted {
            for reaction in self.reactions.iter().filter(|reaction| reaction.is_older_than(event)) {
                let subscription = reaction.subscription(self.store.service());
                let error = format!("{} is newer than what is known here: {}", event.kind, reaction.event_name);
                self.park_at_last(&subscription, &Content::Event(Box::new(event.clone())), &error, stop).await?;
            }
        }
        Some(())
    }

    /// Parks a record that nobody can read: whatever it meant for its key comes first.
    pub(crate) async fn set_aside(&self, record: &Record, error: &str, stop: &CancellationToken) -> Option<()> {
        telemetry::metrics::unreadable_record(self.store.service(), &record.topic);
        let subscription = parked::everything(self.store.service());
        self.park_at_last(&subscription, &Content::Record(record.clone()), error, stop).await
    }

    /// Parks it, however long the database takes.
    async fn park_at_last(
        &self,
        subscription: &str,
        content: &Content,
        error: &str,
        stop: &CancellationToken,
    ) -> Option<()> {
        let mut pause = PAUSE;
        tracing::error!(error, subscription, key = content.key(), "it is parked");
        while let Err(failure) = parked::park(&self.store, subscription, content, error).await {
            tracing::warn!(%failure, "it could not be parked yet");
            stop.run_until_cancelled(sleep(jittered(pause))).await?;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        if let Content::Event(event) = content {
            self.broker.dead_letter(self.store.service(), event, error).await;
        }
        Some(())
    }

    async fn handle_by(&self, reaction: &Reaction, event: &CloudEvent, stop: &CancellationToken) -> Option<()> {
        let mut pause = PAUSE;
        let mut stale = 0;
        loop {
            let failure = match self.try_once(reaction, event).await {
                Ok(()) => return Some(()),
                Err(failure) => failure,
            };
            let subscription = reaction.subscription(self.store.service());
            telemetry::metrics::reaction_failed(self.store.service(), &subscription);
            stale += u32::from(matches!(failure, Failure::Stale { .. }));
            if !failure.is_transient() || stale >= STALE_TRIES {
                let content = Content::Event(Box::new(event.clone()));
                return self.park_at_last(&subscription, &content, &failure.to_string(), stop).await;
            }
            stop.run_until_cancelled(sleep(jittered(pause))).await?;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn try_once(&self, reaction: &Reaction, event: &CloudEvent) -> Result<(), Failure> {
        let subscription = reaction.subscription(self.store.service());
        if self.is_handled(&subscription, event).await? {
            return Ok(());
        }
        if parked::has_to_wait(&self.store, event).await? {
            let content = Content::Event(Box::new(event.clone()));
            return parked::park(&self.store, &subscription, &content, "behind an event of the same key").await;
        }
        reaction.handle(event, &self.store).await
    }

    async fn is_handled(&self, subscription: &str, event: &CloudEvent) -> Result<bool, Failure> {
        let sql = "SELECT 1 AS one FROM inbox WHERE subscription = $1 AND event_id = $2";
        let database = self.store.database();
        let select = statement(database.backend(), sql, [subscription.into(), event.id.into()]);
        Ok(database.reader.query_one_raw(select).await?.is_some())
    }
}

/// Between half and all of it, so that replicas do not try in step.
fn jittered(pause: Duration) -> Duration {
    let share = f64::from(kernel::id::random().as_bytes()[15]) / 512.0 + 0.5;
    pause.mul_f64(share)
}
