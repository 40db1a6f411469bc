use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use event_store::{Actor, Context, Expect, Failure, Sealed, Store, Unit};
use events::Published;
use kernel::id::Id;
use kernel::{Clock, Fault};
use messaging::{Broker, Reaction, Received, Subscriptions, parked};
use serde::Deserialize;
use testkit::{TestDatabase, databases, eventually};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::lamp::{Lamp, LampCommand, LampId};
use crate::tally::{Tally, TallyId};

#[derive(Deserialize)]
struct LampLit {}

impl Published for LampLit {
    const SERVICE: &'static str = "lamps";
    const NAME: &'static str = "lamp.lit.v1";
}

#[derive(Deserialize)]
struct LampSwitched {}

impl Published for LampSwitched {
    const SERVICE: &'static str = "lamps";
    const NAME: &'static str = "lamp.switched.v1";
}

/// A producer of lamps and a service that counts what happens to them.
pub struct Stage {
    name: String,
    lamps: Store,
    pub counter: Store,
    broker: Broker,
    /// What its topics begin with.
    pub prefix: String,
    /// While set, the reaction to a switched lamp whose serial was refused fails.
    broken: Arc<AtomicBool>,
    refused: Arc<std::sync::Mutex<Option<LampId>>>,
    running: Vec<JoinHandle<()>>,
    stop: CancellationToken,
    _databases: [TestDatabase; 2],
}

async fn store(service: &'static str, database: &TestDatabase) -> Store {
    let connection = database.connect().await;
    let migrations = [event_store::MIGRATIONS, messaging::MIGRATIONS].concat();
    connection.migrate(&migrations).await.unwrap();
    let store = Store::open(service, connection, [7; 32], Clock::system());
    store.ensure_read_model::<Lamp>().await.unwrap();
    store.ensure_read_model::<Tally>().await.unwrap();
    store
}

/// Runs `test` for each kind of database and each way events travel. One broker serves all tests, so each has topics and
/// groups of its own.
pub async fn on_each(test: impl AsyncFn(&mut Stage)) {
    for over_kafka in [false, true] {
        let servers = testkit::environment("DARBAZI_TEST_KAFKA");
        if over_kafka && servers.is_none() {
            eprintln!("SKIPPED: Apache Kafka (DARBAZI_TEST_KAFKA is not set)");
            continue;
        }
        for (lamps, counter) in databases().await.into_iter().zip(databases().await) {
            let name = format!("{} {}", lamps.name, if over_kafka { "Kafka" } else { "in process" });
            println!("on {name}");
            let mut stage = Stage::set(name, lamps, counter, servers.as_deref().filter(|_| over_kafka)).await;
            stage.start();
            test(&mut stage).await;
            stage.halt().await;
        }
    }
}

impl Stage {
    async fn set(name: String, lamps: TestDatabase, counter: TestDatabase, servers: Option<&str>) -> Self {
        let producer = store("lamps", &lamps).await;
        let subscriber = store("counter", &counter).await;
        let prefix = format!("test-{}", kernel::id::random());
        let broker = match servers {
            Some(servers) => Broker::kafka(servers, &prefix, 1),
            None => Broker::in_process(HashMap::from([("lamps", producer.clone())])),
        };
        Self {
            name,
            lamps: producer,
            counter: subscriber,
            broker,
            prefix,
            broken: Arc::default(),
            refused: Arc::default(),
            running: vec![],
            stop: CancellationToken::new(),
            _databases: [lamps, counter],
        }
    }

    pub fn is_in_process(&self) -> bool {
        !self.broker.is_kafka()
    }

    pub fn reactions(&self) -> Vec<Reaction> {
        let (broken, refused) = (self.broken.clone(), self.refused.clone());
        vec![
            Reaction::on("count-lit", |_: LampLit, received| count(received)),
            Reaction::on("count-switched", move |_: LampSwitched, received: Received| {
                let mine = *refused.lock().unwrap() == Some(LampId::from(received.subject));
                let fails = mine && broken.load(Ordering::SeqCst);
                async move {
                    if fails {
                        return Err(Fault::conflict("broken", "It does not work.", "არ მუშაობს.").into());
                    }
                    count(received).await
                }
            }),
        ]
    }

    fn start(&mut self) {
        self.stop = CancellationToken::new();
        let subscriptions = Subscriptions::new(self.counter.clone(), self.reactions(), self.broker.clone());
        self.running.push(tokio::spawn(subscriptions.run(self.stop.clone())));
        self.running.push(tokio::spawn(self.broker.clone().relay(self.lamps.clone(), self.stop.clone())));
    }

    /// Lets everything end in order.
    pub async fn halt(&mut self) {
        self.stop.cancel();
        for task in self.running.drain(..) {
            task.await.unwrap();
        }
    }

    /// Ends everything wherever it is.
    async fn crash(&mut self) {
        for task in self.running.drain(..) {
            task.abort();
            let _ = task.await;
        }
        self.stop.cancel();
    }

    pub async fn light(&self) -> LampId {
        let id = LampId::generate();
        let command = LampCommand::Light { serial: id.to_string(), owner: Sealed::new(id, "ნინო".into()) };
        self.lamps.execute::<Lamp>(id, Expect::Nothing, command, &self.context(), None).await.unwrap();
        id
    }

    pub async fn switch(&self, id: LampId) {
        self.lamps.execute::<Lamp>(id, Expect::Something, LampCommand::Switch, &self.context(), None).await.unwrap();
    }

    fn context(&self) -> Context {
        Context::new(self.lamps.clock().now(), Actor::system("test"))
    }

    /// The sequences that were counted for a lamp.
    pub async fn heard(&self, id: LampId) -> Vec<String> {
        let tally = self.counter.load::<Tally>(TallyId::from(id.uuid())).await.unwrap();
        tally.map(|tally| tally.state.heard).unwrap_or_default()
    }

    pub async fn heard_all(&self, id: LampId, count: usize) -> Vec<String> {
        eventually(&format!("{count} events of {id} on {}", self.name), async || {
            let heard = self.heard(id).await;
            (heard.len() >= count).then_some(heard)
        })
        .await
    }
}

async fn count(received: Received) -> Result<Unit, Failure> {
    let id = TallyId::from(received.subject);
    let expect = match received.store.load::<Tally>(id).await? {
        Some(_) => Expect::Something,
        None => Expect::Nothing,
    };
    let sequence = received.event.sequence.clone();
    let change = received.store.decide::<Tally>(id, expect, sequence, &received.context).await?;
    Ok(Unit::new().change(change))
}

pub fn in_order(count: usize) -> Vec<String> {
    (1..=count).map(|version| format!("{version:020}")).collect()
}

#[tokio::test]
async fn every_event_arrives_in_the_order_of_its_key() {
    on_each(async |stage| {
        let mut lamps = vec![];
        for _ in 0..8 {
            lamps.push(stage.light().await);
        }
        for _ in 0..10 {
            for lamp in &lamps {
                stage.switch(*lamp).await;
            }
        }
        for lamp in lamps {
            assert_eq!(stage.heard_all(lamp, 11).await, in_order(11));
        }
    })
    .await;
}

#[tokio::test]
async fn after_a_crash_every_effect_is_there_once() {
    on_each(async |stage| {
        let lamp = stage.light().await;
        for round in 0..4 {
            for _ in 0..25 {
                stage.switch(lamp).await;
            }
            if round == 0 {
                stage.heard_all(lamp, 1).await;
            }
            stage.crash().await;
            stage.start();
        }
        assert_eq!(stage.heard_all(lamp, 101).await, in_order(101));
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_handled_parks_its_key_alone_and_comes_back_in_order() {
    on_each(async |stage| {
        let (poisoned, sound) = (stage.light().await, stage.light().await);
        *stage.refused.lock().unwrap() = Some(poisoned);
        stage.broken.store(true, Ordering::SeqCst);
        for _ in 0..3 {
            stage.switch(poisoned).await;
            stage.switch(sound).await;
        }
        assert_eq!(stage.heard_all(sound, 4).await, in_order(4));
        let waiting = eventually("three parked events", async || {
            let waiting = parked::list(&stage.counter).await.unwrap();
            (waiting.len() == 3).then_some(waiting)
        })
        .await;
        assert!(waiting[0].error.contains("broken"));
        assert_eq!(stage.heard(poisoned).await, in_order(1));
        stage.broken.store(false, Ordering::SeqCst);
        let key = poisoned.uuid().to_string();
        let through = parked::retry(&stage.counter, &stage.reactions(), &key).await.unwrap();
        assert_eq!(through, 3);
        assert_eq!(stage.heard(poisoned).await, in_order(4));
        stage.switch(poisoned).await;
        assert_eq!(stage.heard_all(poisoned, 5).await, in_order(5));
    })
    .await;
}
