//! Publishing a service's log to Kafka, in order, by one replica at a time.

use std::time::Duration;

use event_store::tail::Page;
use event_store::{Failure, Store, StoredEvent};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{DeliveryFuture, FutureProducer, FutureRecord, Producer};
use thiserror::Error;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::cloud_event::CloudEvent;
use crate::kafka::Kafka;
use crate::lease::{Lease, checkpoint, save_checkpoint};

/// Records under way at once.
const IN_FLIGHT: u64 = 2_000;
/// A look at the log now and then: other replicas write to it too.
const POLL: Duration = Duration::from_millis(250);
const PAUSE: Duration = Duration::from_secs(1);
pub(crate) const NAME: &str = "relay";

#[derive(Debug, Error)]
enum Interrupted {
    #[error("the log: {0}")]
    Log(#[from] Failure),
    #[error("Kafka: {0}")]
    Kafka(#[from] KafkaError),
    #[error("another replica leads now")]
    Fenced,
    #[error(
        "everything up to position {checkpoint} counts as published, but the log ends at {end}: the database was restored \
         or replaced. Nothing is published before the checkpoint is set to what the topic holds"
    )]
    Ahead { checkpoint: i64, end: i64 },
}

pub(crate) async fn run(kafka: &Kafka, store: &Store, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        let Some(lease) = Lease::hold(store, NAME, stop).await else { return };
        if let Some(Err(error)) = lease.lost().run_until_cancelled(lead(kafka, store, &lease)).await {
            match error {
                // Waiting does not mend this.
                Interrupted::Ahead { .. } => tracing::error!(%error, service = store.service(), "nothing is published"),
                // The log keeps what could not be published; after a pause it goes on from the checkpoint.
                _ => tracing::warn!(%error, service = store.service(), "publishing is interrupted"),
            }
            telemetry::metrics::relay_blocked(store.service(), !matches!(error, Interrupted::Fenced));
        }
        drop(lease);
        let _ = stop.run_until_cancelled(sleep(PAUSE)).await;
    }
}

/// Publishes until something fails.
async fn lead(kafka: &Kafka, store: &Store, lease: &Lease) -> Result<(), Interrupted> {
    kafka.ensure_topics(store.service()).await?;
    let producer = kafka.producer()?;
    let mut changed = store.changed();
    let mut position = checkpoint(store, NAME).await?;
    let end = store.last_drawn().await?;
    if position > end {
        return Err(Interrupted::Ahead { checkpoint: position, end });
    }
    let topic = kafka.topic(store.service());
    let mut page = store.tail(position, IN_FLIGHT).await?;
    loop {
        let under_way = hand_over(&producer, &topic, store.service(), &page.events).await?;
        // The log is read on while Kafka writes.
        let next = page.more.then(|| tokio::spawn(read_on(store.clone(), page.until)));
        acknowledged(under_way).await?;
        if !page.events.is_empty() {
            kernel::crash::point("published");
        }
        telemetry::metrics::relay_blocked(store.service(), false);
        if page.until > position {
            position = page.until;
            if !save_checkpoint(store, NAME, position, lease.epoch).await? {
                producer.purge(rdkafka::producer::PurgeConfig::default().queue().inflight());
                return Err(Interrupted::Fenced);
            }
        }
        page = match next {
            Some(next) => next.await.map_err(|error| Failure::Database(error.to_string()))??,
            None => {
                let _ = timeout(POLL, changed.changed()).await;
                store.tail(position, IN_FLIGHT).await?
            }
        };
    }
}

async fn read_on(store: Store, after: i64) -> Result<Page, Failure> {
    store.tail(after, IN_FLIGHT).await
}

/// Hands everything to the producer, in order.
async fn hand_over(
    producer: &FutureProducer,
    topic: &str,
    service: &str,
    events: &[StoredEvent],
) -> Result<Vec<DeliveryFuture>, Interrupted> {
    let mut under_way = Vec::with_capacity(events.len());
    for event in events {
        under_way.push(send(producer, topic, &CloudEvent::of(service, event)).await?);
    }
    Ok(under_way)
}

/// Waits until all of it is acknowledged.
async fn acknowledged(under_way: Vec<DeliveryFuture>) -> Result<(), Interrupted> {
    for delivery in under_way {
        match delivery.await {
            Ok(Ok(_)) => {}
            Ok(Err((error, _))) => return Err(error.into()),
            Err(_) => return Err(KafkaError::Canceled.into()),
        }
    }
    Ok(())
}

async fn send(producer: &FutureProducer, topic: &str, event: &CloudEvent) -> Result<DeliveryFuture, Interrupted> {
    let value = event.data.to_string();
    loop {
        let record = FutureRecord::to(topic).key(&event.partitionkey).payload(&value).headers(event.to_headers());
        match producer.send_result(record) {
            Ok(delivery) => return Ok(delivery),
            Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), _)) => {
                sleep(Duration::from_millis(20)).await
            }
            Err((error, _)) => return Err(error.into()),
        }
    }
}
