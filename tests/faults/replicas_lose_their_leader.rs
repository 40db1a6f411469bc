//! Several replicas of a service: one of them publishes and fires timers, and something happens to it.

use std::time::Duration;

use event_store::statement;
use futures_util::FutureExt;
use sea_orm::ConnectionTrait;

use crate::load::Load;
use crate::report::Held;
use crate::servers::Servers;
use crate::stage::Stage;
use crate::{Fault, Size, check};

pub const KILLED: Fault = Fault {
    name: "of three replicas the one that leads is killed",
    short: false,
    run: |servers, size| killed(servers, size).boxed_local(),
};

pub const FROZEN: Fault = Fault {
    name: "of three replicas the one that leads is frozen, loses its lease, and wakes up again",
    short: false,
    run: |servers, size| frozen(servers, size).boxed_local(),
};

pub const CUT_OFF: Fault = Fault {
    name: "of two replicas the database sessions are terminated again and again",
    short: false,
    run: |servers, size| cut_off(servers, size).boxed_local(),
};

const SERVICES: [&str; 3] = ["identity", "assets", "incidents"];

/// One process of each service, and these besides.
async fn open<'a>(servers: &'a Servers, replicas: &[&str]) -> Stage<'a> {
    let stage = Stage::open(servers, &SERVICES).await;
    for replica in replicas {
        stage.add(replica, &[]);
        stage.serves(replica).await;
    }
    stage
}

async fn killed(servers: &Servers, size: Size) -> Held {
    let replicas = ["assets", "assets-2", "assets-3"];
    let stage = open(servers, &replicas[1..]).await;
    let load = Load::start(&stage, 9).await;
    let (rounds, mut longest, before) = (size.pick(1, 6), Duration::ZERO, epoch(&stage).await);
    for _ in 0..rounds {
        for replica in replicas {
            tokio::time::sleep(Duration::from_secs(2)).await;
            longest = longest.max(stage.restart(replica).await);
        }
    }
    let proven = check::everything(&stage, &load.stop().await).await;
    let changes = epoch(&stage).await - before;
    assert!(changes > 0, "one of them led, and was killed");
    stage.close().await;
    Held {
        done: format!("{} kills among three replicas of assets, {changes} changes of leader", 3 * rounds),
        recovery: Some(longest.max(proven.quiet_after)),
        proven,
    }
}

async fn frozen(servers: &Servers, size: Size) -> Held {
    let replicas = size.pick(&["assets", "assets-2"][..], &["assets", "assets-2", "assets-3"]);
    let stage = open(servers, &replicas[1..]).await;
    // Who is frozen does not answer, so clients that wait for it are told nothing for a while.
    let load = Load::start(&stage, 9).await;
    let (before, time) = (epoch(&stage).await, size.seconds(14, 30));
    for replica in replicas {
        stage.with(replica, |process| process.signal("STOP"));
        tokio::time::sleep(time).await;
        stage.with(replica, |process| process.signal("CONT"));
        tokio::time::sleep(Duration::from_secs(3)).await;
    }
    let proven = check::everything(&stage, &load.stop().await).await;
    let changes = epoch(&stage).await - before;
    assert!(changes > 0, "one of them led, and lost its lease");
    stage.close().await;
    Held {
        done: format!(
            "each of {} replicas frozen for {} s, {changes} changes of leader",
            replicas.len(),
            time.as_secs()
        ),
        recovery: Some(proven.quiet_after),
        proven,
    }
}

async fn cut_off(servers: &Servers, size: Size) -> Held {
    let stage = open(servers, &["assets-2"]).await;
    let load = Load::start(&stage, 9).await;
    let times = size.pick(5, 40);
    let store = stage.store("assets").await;
    for _ in 0..times {
        tokio::time::sleep(Duration::from_millis(700)).await;
        let terminate = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                         WHERE datname = current_database() AND pid <> pg_backend_pid()";
        let _ = store.database().reader.execute_unprepared(terminate).await;
    }
    let proven = check::everything(&stage, &load.stop().await).await;
    stage.close().await;
    Held {
        done: format!("all sessions of two replicas of assets terminated {times} times"),
        recovery: Some(proven.quiet_after),
        proven,
    }
}

/// How often the lease of the relay changed hands.
async fn epoch(stage: &Stage<'_>) -> i64 {
    let store = stage.store("assets").await;
    let select = statement(store.database().backend(), "SELECT epoch FROM leases WHERE name = 'relay'", []);
    let row = store.database().reader.query_one_raw(select).await.expect("a database");
    row.and_then(|row| row.try_get("", "epoch").ok()).unwrap_or(0)
}
