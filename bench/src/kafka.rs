//! The relay beside a producer that has nothing else to do.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use event_store::statement;
use futures_util::future::try_join_all;
use messaging::{Broker, CloudEvent};
use rdkafka::ClientConfig;
use rdkafka::producer::{FutureProducer, FutureRecord};
use sea_orm::ConnectionTrait;
use tokio_util::sync::CancellationToken;

use crate::asset::{AssetCommand, Body};
use crate::{log, say};

/// Publishes the whole log under a prefix of its own.
pub async fn relay(url: &str, servers: &str, prefix: &str) -> Result<()> {
    let store = log::open(url).await?;
    let database = store.database().clone();
    let (backend, stop) = (database.backend(), CancellationToken::new());
    let forget = "DELETE FROM checkpoints; DELETE FROM leases";
    database.writer.execute_unprepared(forget).await?;
    let (horizon, begun) = (store.horizon().await?, Instant::now());
    let relay = tokio::spawn(Broker::kafka(servers, prefix, 1).relay(store, stop.clone()));
    loop {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let select = statement(backend, "SELECT position FROM checkpoints WHERE name = $1", ["relay".into()]);
        let row = database.reader.query_one_raw(select).await?;
        let reached: i64 = row.map(|row| row.try_get("", "position")).transpose()?.unwrap_or(0);
        if reached >= horizon {
            break;
        }
        anyhow::ensure!(begun.elapsed() < Duration::from_secs(120), "the relay is at {reached} of {horizon}");
    }
    say("events_per_s", horizon as f64 / begun.elapsed().as_secs_f64());
    stop.cancel();
    Ok(relay.await?)
}

/// So many records of the same size, acknowledged by all replicas, in order.
pub async fn produce(servers: &str, topic: &str, records: u64) -> Result<()> {
    let producer: FutureProducer = ClientConfig::new()
        .set("bootstrap.servers", servers)
        .set("enable.idempotence", "true")
        .set("compression.type", "lz4")
        .set("linger.ms", "5")
        .set("queue.buffering.max.messages", "1000000")
        .create()?;
    create(servers, topic).await?;
    let AssetCommand::Register(body) = AssetCommand::Register(Body::numbered(0)) else { unreachable!() };
    let payload = serde_json::to_string(&body)?;
    let headers = event(&payload)?.to_headers();
    let keys: Vec<String> = (0..1_000).map(|_| kernel::id::random().to_string()).collect();
    let begun = Instant::now();
    let mut under_way = Vec::with_capacity(records as usize);
    for n in 0..records {
        let key = &keys[(n % 1_000) as usize];
        let record = FutureRecord::to(topic).key(key).payload(&payload).headers(headers.clone());
        under_way.push(producer.send_result(record).map_err(|(error, _)| error)?);
    }
    for outcome in try_join_all(under_way).await? {
        outcome.map_err(|(error, _)| error)?;
    }
    say("events_per_s", records as f64 / begun.elapsed().as_secs_f64());
    Ok(())
}

/// What the relay would make of it: its records have these headers.
fn event(data: &str) -> Result<CloudEvent> {
    let id = kernel::id::random();
    Ok(serde_json::from_value(serde_json::json!({
        "specversion": "1.0", "id": id, "source": "/darbazi/bench", "type": "darbazi.bench.asset.registered.v1",
        "subject": id, "time": "2026-03-02T05:00:00Z", "datacontenttype": "application/json", "partitionkey": id,
        "sequence": "00000000000000000001", "position": 1, "number": "AST-000001",
        "actorid": id, "actorname": "bench", "data": serde_json::from_str::<serde_json::Value>(data)?,
    }))?)
}

async fn create(servers: &str, topic: &str) -> Result<()> {
    use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
    use rdkafka::client::DefaultClientContext;
    let admin: AdminClient<DefaultClientContext> = ClientConfig::new().set("bootstrap.servers", servers).create()?;
    let topics = [NewTopic::new(topic, 12, TopicReplication::Fixed(1))];
    let created = admin.create_topics(&topics, &AdminOptions::new()).await?;
    let outcome = created.into_iter().next().context("no answer about the topic")?;
    outcome.map(drop).map_err(|(name, code)| anyhow::anyhow!("{name}: {code}"))
}
