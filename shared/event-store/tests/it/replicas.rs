//! Several processes on one database, and what changes while it is looked at.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::Duration;
use event_store::{Expect, Failure, Store};

use crate::lamp::{Lamp, LampCommand};
use crate::store::{context, lit, on_each, switch};

/// A second process on the same database.
fn replica(store: &Store) -> Store {
    Store::open("lamps", store.database().clone(), [7; 32], store.clock().clone())
}

#[tokio::test]
async fn what_another_replica_wrote_is_seen() {
    on_each(async |store, _| {
        let (other, id) = (replica(&store), lit(&store, "A-1").await);
        assert_eq!(other.load::<Lamp>(id).await.unwrap().unwrap().version, 1);
        switch(&store, id).await.unwrap();
        assert_eq!(other.load::<Lamp>(id).await.unwrap().unwrap().version, 2);
        let expecting = other.decide::<Lamp>(id, Expect::Version(2), LampCommand::Switch, &context(&store)).await;
        assert_eq!(expecting.unwrap().after.version, 3);
    })
    .await;
}

#[tokio::test]
async fn nobody_is_refused_for_what_is_no_longer_so() {
    on_each(async |store, _| {
        let (other, id) = (replica(&store), lit(&store, "A-1").await);
        let stale = other.execute::<Lamp>(id, Expect::Version(1), LampCommand::Switch, &context(&store), None).await;
        assert_eq!(stale.unwrap().version, 2);
        // The first replica still remembers version 1; it is asked for what only holds at version 2.
        let context = context(&store);
        let burnt = store.execute::<Lamp>(id, Expect::Version(2), LampCommand::BurnOut, &context, None).await;
        assert_eq!(burnt.unwrap().version, 3);
        // And the second, which remembers a lamp that is lit, refuses to burn it out again.
        let again = other.execute::<Lamp>(id, Expect::Something, LampCommand::BurnOut, &context, None).await;
        assert!(matches!(again, Err(Failure::Refused(fault)) if fault.code == "lamp-not-lit"));
    })
    .await;
}

#[tokio::test]
async fn a_clock_that_was_put_back_does_not_take_the_past_with_it() {
    on_each(async |store, clock| {
        let id = lit(&store, "A-1").await;
        clock.advance(Duration::minutes(5));
        let ahead = switch(&store, id).await.unwrap().updated_at;
        clock.advance(Duration::minutes(-10));
        assert_eq!(switch(&store, id).await.unwrap().updated_at, ahead);
        let past = store.load_as_of::<Lamp>(id, ahead).await.unwrap().unwrap();
        assert_eq!(past.version, 3, "every event up to that moment, and no gap among them");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_can_be_verified_while_it_is_written() {
    on_each(async |store, _| {
        let done = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = (0..8)
            .map(|writer| {
                let (store, done) = (store.clone(), done.clone());
                tokio::spawn(async move {
                    let id = lit(&store, &format!("A-{writer}")).await;
                    while !done.load(Ordering::SeqCst) {
                        switch(&store, id).await.unwrap();
                    }
                })
            })
            .collect();
        for _ in 0..20 {
            let verdict = store.verify().await.unwrap();
            assert!(verdict.faults.is_empty(), "{verdict:?}");
        }
        done.store(true, Ordering::SeqCst);
        for writer in writers {
            writer.await.unwrap();
        }
    })
    .await;
}
