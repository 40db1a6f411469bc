//! Proves the outcome: what the clients were told against the event tables, the topics and the read models.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use event_store::{Store, StoredEvent, statement};
use kernel::Clock;
use sea_orm::{ConnectionTrait, FromQueryResult, JsonValue};
use serde_json::Value;
use service::Service;
use uuid::Uuid;

use crate::load::{Entry, Told};
use crate::stage::Stage;
use crate::topic;

/// What was looked at and found right.
#[derive(Debug, Default)]
pub struct Proven {
    pub acknowledged: usize,
    pub refused: usize,
    pub unknown: usize,
    pub events: usize,
    /// Things done in one service because of an event of another, and timers that fired.
    pub effects: usize,
    /// How long it took until nothing was left to do.
    pub quiet_after: Duration,
}

impl fmt::Display for Proven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { acknowledged, refused, unknown, events, effects, .. } = self;
        write!(
            f,
            "{acknowledged} commands acknowledged, {refused} refused, {unknown} unknown; {events} events, {effects} effects"
        )
    }
}

/// The log of a service, with all its events.
pub struct Log {
    pub service: &'static str,
    pub store: Store,
    pub events: Vec<StoredEvent>,
}

/// Everything that must hold once it is quiet again.
pub async fn everything(stage: &Stage<'_>, ledger: &[Entry]) -> Proven {
    let quiet_after = quiet(stage).await;
    let logs = logs(stage).await;
    let mut proven = answers(&logs, ledger);
    proven.quiet_after = quiet_after;
    proven.events = logs.iter().map(|log| log.events.len()).sum();
    proven.effects = effects(&logs) + timers(&logs);
    for log in &logs {
        chain(log).await;
        nothing_parked(log).await;
        if !stage.is_embedded() {
            published(stage, log);
            no_open_transaction(&log.store).await;
        }
    }
    directories(&logs).await;
    read_models(stage, &logs).await;
    proven
}

pub async fn logs(stage: &Stage<'_>) -> Vec<Log> {
    let mut logs = vec![];
    for service in stage.services() {
        let store = stage.store(service.name).await;
        let (mut events, mut after) = (vec![], 0);
        loop {
            let page = store.tail(after, 5_000).await.expect("a log to read");
            events.extend(page.events);
            after = page.until;
            if !page.more {
                break;
            }
        }
        logs.push(Log { service: service.name, store, events });
    }
    logs
}

/// Waits until everything is published, heard and fired; how long that took.
pub async fn quiet(stage: &Stage<'_>) -> Duration {
    let begun = Instant::now();
    let mut left = vec!["everything".to_owned()];
    while !left.is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(90), "it does not get quiet: {left:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
        left = what_is_left(stage).await;
    }
    begun.elapsed()
}

async fn what_is_left(stage: &Stage<'_>) -> Vec<String> {
    let mut left = vec![];
    let running: BTreeMap<&str, Service> =
        stage.services().into_iter().map(|service| (service.name, service)).collect();
    for service in running.values() {
        let store = stage.store(service.name).await;
        let producers: BTreeSet<&'static str> = service.subscribed().iter().map(|reaction| reaction.service).collect();
        let producers: Vec<&'static str> = producers.into_iter().filter(|name| running.contains_key(name)).collect();
        let mut counted = vec![
            ("due", number(&store, "SELECT count(*) AS n FROM timers WHERE due_at < $1").await),
            // Waits of tickets are short; whoever looks must see them fired.
            (
                "waiting",
                number(&store, "SELECT count(*) AS n FROM timers WHERE name = 'wait-over' AND due_at > $1").await,
            ),
        ];
        if stage.is_embedded() {
            for producer in producers {
                let (end, name) =
                    (stage.store(producer).await.last_drawn().await, format!("{}<{producer}", service.name));
                let sql = format!("SELECT position AS n FROM checkpoints WHERE name = '{name}' AND $1 = $1");
                counted.push(("not heard", end.expect("a log") - number(&store, &sql).await));
            }
        } else {
            let unpublished = "SELECT count(*) AS n FROM events WHERE recorded_at <= $1 AND position > \
                               coalesce((SELECT position FROM checkpoints WHERE name = 'relay'), 0)";
            counted.push(("not published", number(&store, unpublished).await));
            let topics: Vec<String> = producers.iter().map(|name| stage.topic(name)).collect();
            let group = format!("{}.{}", stage.prefix, service.name);
            counted.push(("not heard", topic::behind(&stage.servers.kafka(), &group, &topics)));
        }
        let left_here = counted.into_iter().filter(|(_, count)| *count > 0);
        left.extend(left_here.map(|(what, count)| format!("{}: {count} {what}", service.name)));
    }
    left
}

/// The number `n` that a query finds, given the time.
async fn number(store: &Store, sql: &str) -> i64 {
    let select = statement(store.database().backend(), sql, [Clock::system().now().into()]);
    let row = store.database().reader.query_one_raw(select).await.expect("a database");
    row.and_then(|row| row.try_get("", "n").ok()).unwrap_or(0)
}

/// Whether a command left anything in the logs.
pub fn is_stored(logs: &[Log], entry: &Entry) -> bool {
    let log = logs.iter().filter(|log| log.service == entry.service).flat_map(|log| &log.events);
    log.filter_map(|event| event.meta.reason.as_deref()).any(|reason| reason == entry.marker)
}

/// Acknowledged: stored exactly once. Refused: never. Unknown: at most once.
pub fn answers(logs: &[Log], ledger: &[Entry]) -> Proven {
    // A decision is one moment of one stream; the same command decided twice would be two. A command may concern things
    // of several kinds (a device and its act), so each kind is counted by itself.
    let mut stored: HashMap<(&str, &str), BTreeMap<&str, HashSet<Moment>>> = HashMap::new();
    for log in logs {
        for event in &log.events {
            let reason = event.meta.reason.as_deref().unwrap_or_default();
            let kinds = stored.entry((log.service, reason)).or_default();
            kinds.entry(&event.kind).or_default().insert((event.stream_id, event.recorded_at));
        }
    }
    let mut proven = Proven::default();
    for entry in ledger {
        let times = stored.get(&(entry.service, entry.marker.as_str())).map_or(0, most);
        let (counter, right) = match entry.told {
            Told::Acknowledged => (&mut proven.acknowledged, times == 1),
            Told::Refused(..) => (&mut proven.refused, times == 0),
            Told::Nothing => (&mut proven.unknown, times <= 1),
        };
        *counter += 1;
        assert!(right, "{entry:?} is stored {times} times");
    }
    proven
}

type Moment = (Uuid, DateTime<Utc>);

fn most(kinds: &BTreeMap<&str, HashSet<Moment>>) -> usize {
    kinds.values().map(HashSet::len).max().unwrap_or(0)
}

/// Versions without gap, and a chain of hashes that nobody broke.
pub async fn chain(log: &Log) {
    let verdict = log.store.verify().await.expect("a log to verify");
    assert!(verdict.faults.is_empty(), "{}: {:?}", log.service, verdict.faults);
}

/// Everything stored is on the topic; what comes first comes in the order of its key.
fn published(stage: &Stage<'_>, log: &Log) {
    let mut next: HashMap<Uuid, u64> = HashMap::new();
    let mut seen: HashSet<Uuid> = HashSet::new();
    let stored: HashMap<Uuid, i64> = log.events.iter().map(|event| (event.id, event.version)).collect();
    for event in topic::events(&stage.servers.kafka(), &stage.topic(log.service)) {
        if event.actorname == topic::STRANGER {
            continue;
        }
        assert!(stored.contains_key(&event.id), "{}: {} is on the topic, but not in the log", log.service, event.id);
        if seen.insert(event.id) {
            let (expected, sequence) = (next.entry(event.subject).or_insert(1), event.sequence.parse::<u64>());
            assert_eq!(sequence.as_ref(), Ok(&*expected), "{}: order of {}", log.service, event.subject);
            *expected += 1;
        }
    }
    let missing: Vec<_> = stored.iter().filter(|(id, _)| !seen.contains(id)).collect();
    assert!(missing.is_empty(), "{}: {} events are not on the topic", log.service, missing.len());
}

/// Who leaves with a device is asked for it once, and once a task is opened for that.
fn effects(logs: &[Log]) -> usize {
    let named = |service: &str, name: &str| -> Vec<&StoredEvent> {
        let log = logs.iter().filter(|log| log.service == service).flat_map(|log| &log.events);
        log.filter(|event| event.name == name).collect()
    };
    let because = |events: &[&StoredEvent]| {
        let mut causes: BTreeMap<Uuid, usize> = BTreeMap::new();
        events.iter().filter_map(|event| event.meta.causation).for_each(|id| *causes.entry(id).or_default() += 1);
        causes
    };
    let (left, raised) = (named("identity", "employee.left.v1"), named("assets", "return_request.raised.v1"));
    let (requests, tasks) = (because(&raised), because(&named("incidents", "ticket.reported.v1")));
    let all_run = ["identity", "assets", "incidents"].iter().all(|name| logs.iter().any(|log| log.service == *name));
    for event in left.iter().filter(|_| all_run) {
        assert_eq!(requests.get(&event.id), Some(&1), "{} left; times a return was demanded", event.number);
    }
    for event in raised.iter().filter(|_| all_run) {
        assert_eq!(tasks.get(&event.id), Some(&1), "{} was raised; times a task was opened", event.number);
    }
    requests.len() + tasks.len()
}

/// A ticket that waited for a moment goes on once.
fn timers(logs: &[Log]) -> usize {
    let mut paused: HashMap<Uuid, i64> = HashMap::new();
    let tickets = logs.iter().filter(|log| log.service == "incidents").flat_map(|log| &log.events);
    let mut fired = 0;
    for event in tickets {
        match event.name.as_str() {
            "ticket.paused.v1" => *paused.entry(event.stream_id).or_default() += 1,
            "ticket.resumed.v1" => {
                *paused.entry(event.stream_id).or_default() -= 1;
                fired += 1;
            }
            _ => {}
        }
    }
    for (ticket, left) in paused {
        assert_eq!(left, 0, "ticket {ticket}: waits that did not end, or ended twice");
    }
    fired
}

async fn nothing_parked(log: &Log) {
    let parked = messaging::parked::list(&log.store).await.expect("what is parked");
    assert!(parked.is_empty(), "{}: {parked:#?}", log.service);
}

/// Nobody left a transaction open.
async fn no_open_transaction(store: &Store) {
    let sql = "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() \
               AND state LIKE 'idle in transaction%' AND state_change < now() - interval '2 seconds'";
    let row = store.database().reader.query_one_raw(statement(store.database().backend(), sql, [])).await;
    let open: i64 = row.expect("a database").expect("a row").try_get("", "n").expect("a number");
    assert_eq!(open, 0, "{}: open transactions", store.service());
}

/// Every employee is in the directory of every service that has one.
async fn directories(logs: &[Log]) {
    let Some(identity) = logs.iter().find(|log| log.service == "identity") else { return };
    let registered = identity.events.iter().filter(|event| event.name == "employee.registered.v1").count();
    for log in logs {
        let known = rows(&log.store, "directory_employees").await.len();
        assert_eq!(known, registered, "{}: employees in its directory", log.service);
    }
}

/// The live read models are what the log says.
async fn read_models(stage: &Stage<'_>, logs: &[Log]) {
    for service in stage.services() {
        let Some(log) = logs.iter().find(|log| log.service == service.name) else { continue };
        for aggregate in service.aggregates() {
            let live = rows(&log.store, aggregate.table).await;
            (aggregate.rebuild)(log.store.clone(), Arc::new(|_| ())).await.expect("a read model to rebuild");
            let rebuilt = rows(&log.store, aggregate.table).await;
            let differing = live.iter().zip(&rebuilt).find(|(live, rebuilt)| live != rebuilt);
            assert_eq!((live.len(), differing), (rebuilt.len(), None), "{}: {}", service.name, aggregate.table);
        }
    }
}

async fn rows(store: &Store, table: &str) -> Vec<Value> {
    let select = statement(store.database().backend(), format!("SELECT * FROM {table} ORDER BY id"), []);
    JsonValue::find_by_statement(select).all(&store.database().reader).await.expect("a table to read")
}
