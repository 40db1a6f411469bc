//! A look at Kafka from outside: how far consumer groups are, what the newest records of a topic are, and moving a group
//! that nobody is a member of.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::{Message, Offset, TopicPartitionList};
use thiserror::Error;

use crate::cloud_event::CloudEvent;
use crate::kafka::Kafka;

/// How long one question to Kafka may take, and all that a look asks.
const PATIENCE: Duration = Duration::from_secs(2);
const WHOLE_LOOK: Duration = Duration::from_secs(8);

/// Topics and groups of a platform.
#[derive(Clone)]
pub struct Topics(Arc<Kafka>);

/// Where a group stands in one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub partition: i32,
    /// The oldest record that is kept, and the one that will come next.
    pub low: i64,
    pub high: i64,
    /// What the group reads next; `None` when it never read here.
    pub committed: Option<i64>,
}

impl Place {
    /// Records that the group has not read yet.
    pub fn behind(&self) -> i64 {
        (self.high - self.committed.unwrap_or(self.low).max(self.low)).max(0)
    }

    /// The group has read what is not there: the topic was made anew.
    pub fn is_ahead(&self) -> bool {
        self.committed.is_some_and(|committed| committed > self.high)
    }
}

/// A record as it is on a topic.
#[derive(Clone, Debug)]
pub struct Newest {
    pub partition: i32,
    pub offset: i64,
    /// What is wrong with it when it is no event.
    pub event: Result<CloudEvent, String>,
}

/// How a group was moved in one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    pub partition: i32,
    pub from: Option<i64>,
    pub to: i64,
}

#[derive(Debug, Error)]
pub enum NotMoved {
    #[error(
        "the group {group} has live members ({members}): Kafka moves only a group that nobody reads in. \
         Stop every replica of the service, and wait up to 45 s if one was killed"
    )]
    Live { group: String, members: String },
    #[error("Kafka: {0}")]
    Kafka(#[from] KafkaError),
}

impl Topics {
    pub fn new(servers: &str, prefix: &str) -> Self {
        Self(Arc::new(Kafka::new(servers, prefix, 1)))
    }

    /// Where `service`'s events are published.
    pub fn name(&self, service: &str) -> String {
        self.0.topic(service)
    }

    pub fn group(&self, service: &str) -> String {
        self.0.group(service)
    }

    pub async fn is_reachable(&self) -> bool {
        self.0.is_reachable().await
    }

    /// Where the service's group stands in the producer's topic; empty when the topic is not there.
    pub async fn places(&self, service: &'static str, producer: &'static str) -> Result<Vec<Place>, KafkaError> {
        let topics = self.clone();
        blocking(move || topics.look(service, producer).map(|(_, places)| places)).await
    }

    /// The newest records of each partition of the service's topic.
    pub async fn newest(&self, service: &'static str, of_each: i64) -> Result<Vec<Newest>, KafkaError> {
        let topics = self.clone();
        blocking(move || topics.read_newest(service, of_each)).await
    }

    /// Makes the service's group read the producer's topic again, from the first record at or after `since`, else from the
    /// oldest that is kept. With `dry_run` nothing moves.
    pub async fn rewind(
        &self,
        service: &'static str,
        producer: &'static str,
        since: Option<DateTime<Utc>>,
        dry_run: bool,
    ) -> Result<Vec<Move>, NotMoved> {
        let topics = self.clone();
        let moving = move || topics.rewind_blocking(service, producer, since, dry_run);
        tokio::task::spawn_blocking(moving).await.unwrap_or_else(|_| Err(KafkaError::Canceled.into()))
    }

    fn consumer(&self, service: &str) -> Result<BaseConsumer, KafkaError> {
        self.0
            .config()
            .set("group.id", self.group(service))
            .set("enable.auto.commit", "false")
            .set("auto.offset.reset", "earliest")
            .set("allow.auto.create.topics", "false")
            .create()
    }

    fn look(&self, service: &str, producer: &str) -> Result<(BaseConsumer, Vec<Place>), KafkaError> {
        let (consumer, topic, until) = (self.consumer(service)?, self.name(producer), Instant::now() + WHOLE_LOOK);
        let partitions = partitions(&consumer, &topic)?;
        let mut asked = TopicPartitionList::new();
        for partition in &partitions {
            asked.add_partition(&topic, *partition);
        }
        if partitions.is_empty() {
            return Ok((consumer, vec![]));
        }
        let committed = consumer.committed_offsets(asked, PATIENCE)?;
        let mut places = vec![];
        for partition in partitions {
            in_time(until)?;
            let (low, high) = consumer.fetch_watermarks(&topic, partition, PATIENCE)?;
            let committed = match committed.find_partition(&topic, partition).map(|element| element.offset()) {
                Some(Offset::Offset(offset)) => Some(offset),
                _ => None,
            };
            places.push(Place { partition, low, high, committed });
        }
        Ok((consumer, places))
    }

    fn read_newest(&self, service: &str, of_each: i64) -> Result<Vec<Newest>, KafkaError> {
        let (consumer, places) = self.look(service, service)?;
        let (topic, mut wanted, mut list) = (self.name(service), 0, TopicPartitionList::new());
        for place in places.iter().filter(|place| place.high > place.low) {
            let from = place.low.max(place.high - of_each);
            list.add_partition_offset(&topic, place.partition, Offset::Offset(from))?;
            wanted += place.high - from;
        }
        consumer.assign(&list)?;
        let (mut newest, until) = (vec![], Instant::now() + WHOLE_LOOK / 2);
        while (newest.len() as i64) < wanted && Instant::now() < until {
            let Some(record) = consumer.poll(Duration::from_millis(100)) else { continue };
            let record = record?;
            newest.push(Newest {
                partition: record.partition(),
                offset: record.offset(),
                event: CloudEvent::read(record.headers(), record.payload().unwrap_or_default()),
            });
        }
        Ok(newest)
    }

    fn rewind_blocking(
        &self,
        service: &str,
        producer: &str,
        since: Option<DateTime<Utc>>,
        dry_run: bool,
    ) -> Result<Vec<Move>, NotMoved> {
        let (consumer, places) = self.look(service, producer)?;
        self.refuse_live(&consumer, service, dry_run)?;
        let topic = self.name(producer);
        let mut moves: Vec<Move> = places
            .iter()
            .map(|place| Move { partition: place.partition, from: place.committed, to: place.low })
            .collect();
        if let Some(since) = since {
            let mut times = TopicPartitionList::new();
            for place in &places {
                times.add_partition_offset(&topic, place.partition, Offset::Offset(since.timestamp_millis()))?;
            }
            let found = consumer.offsets_for_times(times, PATIENCE)?;
            for (step, place) in moves.iter_mut().zip(&places) {
                step.to = match found.find_partition(&topic, place.partition).map(|element| element.offset()) {
                    Some(Offset::Offset(offset)) => offset,
                    _ => place.high,
                };
            }
        }
        if !dry_run && !moves.is_empty() {
            let mut list = TopicPartitionList::new();
            for step in &moves {
                list.add_partition_offset(&topic, step.partition, Offset::Offset(step.to))?;
            }
            consumer.commit(&list, CommitMode::Sync).map_err(|error| self.refused(service, error))?;
        }
        Ok(moves)
    }

    fn refuse_live(&self, consumer: &BaseConsumer, service: &str, dry_run: bool) -> Result<(), NotMoved> {
        let group = self.group(service);
        let groups = consumer.fetch_group_list(Some(&group), PATIENCE)?;
        let members = groups.groups().iter().flat_map(|group| group.members());
        let members: Vec<String> =
            members.map(|member| format!("{} at {}", member.client_id(), member.client_host())).collect();
        if members.is_empty() || dry_run {
            return Ok(());
        }
        Err(NotMoved::Live { group, members: members.join(", ") })
    }

    /// A member that joined since it was looked at.
    fn refused(&self, service: &str, error: KafkaError) -> NotMoved {
        use RDKafkaErrorCode::{IllegalGeneration, RebalanceInProgress, UnknownMemberId};
        match error.rdkafka_error_code() {
            Some(code @ (IllegalGeneration | RebalanceInProgress | UnknownMemberId)) => {
                NotMoved::Live { group: self.group(service), members: code.to_string() }
            }
            _ => error.into(),
        }
    }
}

fn partitions(consumer: &BaseConsumer, topic: &str) -> Result<Vec<i32>, KafkaError> {
    let metadata = consumer.fetch_metadata(Some(topic), PATIENCE)?;
    let found = metadata.topics().iter().filter(|found| found.name() == topic && found.error().is_none());
    let mut partitions: Vec<i32> = found.flat_map(|topic| topic.partitions()).map(|partition| partition.id()).collect();
    partitions.sort_unstable();
    Ok(partitions)
}

fn in_time(until: Instant) -> Result<(), KafkaError> {
    if Instant::now() < until { Ok(()) } else { Err(KafkaError::MetadataFetch(RDKafkaErrorCode::OperationTimedOut)) }
}

async fn blocking<T: Send + 'static>(
    look: impl FnOnce() -> Result<T, KafkaError> + Send + 'static,
) -> Result<T, KafkaError> {
    tokio::task::spawn_blocking(look).await.unwrap_or(Err(KafkaError::Canceled))
}
