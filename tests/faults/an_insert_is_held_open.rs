//! One transaction has drawn its positions and does not end, while thousands of others do.

use std::time::Duration;

use event_store::statement;
use futures_util::FutureExt;
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::load::{Caller, Load};
use crate::report::Held;
use crate::servers::Servers;
use crate::stage::Stage;
use crate::{Fault, Size, check};

pub const FAULT: Fault = Fault {
    name: "an append is held open after it drew its positions, while others commit past it",
    short: true,
    run: |servers, size| run(servers, size).boxed_local(),
};

async fn run(servers: &Servers, size: Size) -> Held {
    let stage = Stage::open(servers, &["identity", "assets", "incidents"]).await;
    let ground = Load::start(&stage, 0).await;
    let mut held = Caller::new(&stage, "held");
    let device = held.command("assets", "/v1/devices", ground.ground().device()).await.expect("a device");
    let id = device["id"].as_str().expect("an id").to_owned();
    stage.add("assets-2", &[]);
    stage.serves("assets-2").await;

    // Whoever holds the device's row lets an edit of the first replica draw its position, and no further.
    let store = stage.store("assets").await;
    let lock = store.database().begin().await.expect("a transaction");
    let select = format!("SELECT 1 FROM devices WHERE id = '{id}' FOR UPDATE");
    lock.query_one_raw(statement(store.database().backend(), select, [])).await.expect("a lock");
    held.assets.truncate(1);
    let edit = tokio::spawn(async move {
        let patch = json!({ "$patch": { "location": "B-412" } });
        held.command("assets", &format!("/v1/devices/{id}"), patch).await.expect("to be let through at last");
        held.ledger()
    });
    wait_until_it_hangs(&store).await;

    let before = store.last_drawn().await.expect("a position");
    let free = stage.address("assets-2");
    let others = Load::resume(&stage, "past", ground.ground(), 15, |mut caller| {
        caller.assets = vec![free.clone()];
        caller
    });
    let time = size.seconds(5, 20);
    for _ in 0..time.as_secs() {
        // The session that holds the lock must not be taken for one that was forgotten.
        lock.execute_unprepared("SELECT 1").await.expect("a lock that is still held");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let past = store.last_drawn().await.expect("a position") - before;
    lock.rollback().await.expect("to let go");
    let mut ledger = ground.stop().await;
    ledger.extend(edit.await.expect("an edit that ends"));
    ledger.extend(others.stop().await);
    let proven = check::everything(&stage, &ledger).await;
    stage.close().await;
    Held {
        done: format!("an append held open for {} s, {past} events of others past it", time.as_secs()),
        recovery: Some(proven.quiet_after),
        proven,
    }
}

async fn wait_until_it_hangs(store: &event_store::Store) {
    let sql =
        "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    for _ in 0..500 {
        let row = store.database().reader.query_one_raw(statement(store.database().backend(), sql, [])).await;
        if row.expect("a database").is_some_and(|row| row.try_get::<i64>("", "n").is_ok_and(|waiting| waiting > 0)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the edit does not wait for the lock");
}
