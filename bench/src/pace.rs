//! Commands at a constant rate, and how long until others know of what they did.
//!
//! A command is due at its time whether or not the one before it has been answered, and its latency counts from then:
//! a server that stalls does not get fewer questions.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, Utc};
use futures_util::future::try_join_all;
use kernel::Clock;
use rdkafka::ClientConfig;
use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::message::Message;
use reqwest::Client;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until, timeout};
use uuid::Uuid;

use crate::say_percentiles;

/// Where commands go.
#[derive(Clone, Debug, clap::Args)]
pub struct Target {
    /// Address of a collection: `http://127.0.0.1:8082/v1/manufacturers`.
    #[arg(long)]
    pub url: String,
    #[arg(long)]
    pub token: String,
    #[arg(long, default_value_t = 500)]
    pub rate: u32,
    #[arg(long, default_value_t = 4)]
    pub seconds: u32,
    /// The member of the body that is another for each.
    #[arg(long, default_value = "name")]
    pub vary: String,
    /// The rest of the body.
    #[arg(long, default_value = "{}")]
    pub body: String,
}

/// A command that was answered: what it made, when it was due, when its answer came.
struct Made {
    id: Uuid,
    due: DateTime<Utc>,
    answered: DateTime<Utc>,
}

async fn commands(target: &Target) -> Result<Vec<Made>> {
    let (client, run) = (Client::new(), kernel::id::random());
    let body: Value = serde_json::from_str(&target.body)?;
    let (begun, clock) = (Instant::now(), Clock::system());
    let from = clock.now();
    let each = (0..target.rate * target.seconds).map(|n| {
        let (client, target, mut body, clock) = (client.clone(), target.clone(), body.clone(), clock.clone());
        body[&target.vary] = json!(format!("{run} {n}"));
        let after = Duration::from_secs_f64(f64::from(n) / f64::from(target.rate));
        tokio::spawn(async move {
            sleep_until(begun + after).await;
            let request = client.post(&target.url).bearer_auth(&target.token).json(&body);
            let answer = request.header("idempotency-key", format!("{run}-{n}")).send().await?;
            let status = answer.status();
            let made: Value = answer.json().await?;
            ensure!(status.as_u16() == 201, "{status}: {made}");
            let id = made["id"].as_str().context("an answer without an id")?.parse()?;
            Ok(Made { id, due: from + after, answered: clock.now() })
        })
    });
    try_join_all(each).await?.into_iter().collect()
}

fn ms(from: DateTime<Utc>, to: DateTime<Utc>) -> f64 {
    (to - from).num_microseconds().unwrap_or(i64::MAX) as f64 / 1e3
}

/// From a command's time to its event in the hands of a consumer of the topic.
pub async fn to_kafka(target: &Target, servers: &str, topic: &str) -> Result<()> {
    let consumer: StreamConsumer = ClientConfig::new()
        .set("bootstrap.servers", servers)
        .set("group.id", kernel::id::random().to_string())
        .set("auto.offset.reset", "latest")
        .set("fetch.wait.max.ms", "50")
        .create()?;
    consumer.subscribe(&[topic])?;
    // Until partitions are assigned, what is published is not seen.
    let _ = timeout(Duration::from_secs(4), consumer.recv()).await;
    let clock = Clock::system();
    let reader = tokio::spawn(async move {
        let mut seen: HashMap<Uuid, DateTime<Utc>> = HashMap::new();
        while let Ok(Ok(message)) = timeout(Duration::from_secs(5), consumer.recv()).await {
            if let Some(id) = message.key().and_then(|key| std::str::from_utf8(key).ok()?.parse().ok()) {
                seen.insert(id, clock.now());
            }
        }
        seen
    });
    let made = commands(target).await?;
    let seen = reader.await?;
    let delays: Vec<f64> = made.iter().filter_map(|made| Some(ms(made.due, *seen.get(&made.id)?))).collect();
    ensure!(delays.len() == made.len(), "{} of {} events came", delays.len(), made.len());
    say_percentiles("event", delays);
    say_percentiles("answer", made.iter().map(|made| ms(made.due, made.answered)).collect());
    Ok(())
}

/// From a command's time to the commit of its effect in another service's database, which must keep commit times.
pub async fn to_effect(target: &Target, database: &str, query: &str) -> Result<()> {
    use event_store::{Database, statement};
    use sea_orm::ConnectionTrait;
    let made = commands(target).await?;
    let database = Database::connect(database, 1).await?;
    let mut effects: HashMap<Uuid, DateTime<Utc>> = HashMap::new();
    for _ in 0..100 {
        let rows = database.reader.query_all_raw(statement(database.backend(), query, [])).await?;
        effects = rows.iter().map(|row| Ok((row.try_get("", "id")?, row.try_get("", "at")?))).collect::<Result<_>>()?;
        if made.iter().all(|made| effects.contains_key(&made.id)) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let delays: Vec<f64> = made.iter().filter_map(|made| Some(ms(made.due, *effects.get(&made.id)?))).collect();
    ensure!(delays.len() == made.len(), "{} of {} effects came", delays.len(), made.len());
    say_percentiles("effect", delays);
    Ok(())
}
