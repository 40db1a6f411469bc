//! Records on our topics that no service can make anything of.

use std::time::Duration;

use kernel::id::Id;
use messaging::dead_letters::{self, Operator};
use messaging::parked::{self, Content};
use rdkafka::ClientConfig;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord};
use testkit::eventually;

use crate::lamp::LampId;
use crate::suite::{Stage, in_order, on_each};

/// Puts a record on the lamps' topic behind the platform's back.
async fn put(stage: &Stage, key: LampId, headers: OwnedHeaders, value: &[u8]) {
    let servers = testkit::environment("DARBAZI_TEST_KAFKA").expect("a broker");
    let producer: FutureProducer =
        ClientConfig::new().set("bootstrap.servers", servers).set("partitioner", "murmur2_random").create().unwrap();
    let (topic, key) = (format!("{}.lamps.v1", stage.prefix), key.to_string());
    let record = FutureRecord::to(&topic).key(&key).payload(value).headers(headers);
    producer.send(record, Duration::from_secs(10)).await.unwrap();
}

async fn parked(stage: &Stage, count: usize) -> Vec<parked::Parked> {
    eventually(&format!("{count} parked"), async || {
        let parked = parked::list(&stage.counter).await.unwrap();
        (parked.len() == count).then_some(parked)
    })
    .await
}

#[tokio::test]
async fn a_record_that_nobody_can_read_parks_its_key_alone_until_somebody_decides() {
    on_each(async |stage| {
        if stage.is_in_process() {
            return;
        }
        let (poisoned, sound) = (stage.light().await, stage.light().await);
        stage.heard_all(poisoned, 1).await;
        put(stage, poisoned, OwnedHeaders::new(), b"\xff\xfe no event").await;
        let unreadable = parked(stage, 1).await.remove(0);
        assert!(matches!(unreadable.content, Content::Record(_)), "{unreadable:?}");
        for _ in 0..2 {
            stage.switch(poisoned).await;
            stage.switch(sound).await;
        }
        assert_eq!(stage.heard_all(sound, 3).await, in_order(3));
        let behind = parked(stage, 3).await;
        assert_eq!(stage.heard(poisoned).await, in_order(1));
        let key = poisoned.uuid().to_string();
        let again = parked::retry(&stage.counter, &stage.reactions(), &key).await.unwrap();
        assert_eq!(again, 0, "it is no more readable than it was");
        let operator = Operator { name: "tamar".into(), reason: Some("not ours".into()) };
        assert!(dead_letters::skip(&stage.counter, unreadable.id, &operator).await.unwrap());
        assert!(behind.iter().all(|one| one.key == key));
        assert_eq!(parked::retry(&stage.counter, &stage.reactions(), &key).await.unwrap(), 2);
        assert_eq!(stage.heard(poisoned).await, in_order(3));
        stage.switch(poisoned).await;
        assert_eq!(stage.heard_all(poisoned, 4).await, in_order(4));
    })
    .await;
}

#[tokio::test]
async fn an_event_of_a_version_to_come_waits_for_the_release_that_knows_it() {
    on_each(async |stage| {
        if stage.is_in_process() {
            return;
        }
        let lamp = stage.light().await;
        stage.heard_all(lamp, 1).await;
        let id = kernel::id::random().to_string();
        let subject = lamp.to_string();
        let attributes = [
            ("specversion", "1.0"),
            ("id", &id),
            ("source", "/darbazi/lamps"),
            ("type", "darbazi.lamps.lamp.switched.v2"),
            ("subject", &subject),
            ("time", "2026-03-02T05:00:00Z"),
            ("partitionkey", &subject),
            ("sequence", "00000000000000000002"),
            ("position", "2"),
            ("number", "LMP-000001"),
            ("actorid", "00000000-0000-0000-0000-000000000000"),
            ("actorname", "test"),
        ];
        let headers = attributes.iter().fold(OwnedHeaders::new(), |headers, (name, value)| {
            headers.insert(Header { key: &format!("ce_{name}"), value: Some(*value) })
        });
        let headers = headers.insert(Header { key: "content-type", value: Some("application/json") });
        put(stage, lamp, headers, b"{}").await;
        let newer = parked(stage, 1).await.remove(0);
        assert!(newer.error.contains("newer than what is known here"), "{}", newer.error);
        let key = lamp.uuid().to_string();
        let again = parked::retry(&stage.counter, &stage.reactions(), &key).await.unwrap();
        assert_eq!((again, stage.heard(lamp).await), (0, in_order(1)));
    })
    .await;
}
