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

/// The lamp of the next release: it can be dimmed.
mod next {
    use event_store::{Aggregate, Context, DomainEvent, Entity, Record, Series};
    use kernel::Fault;
    use serde::{Deserialize, Serialize};
    use utoipa::ToSchema;

    use crate::lamp::{LampId, LampRow};

    #[derive(Clone, Debug, Default, Serialize, Deserialize)]
    pub struct DimmableLamp;

    #[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
    #[serde(tag = "type", content = "data")]
    pub enum Event {
        #[serde(rename = "lamp.lit.v1")]
        Lit {},
        #[serde(rename = "lamp.dimmed.v1")]
        Dimmed {},
    }

    impl DomainEvent for Event {}

    impl Aggregate for DimmableLamp {
        const KIND: &'static str = "lamp";
        const SERIES: Series = Series::Running("LMP");
        type Id = LampId;
        type Command = ();
        type Event = Event;
        type Refusal = Fault;

        fn decide(&self, (): (), _: &Context) -> Result<Vec<Event>, Fault> {
            Ok(vec![Event::Dimmed {}])
        }

        fn evolve(self, _: Event) -> Self {
            self
        }
    }

    impl Record for DimmableLamp {
        type Row = LampRow;
    }

    impl From<&Entity<DimmableLamp>> for LampRow {
        fn from(entity: &Entity<DimmableLamp>) -> Self {
            Self::from(&Entity {
                id: entity.id,
                number: entity.number.clone(),
                version: entity.version,
                created_at: entity.created_at,
                updated_at: entity.updated_at,
                hash: entity.hash,
                state: crate::lamp::Lamp::BurntOut { serial: entity.id.to_string() },
            })
        }
    }
}

#[tokio::test]
async fn a_replica_of_the_former_release_stops_at_the_things_it_cannot_read_and_at_nothing_else() {
    on_each(async |store, _| {
        let (newer, dimmed, other) = (replica(&store), lit(&store, "A-1").await, lit(&store, "A-2").await);
        newer.execute::<next::DimmableLamp>(dimmed, Expect::Something, (), &context(&store), None).await.unwrap();
        let unknown = store.load::<Lamp>(dimmed).await;
        assert!(matches!(&unknown, Err(Failure::Unreadable { event, .. }) if event == "lamp.dimmed.v1"), "{unknown:?}");
        let refused = switch(&store, dimmed).await;
        assert!(matches!(refused, Err(Failure::Unreadable { .. })), "{refused:?}");
        assert_eq!(switch(&store, other).await.unwrap().version, 2);
        // It publishes what it does not know, and the next release goes on with it.
        assert_eq!(store.tail(0, 10).await.unwrap().events.len(), 4);
        newer.execute::<next::DimmableLamp>(dimmed, Expect::Version(2), (), &context(&store), None).await.unwrap();
        assert!(store.verify().await.unwrap().faults.is_empty());
    })
    .await;
}
