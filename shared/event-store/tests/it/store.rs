//! One suite, each database.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::Duration;
use event_store::{
    Actor, Answer, Change, CommandKey, CommandRecord, Context, Database, Expect, Failure, MIGRATIONS, RowChange,
    Sealed, Store, Unit, statement,
};
use kernel::clock::ControlledClock;
use kernel::id::Id;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use testkit::databases;

use crate::lamp::{Lamp, LampCommand, LampId, LampStatus, row};

pub async fn open(database: Database, clock: &ControlledClock) -> Store {
    database.migrate(MIGRATIONS).await.unwrap();
    let store = Store::open("lamps", database, [7; 32], clock.clock());
    store.ensure_read_model::<Lamp>().await.unwrap();
    store
}

pub fn context(store: &Store) -> Context {
    Context::new(store.clock().now(), Actor::system("test"))
}

pub fn light(serial: &str) -> LampCommand {
    let owner = LampId::generate();
    LampCommand::Light {
        serial: serial.into(), owner: Sealed::new(owner, "ნინო ბერიძე".to_owned())
    }
}

pub async fn lit(store: &Store, serial: &str) -> LampId {
    let id = LampId::generate();
    store.execute::<Lamp>(id, Expect::Nothing, light(serial), &context(store), None).await.unwrap();
    id
}

pub async fn switch(store: &Store, id: LampId) -> Result<event_store::Entity<Lamp>, Failure> {
    store.execute::<Lamp>(id, Expect::Something, LampCommand::Switch, &context(store), None).await
}

/// Runs `test` on a store on each database.
pub async fn on_each(test: impl AsyncFn(Store, ControlledClock)) {
    for database in databases().await {
        let clock = ControlledClock::from_now();
        println!("on {}", database.name);
        test(open(database.connect().await, &clock).await, clock).await;
    }
}

#[tokio::test]
async fn a_command_writes_events_row_and_number_together() {
    on_each(async |store, _| {
        let id = lit(&store, "A-1").await;
        let lamp = switch(&store, id).await.unwrap();
        assert_eq!((lamp.number.as_str(), lamp.version), ("LMP-000001", 2));
        let row = row::Entity::find_by_id(id).one(&store.database().reader).await.unwrap().unwrap();
        assert_eq!((row.number.as_str(), row.version, row.switches, row.status), ("LMP-000001", 2, 1, LampStatus::Lit));
        assert_eq!(row.owner.as_deref(), Some("ნინო ბერიძე"));
    })
    .await;
}

#[tokio::test]
async fn personal_fields_are_sealed_in_the_log_and_erased_with_their_key() {
    on_each(async |store, _| {
        let id = lit(&store, "A-1").await;
        let events = store.tail(0, 10).await.unwrap().events;
        assert!(!events[0].text.contains("ნინო") && events[0].text.contains("$sealed"));
        let subject = events[0].data["owner"]["$sealed"]["subject"].as_str().unwrap().parse().unwrap();
        store.vault().erase(subject, store.clock().now()).await.unwrap();
        let lamp = store.load_as_of::<Lamp>(id, store.clock().now()).await.unwrap().unwrap();
        assert!(matches!(lamp.state, Lamp::Lit { owner: Sealed::Erased, .. }));
        assert!(store.verify().await.unwrap().faults.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_rule_of_the_database_refuses_alone_in_a_shared_commit() {
    on_each(async |store, _| {
        lit(&store, "TAKEN").await;
        let others = (0..20).map(|index| format!("FREE-{index}")).chain(["TAKEN".to_owned()]);
        let outcomes = futures(others.map(|serial| {
            let store = store.clone();
            async move {
                store.execute::<Lamp>(LampId::generate(), Expect::Nothing, light(&serial), &context(&store), None).await
            }
        }))
        .await;
        let refused: Vec<_> = outcomes.into_iter().filter_map(Result::err).collect();
        assert!(matches!(&refused[..], [Failure::Refused(fault)] if fault.code == "serial-taken"), "{refused:?}");
    })
    .await;
}

/// Runs everything at once.
async fn futures<T: Send + 'static>(all: impl Iterator<Item = impl Future<Output = T> + Send + 'static>) -> Vec<T> {
    let tasks: Vec<_> = all.map(tokio::spawn).collect();
    let mut outcomes = vec![];
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    outcomes
}

#[tokio::test]
async fn sixty_four_writers_on_one_stream_lose_nothing() {
    on_each(async |store, _| {
        let id = lit(&store, "A-1").await;
        let outcomes = futures((0..64).map(|_| {
            let store = store.clone();
            async move {
                // Losing five decisions in a row is told to the caller, who tries again.
                loop {
                    match switch(&store, id).await {
                        Err(Failure::Stale { .. }) => {}
                        other => return other,
                    }
                }
            }
        }))
        .await;
        assert!(outcomes.iter().all(Result::is_ok));
        let lamp = store.load_as_of::<Lamp>(id, store.clock().now()).await.unwrap().unwrap();
        assert!(matches!(lamp.state, Lamp::Lit { switches: 64, .. }));
        assert_eq!(lamp.version, 65);
    })
    .await;
}

#[tokio::test]
async fn of_writers_that_expect_one_version_one_wins() {
    on_each(async |store, _| {
        let id = lit(&store, "A-1").await;
        let outcomes =
            futures((0..16).map(|_| {
                let store = store.clone();
                async move {
                    store.execute::<Lamp>(id, Expect::Version(1), LampCommand::Switch, &context(&store), None).await
                }
            }))
            .await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        assert!(
            outcomes
                .iter()
                .filter_map(|outcome| outcome.as_ref().err())
                .all(|failure| matches!(failure, Failure::Stale { .. }))
        );
    })
    .await;
}

fn record(change: &Change<Lamp>, key: &str, request: u8) -> CommandRecord {
    let after = change.after.version;
    CommandRecord {
        key: CommandKey { caller: "me".into(), key: key.into(), request_hash: [request; 32] },
        now: change.after.updated_at,
        answer: Box::new(move |numbers| Answer {
            status: 200,
            location: None,
            etag: None,
            body: serde_json::json!({ "version": after, "numbers": numbers }),
        }),
    }
}

#[tokio::test]
async fn twenty_identical_keys_at_once_have_one_effect_and_one_answer() {
    on_each(async |store, _| {
        let id = lit(&store, "A-1").await;
        let outcomes = futures((0..20).map(|_| {
            let store = store.clone();
            async move {
                let once = |change: &Change<Lamp>| record(change, "k", 1);
                store.execute::<Lamp>(id, Expect::Something, LampCommand::Switch, &context(&store), Some(&once)).await
            }
        }))
        .await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        let replayed = outcomes
            .iter()
            .filter(|outcome| matches!(outcome, Err(Failure::Answered(answer)) if answer.body["version"] == 2));
        assert_eq!(replayed.count(), 19);
        let other = |change: &Change<Lamp>| record(change, "k", 2);
        let reused =
            store.execute::<Lamp>(id, Expect::Something, LampCommand::Switch, &context(&store), Some(&other)).await;
        assert!(matches!(reused, Err(Failure::KeyReused)));
    })
    .await;
}

#[tokio::test]
async fn an_event_takes_effect_once_for_a_subscription() {
    on_each(async |store, _| {
        let event = kernel::id::random();
        for first in [true, false] {
            let change = store
                .decide::<Lamp>(LampId::generate(), Expect::Nothing, light(&format!("{first}")), &context(&store))
                .await
                .unwrap();
            let outcome = store.commit(Unit::new().change(change).once("test", event, store.clock().now())).await;
            assert_eq!(outcome.is_ok(), first);
        }
        assert_eq!(store.tail(0, 10).await.unwrap().events.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn every_past_can_be_asked() {
    on_each(async |store, clock| {
        let (first, _) = (lit(&store, "A-1").await, lit(&store, "A-2").await);
        let then = store.clock().now();
        clock.advance(Duration::hours(2));
        switch(&store, first).await.unwrap();
        lit(&store, "A-3").await;
        let past = store.past::<Lamp>(then).await.unwrap();
        let rows = row::Entity::find().filter(row::Column::Status.eq("lit")).all(&past).await.unwrap();
        assert_eq!(rows.len(), 2);
        assert!(rows.iter().all(|row| row.switches == 0));
        let lamp = store.load_as_of::<Lamp>(first, then).await.unwrap().unwrap();
        assert_eq!(lamp.version, 1);
    })
    .await;
}

#[tokio::test]
async fn a_rebuilt_read_model_equals_the_live_one() {
    on_each(async |store, _| {
        for index in 0..5 {
            let id = lit(&store, &format!("A-{index}")).await;
            for _ in 0..index {
                switch(&store, id).await.unwrap();
            }
        }
        let live = row::Entity::find().all(&store.database().reader).await.unwrap();
        let rebuilt = store.rebuild::<Lamp>(&|_| ()).await.unwrap();
        assert_eq!((rebuilt.rows, rebuilt.events), (5, 15));
        let mut again = row::Entity::find().all(&store.database().reader).await.unwrap();
        again.sort_by_key(|row| row.id);
        assert_eq!(live.iter().map(|row| row.id).min(), again.first().map(|row| row.id));
        let mut live = live;
        live.sort_by_key(|row| row.id);
        assert_eq!(live, again);
    })
    .await;
}

#[tokio::test]
async fn a_due_timer_has_its_effect_once() {
    on_each(async |store, clock| {
        let id = lit(&store, "A-1").await;
        assert!(store.due_timers(10).await.unwrap().is_empty());
        clock.advance(Duration::hours(2));
        let due = store.due_timers(10).await.unwrap();
        assert_eq!(due.len(), 1);
        for _ in 0..2 {
            store.fire::<Lamp>(&due[0], &context(&store)).await.unwrap();
        }
        let lamp = store.load::<Lamp>(id).await.unwrap().unwrap();
        assert!(matches!(lamp.state, Lamp::BurntOut { .. }));
        assert_eq!(lamp.version, 2);
        assert!(store.due_timers(10).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_long_stream_is_read_from_its_snapshot() {
    on_each(async |store, clock| {
        let id = lit(&store, "A-1").await;
        for _ in 0..120 {
            switch(&store, id).await.unwrap();
        }
        let sql = "SELECT version, entity FROM snapshots";
        let mut tries = 0;
        let snapshot = loop {
            let rows =
                store.database().reader.query_all_raw(statement(store.database().backend(), sql, [])).await.unwrap();
            match rows.into_iter().next() {
                Some(row) => break row,
                None if tries < 200 => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
                None => panic!("no snapshot was kept"),
            }
            tries += 1;
        };
        assert_eq!(snapshot.try_get::<i64>("", "version").unwrap(), 100);
        assert!(!snapshot.try_get::<String>("", "entity").unwrap().contains("ნინო"));
        let again = Store::open("lamps", store.database().clone(), [7; 32], clock.clock());
        let lamp = again.load::<Lamp>(id).await.unwrap().unwrap();
        assert!(matches!(lamp.state, Lamp::Lit { switches: 120, .. }));
        assert_eq!((lamp.number.as_str(), lamp.version), ("LMP-000001", 121));
    })
    .await;
}

#[tokio::test]
async fn the_past_cannot_be_edited_unseen() {
    on_each(async |store, _| {
        lit(&store, "A-1").await;
        let writer = &store.database().writer;
        assert!(writer.execute_unprepared("UPDATE events SET type = 'lamp.stolen.v1'").await.is_err());
        assert!(writer.execute_unprepared("DELETE FROM events").await.is_err());
        for trigger in ["DROP TRIGGER events_are_kept_as_they_are", "ALTER TABLE events DISABLE TRIGGER ALL"] {
            let _ = writer.execute_unprepared(trigger).await;
        }
        writer.execute_unprepared("UPDATE events SET type = 'lamp.stolen.v1'").await.unwrap();
        let verdict = store.verify().await.unwrap();
        assert_eq!(verdict.faults.len(), 1, "{verdict:?}");
    })
    .await;
}

#[tokio::test]
async fn a_tailing_reader_never_skips_a_slow_writer() {
    on_each(async |store, _| {
        let done = Arc::new(AtomicBool::new(false));
        let reader = tokio::spawn({
            let (store, done) = (store.clone(), done.clone());
            async move {
                let (mut seen, mut after) = (vec![], 0);
                loop {
                    let last_round = done.load(Ordering::SeqCst);
                    let page = store.tail(after, 500).await.unwrap();
                    after = page.until;
                    seen.extend(page.events);
                    if last_round && !page.more {
                        return seen;
                    }
                }
            }
        });
        // Several processes write: stores of their own, with committers of their own.
        let stores: Vec<Store> =
            (0..4).map(|_| Store::open("lamps", store.database().clone(), [7; 32], store.clock().clone())).collect();
        let writers = (0..200).map(|index| {
            let store = stores[index % 4].clone();
            async move {
                let id = lit(&store, &format!("S-{index}")).await;
                for _ in 0..4 {
                    switch(&store, id).await.unwrap();
                }
            }
        });
        futures(writers).await;
        done.store(true, Ordering::SeqCst);
        let seen = reader.await.unwrap();
        assert_eq!(seen.len(), 1000);
        let mut versions: HashMap<_, i64> = HashMap::new();
        for event in &seen {
            let last = versions.entry(event.stream_id).or_default();
            assert_eq!(event.version, *last + 1, "versions of a stream come in order");
            *last = event.version;
        }
    })
    .await;
}

#[tokio::test]
async fn a_held_append_holds_back_readers_but_loses_nothing() {
    let Some(database) = testkit::postgres().await else { return };
    let store = open(database.connect().await, &ControlledClock::from_now()).await;
    lit(&store, "A-1").await;
    let held = store.database().begin().await.unwrap();
    held.execute_unprepared("SELECT announce_append()").await.unwrap();
    held.execute_unprepared("SELECT nextval('events_position')").await.unwrap();
    lit(&store, "A-2").await;
    assert_eq!(store.tail(0, 10).await.unwrap().events.len(), 1, "the later one waits for the slower writer");
    held.rollback().await.unwrap();
    assert_eq!(store.tail(0, 10).await.unwrap().events.len(), 2);
}

#[tokio::test]
async fn of_two_who_begin_the_same_thing_one_is_late() {
    for database in databases().await {
        let store = open(database.connect().await, &ControlledClock::from_now()).await;
        let id = LampId::generate();
        // Decided before either is kept, as two replicas would.
        let context = context(&store);
        let decide = || store.decide::<Lamp>(id, Expect::Nothing, light("S-1"), &context);
        let (one, other) = (decide().await.unwrap(), decide().await.unwrap());
        store.commit(Unit::new().change(one)).await.unwrap();
        let late = store.commit(Unit::new().change(other)).await.unwrap_err();
        assert!(matches!(late, Failure::Stale { actual: 1 }), "{late:?}");
    }
}

#[tokio::test]
async fn the_last_change_of_a_row_wins() {
    for database in databases().await {
        let store = open(database.connect().await, &ControlledClock::from_now()).await;
        let id = lit(&store, "S-1").await;
        let lamp = store.load::<Lamp>(id).await.unwrap().unwrap();
        let with = |number: &str| RowChange::put(row::Model { number: number.into(), ..row::Model::from(&lamp) });
        store.commit(Unit::new().rows([with("first"), with("last")])).await.unwrap();
        let rows = row::Entity::find().all(&store.database().reader).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.number.as_str()).collect::<Vec<_>>(), ["last"]);
    }
}
