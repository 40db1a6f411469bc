//! The workload of `bench append` and `bench replay` on cqrs-es with postgres-es: a thing with one registration and then
//! moves, about 500 bytes of JSON an event.
//!
//! `postgres-es URL WRITERS THINGS COMMANDS MODE` prints commands a second; with the mode `with view` the library's own
//! view is kept too. `postgres-es URL replay` prints events a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::{GenericQuery, QueryReplay};
use cqrs_es::{Aggregate, DomainEvent, EventEnvelope, Query, View};
use postgres_es::{PostgresEventRepository, PostgresViewRepository, postgres_cqrs};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Body {
    name: String,
    site: String,
    at: u64,
    note: String,
}

fn body(n: u64) -> Body {
    let note = "abcdefghij".repeat(40);
    Body { name: format!("Laptop {n}"), site: format!("Room {}", n % 97), at: 1_700_000_000 + n, note }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Event {
    Registered(Body),
    Moved(Body),
}

impl DomainEvent for Event {
    fn event_type(&self) -> String {
        match self {
            Self::Registered(_) => "registered".into(),
            Self::Moved(_) => "moved".into(),
        }
    }

    fn event_version(&self) -> String {
        "1.0".into()
    }
}

struct Command(u64);

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Asset {
    body: Body,
    moves: u64,
}

#[derive(Debug)]
struct Refused;

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused")
    }
}

impl std::error::Error for Refused {}

impl Aggregate for Asset {
    const TYPE: &'static str = "asset";
    type Command = Command;
    type Event = Event;
    type Error = Refused;
    type Services = ();

    async fn handle(&mut self, command: Command, _: &(), sink: &EventSink<Self>) -> Result<(), Refused> {
        if (command.0 == 0) != self.body.name.is_empty() {
            return Err(Refused);
        }
        let event = if command.0 == 0 { Event::Registered(body(0)) } else { Event::Moved(body(command.0)) };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Registered(body) => self.body = body,
            Event::Moved(body) => {
                self.body = body;
                self.moves += 1;
            }
        }
    }
}

impl View<Asset> for Asset {
    fn update(&mut self, event: &EventEnvelope<Asset>) {
        self.apply(event.payload.clone());
    }
}

struct Count(Arc<AtomicU64>);

#[async_trait]
impl Query<Asset> for Count {
    async fn dispatch(&self, _: &str, events: &[EventEnvelope<Asset>]) {
        self.0.fetch_add(events.len() as u64, Ordering::Relaxed);
    }
}

const SCHEMA: [&str; 3] = [
    "CREATE TABLE IF NOT EXISTS events (aggregate_type text NOT NULL, aggregate_id text NOT NULL,
        sequence bigint CHECK (sequence >= 0) NOT NULL, event_type text NOT NULL, event_version text NOT NULL,
        payload json NOT NULL, metadata json NOT NULL, PRIMARY KEY (aggregate_type, aggregate_id, sequence))",
    "CREATE TABLE IF NOT EXISTS snapshots (aggregate_type text NOT NULL, aggregate_id text NOT NULL,
        last_sequence bigint NOT NULL, current_snapshot bigint NOT NULL, payload json NOT NULL,
        PRIMARY KEY (aggregate_type, aggregate_id, last_sequence))",
    "CREATE TABLE IF NOT EXISTS asset_view (view_id text PRIMARY KEY, version bigint NOT NULL, payload json NOT NULL)",
];

async fn pool(url: &str, connections: u32) -> PgPool {
    let patience = Duration::from_secs(60);
    let pool = PgPoolOptions::new().max_connections(connections).acquire_timeout(patience).connect(url).await;
    let pool = pool.expect("PostgreSQL answers");
    for sql in SCHEMA {
        sqlx::query(sql).execute(&pool).await.expect("the table is made");
    }
    pool
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize| arguments[place].parse::<u64>().expect("a number");
    match arguments.get(1).map(String::as_str) {
        Some("replay") => replay(&arguments[0]).await,
        _ => append(&arguments[0], number(1), number(2), number(3), arguments[4] == "with view").await,
    }
}

async fn append(url: &str, writers: u64, things: u64, commands: u64, with_view: bool) {
    let pool = pool(url, writers as u32).await;
    let mut queries: Vec<Box<dyn Query<Asset>>> = vec![];
    if with_view {
        let views = PostgresViewRepository::<Asset, Asset>::new("asset_view", pool.clone());
        let mut query = GenericQuery::new(Arc::new(views));
        query.use_error_handler(Box::new(|error| panic!("view: {error}")));
        queries.push(Box::new(query));
    }
    let framework = Arc::new(postgres_cqrs(pool.clone(), queries, ()));
    let begun = Instant::now();
    let each: Vec<_> = (0..writers)
        .map(|writer| {
            let framework = framework.clone();
            tokio::spawn(async move {
                for _ in (writer..things).step_by(writers as usize) {
                    let id = uuid::Uuid::new_v4().to_string();
                    for n in 0..commands {
                        framework.execute(&id, Command(n)).await.expect("the command is carried out");
                    }
                }
            })
        })
        .collect();
    for writer in each {
        writer.await.expect("the writer ends well");
    }
    let took = begun.elapsed().as_secs_f64();
    let stored: i64 = sqlx::query_scalar("SELECT count(*) FROM events").fetch_one(&pool).await.expect("a count");
    assert_eq!(stored as u64, things * commands, "what was answered is stored");
    println!("commands_per_s {:.1}", stored as f64 / took);
}

async fn replay(url: &str) {
    let pool = pool(url, 4).await;
    let seen = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let events = PostgresEventRepository::new(pool);
    QueryReplay::new(events, Count(seen.clone())).replay_all().await.expect("the log is read");
    println!("events_per_s {:.1}", seen.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64());
}
