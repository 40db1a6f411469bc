//! Apache Kafka: topics, the producer, the consumer.

use std::collections::BTreeSet;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::{ClientContext, DefaultClientContext};
use rdkafka::consumer::{CommitMode, Consumer, ConsumerContext, StreamConsumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Header, Message};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::statistics::Statistics;
use tokio::sync::OnceCell;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::cloud_event::CloudEvent;
use crate::record::Record;
use crate::subscriptions::Subscriptions;

/// Fixed for good: changing it would change which partition a key belongs to.
const PARTITIONS: i32 = 12;
const PAUSE: Duration = Duration::from_secs(1);

pub struct Kafka {
    servers: String,
    /// What topics and groups begin with.
    prefix: String,
    replication: i32,
    /// For dead letters; the relay has a producer of its own.
    producer: OnceCell<FutureProducer>,
}

impl Kafka {
    pub fn new(servers: &str, prefix: &str, replication: i32) -> Self {
        Self { servers: servers.to_owned(), prefix: prefix.to_owned(), replication, producer: OnceCell::new() }
    }

    /// Where a service's events are published.
    pub fn topic(&self, service: &str) -> String {
        format!("{}.{service}.v1", self.prefix)
    }

    fn dead_letters(&self, service: &str) -> String {
        format!("{}.dlq", self.topic(service))
    }

    /// The consumer group of a service.
    pub fn group(&self, service: &str) -> String {
        format!("{}.{service}", self.prefix)
    }

    pub(crate) fn config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.servers).set("client.id", "darbazi");
        config
    }

    /// A producer that keeps the order of what it is given and gives up on nothing.
    pub fn producer(&self) -> Result<FutureProducer, KafkaError> {
        self.config()
            .set("enable.idempotence", "true")
            // A record that timed out would be a hole in the middle of its key.
            .set("message.timeout.ms", "0")
            .set("partitioner", "murmur2_random")
            .set("compression.type", "lz4")
            .set("linger.ms", "5")
            .set("queue.buffering.max.messages", "20000")
            .create()
    }

    pub async fn is_reachable(&self) -> bool {
        let config = self.config();
        let asked = tokio::task::spawn_blocking(move || {
            let client: AdminClient<DefaultClientContext> = config.create()?;
            client.inner().fetch_metadata(None, Duration::from_secs(2)).map(drop)
        });
        matches!(asked.await, Ok(Ok(())))
    }

    /// Makes the service's topics where they are not there yet.
    pub async fn ensure_topics(&self, service: &str) -> Result<(), KafkaError> {
        let admin: AdminClient<DefaultClientContext> = self.config().create()?;
        let names = [self.topic(service), self.dead_letters(service)];
        let topics =
            names.each_ref().map(|name| NewTopic::new(name, PARTITIONS, TopicReplication::Fixed(self.replication)));
        let options = AdminOptions::new()
            .operation_timeout(Some(Duration::from_secs(10)))
            .request_timeout(Some(Duration::from_secs(10)));
        for outcome in admin.create_topics(&topics, &options).await? {
            match outcome {
                Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
                Err((_, code)) => return Err(KafkaError::AdminOp(code)),
            }
        }
        Ok(())
    }

    /// Waits a little at most: whoever parks an event must not wait for a broker that is away.
    pub async fn dead_letter(&self, service: &str, event: &CloudEvent, error: &str) {
        match timeout(Duration::from_secs(5), self.send_dead_letter(service, event, error)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, service, "the dead letter is only in the table"),
            Err(_) => tracing::warn!(service, "the dead letter is only in the table: Kafka does not answer"),
        }
    }

    async fn send_dead_letter(&self, service: &str, event: &CloudEvent, error: &str) -> Result<(), KafkaError> {
        self.ensure_topics(service).await?;
        let producer = self.producer.get_or_try_init(async || self.producer()).await?;
        let (topic, value) = (self.dead_letters(service), event.data.to_string());
        let headers = event.to_headers().insert(Header { key: "error", value: Some(error) });
        let record = FutureRecord::to(&topic).key(&event.partitionkey).payload(&value).headers(headers);
        producer.send(record, Duration::from_secs(1)).await.map(drop).map_err(|(error, _)| error)
    }

    fn consumer(&self, service: &'static str, group: &str) -> Result<StreamConsumer<Lag>, KafkaError> {
        self.config()
            .set("statistics.interval.ms", "5000")
            .set("group.id", group)
            // The partitions of a process that was killed wait this long for another one.
            .set("session.timeout.ms", "10000")
            .set("heartbeat.interval.ms", "2000")
            .set("auto.offset.reset", "earliest")
            .set("enable.auto.commit", "true")
            .set("auto.commit.interval.ms", "1000")
            // Offsets are stored once the effect is kept, never before.
            .set("enable.auto.offset.store", "false")
            .set("topic.metadata.refresh.interval.ms", "5000")
            .set("allow.auto.create.topics", "false")
            .create_with_context(Lag { service })
    }
}

/// Tells how far a consumer is behind, topic by topic, whenever the client library counts.
struct Lag {
    service: &'static str,
}

impl ClientContext for Lag {
    fn stats(&self, statistics: Statistics) {
        for (topic, counted) in statistics.topics {
            // -1 stands for a partition that is not this consumer's.
            let behind: i64 = counted.partitions.values().map(|partition| partition.consumer_lag.max(0)).sum();
            telemetry::metrics::consumer_lag(self.service, &topic, behind.unsigned_abs());
        }
    }
}

impl ConsumerContext for Lag {}

/// Reads the producers' topics until told to stop; a consumer that breaks is replaced.
pub(crate) async fn consume(
    subscriptions: Subscriptions,
    kafka: &Kafka,
    producers: BTreeSet<&'static str>,
    stop: CancellationToken,
) {
    let group = kafka.group(subscriptions.store.service());
    for producer in &producers {
        // A topic that appears after the subscription would only be found at the next refresh.
        while let Err(error) = kafka.ensure_topics(producer).await {
            tracing::warn!(%error, producer, "Kafka is not there yet");
            if stop.run_until_cancelled(sleep(PAUSE)).await.is_none() {
                return;
            }
        }
    }
    let topics: Vec<String> = producers.iter().map(|producer| kafka.topic(producer)).collect();
    while !stop.is_cancelled() {
        if let Err(error) = follow(&subscriptions, kafka, &group, &topics, &stop).await {
            tracing::warn!(%error, group, "the consumer is made anew");
            let _ = stop.run_until_cancelled(sleep(PAUSE)).await;
        }
    }
}

async fn follow(
    subscriptions: &Subscriptions,
    kafka: &Kafka,
    group: &str,
    topics: &[String],
    stop: &CancellationToken,
) -> Result<(), KafkaError> {
    let consumer = kafka.consumer(subscriptions.store.service(), group)?;
    consumer.subscribe(&topics.iter().map(String::as_str).collect::<Vec<_>>())?;
    loop {
        let Some(message) = stop.run_until_cancelled(consumer.recv()).await else { break };
        let message = match message {
            Ok(message) => message,
            Err(KafkaError::MessageConsumption(code)) if is_passing(code) => continue,
            Err(error) => return Err(error),
        };
        if receive(subscriptions, &message, stop).await.is_none() {
            break;
        }
        consumer.store_offset_from_message(&message)?;
    }
    // What was stored is committed now, so that a successor begins just there.
    match consumer.commit_consumer_state(CommitMode::Sync) {
        Ok(()) | Err(KafkaError::ConsumerCommit(RDKafkaErrorCode::NoOffset)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Connections that come and go mend by themselves.
fn is_passing(code: RDKafkaErrorCode) -> bool {
    matches!(
        code,
        RDKafkaErrorCode::AllBrokersDown
            | RDKafkaErrorCode::BrokerTransportFailure
            | RDKafkaErrorCode::OperationTimedOut
            | RDKafkaErrorCode::UnknownTopicOrPartition
            | RDKafkaErrorCode::UnknownTopic
    )
}

async fn receive(subscriptions: &Subscriptions, message: &BorrowedMessage<'_>, stop: &CancellationToken) -> Option<()> {
    match CloudEvent::read(message.headers(), message.payload().unwrap_or_default()) {
        Ok(event) => subscriptions.handle(&event, stop).await,
        Err(error) => subscriptions.set_aside(&Record::of(message), &error, stop).await,
    }
}
