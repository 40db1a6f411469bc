//! What lies on the topics, and how far its readers are.

use std::time::Duration;

use messaging::CloudEvent;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{Header, Message, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

const PARTITIONS: i32 = 12;
/// Who signs the events that a test puts on a topic behind the platform's back.
pub const STRANGER: &str = "stranger";
const PATIENCE: Duration = Duration::from_secs(20);

fn consumer(servers: &str, group: &str) -> BaseConsumer {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", servers).set("group.id", group).set("enable.auto.commit", "false");
    config.create().expect("a consumer")
}

/// Every event of a topic, partition by partition in their order; what is no event is left out.
pub fn events(servers: &str, topic: &str) -> Vec<CloudEvent> {
    let consumer = consumer(servers, "faults-reader");
    let (mut list, mut left) = (TopicPartitionList::new(), 0);
    for partition in 0..PARTITIONS {
        let (low, high) = consumer.fetch_watermarks(topic, partition, PATIENCE).expect("watermarks");
        left += high - low;
        list.add_partition_offset(topic, partition, Offset::Beginning).expect("an offset");
    }
    consumer.assign(&list).expect("an assignment");
    let mut found = vec![vec![]; PARTITIONS as usize];
    while left > 0 {
        let message = consumer.poll(PATIENCE).expect("what is on the topic").expect("a record");
        left -= 1;
        if let Ok(event) = CloudEvent::read(message.headers(), message.payload().unwrap_or_default()) {
            found[message.partition() as usize].push(event);
        }
    }
    found.into_iter().flatten().collect()
}

/// Sets a group without members back to the beginning of these topics.
pub fn rewind(servers: &str, group: &str, topics: &[String]) {
    let consumer = consumer(servers, group);
    let mut list = TopicPartitionList::new();
    for topic in topics {
        for partition in 0..PARTITIONS {
            let (low, _) = consumer.fetch_watermarks(topic, partition, PATIENCE).expect("watermarks");
            list.add_partition_offset(topic, partition, Offset::Offset(low)).expect("an offset");
        }
    }
    consumer.commit(&list, rdkafka::consumer::CommitMode::Sync).expect("a group without members");
}

/// Puts a record on a topic behind the platform's back.
pub async fn put(servers: &str, topic: &str, key: &str, headers: &[(&str, &str)], value: &[u8]) {
    let mut config = ClientConfig::new();
    let producer: FutureProducer =
        config.set("bootstrap.servers", servers).set("partitioner", "murmur2_random").create().expect("a producer");
    let headers = headers
        .iter()
        .fold(OwnedHeaders::new(), |headers, (key, value)| headers.insert(Header { key, value: Some(*value) }));
    let record = FutureRecord::to(topic).key(key).payload(value).headers(headers);
    producer.send(record, PATIENCE).await.expect("a record on the topic");
}

/// How many records of these topics a group has not committed yet.
pub fn behind(servers: &str, group: &str, topics: &[String]) -> i64 {
    let consumer = consumer(servers, group);
    let mut list = TopicPartitionList::new();
    for topic in topics {
        for partition in 0..PARTITIONS {
            list.add_partition(topic, partition);
        }
    }
    let committed = consumer.committed_offsets(list, PATIENCE).expect("committed offsets");
    let behind = |topic: &str, partition: i32, offset: Offset| {
        let (low, high) = consumer.fetch_watermarks(topic, partition, PATIENCE).expect("watermarks");
        match offset {
            Offset::Offset(offset) => high - offset,
            _ => high - low,
        }
    };
    committed.elements().iter().map(|one| behind(one.topic(), one.partition(), one.offset())).sum()
}
