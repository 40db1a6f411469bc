//! The event store by itself, without HTTP around it.

use std::time::Instant;

use anyhow::{Context as _, Result};
use event_store::{Actor, Context, Database, Expect, MIGRATIONS, Store, Unit};
use futures_util::future::try_join_all;
use kernel::Clock;
use kernel::id::Id;

use crate::asset::{Asset, AssetCommand, AssetId};
use crate::say;

pub async fn open(url: &str) -> Result<Store> {
    let database = Database::connect(url, 8).await?;
    let migrations: Vec<_> = MIGRATIONS.iter().chain(messaging::MIGRATIONS).copied().collect();
    database.migrate(&migrations).await?;
    let store = Store::open("bench", database, [7; 32], Clock::system());
    store.ensure_read_model::<Asset>().await?;
    Ok(store)
}

fn context(store: &Store) -> Context {
    Context::new(store.clock().now(), Actor::system("bench"))
}

/// Writers at once, each with assets of its own and so many commands on each.
pub async fn append(url: &str, writers: u64, assets: u64, commands: u64) -> Result<()> {
    let store = open(url).await?;
    let begun = Instant::now();
    let each = (0..writers).map(|writer| {
        let store = store.clone();
        tokio::spawn(async move {
            for _ in (writer..assets).step_by(writers as usize) {
                let id = AssetId::generate();
                for n in 0..commands {
                    let expect = if n == 0 { Expect::Nothing } else { Expect::Something };
                    store.execute::<Asset>(id, expect, AssetCommand::numbered(n), &context(&store), None).await?;
                }
            }
            Ok::<_, event_store::Failure>(())
        })
    });
    for outcome in try_join_all(each).await? {
        outcome?;
    }
    say("commands_per_s", (assets * commands) as f64 / begun.elapsed().as_secs_f64());
    Ok(())
}

/// So many assets with so many events each, by large units: what is to be read afterwards.
pub async fn fill(url: &str, assets: u64, events: u64) -> Result<()> {
    let store = open(url).await?;
    let ids: Vec<AssetId> = (0..assets).map(|_| AssetId::generate()).collect();
    for n in 0..events {
        let expect = if n == 0 { Expect::Nothing } else { Expect::Something };
        for ids in ids.chunks(4_000) {
            let store = &store;
            let writes = ids.chunks(100).map(|ids| async move {
                let mut unit = Unit::new();
                for id in ids {
                    let command = AssetCommand::numbered(n);
                    unit = unit.change(store.decide::<Asset>(*id, expect, command, &context(store)).await?);
                }
                store.commit(unit).await
            });
            try_join_all(writes).await?;
        }
    }
    Ok(())
}

/// Folds every asset from its events.
pub async fn replay(url: &str) -> Result<()> {
    let store = open(url).await?;
    let (until, begun) = (store.clock().now(), Instant::now());
    let entities = store.fold_until::<Asset>(until).await?;
    let events: i64 = entities.values().map(|entity| entity.version).sum();
    say("events_per_s", events as f64 / begun.elapsed().as_secs_f64());
    Ok(())
}

/// Makes the read model anew from the whole log.
pub async fn rebuild(url: &str) -> Result<()> {
    let store = open(url).await?;
    let begun = Instant::now();
    let rebuilt = store.rebuild::<Asset>(&|_| ()).await.context("the read model is not rebuilt")?;
    say("events_per_s", rebuilt.events as f64 / begun.elapsed().as_secs_f64());
    Ok(())
}
