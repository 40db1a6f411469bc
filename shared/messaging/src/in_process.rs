//! Subscriptions without Kafka: the producers' logs are in the same process, and read directly.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use event_store::Store;
use futures_util::future::join_all;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::cloud_event::CloudEvent;
use crate::lease::{checkpoint, save_checkpoint};
use crate::subscriptions::Subscriptions;

const PAGE: u64 = 500;
/// A look at the log now and then, in case another process wrote to it.
const POLL: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_secs(1);

pub(crate) async fn consume(
    subscriptions: Subscriptions,
    logs: &HashMap<&'static str, Store>,
    producers: BTreeSet<&'static str>,
    stop: CancellationToken,
) {
    let known = producers.into_iter().filter_map(|producer| {
        let log = logs.get(producer);
        if log.is_none() {
            tracing::warn!(producer, "its events cannot be heard: it runs elsewhere and there is no Kafka");
        }
        log.map(|log| follow(&subscriptions, log, &stop))
    });
    join_all(known.collect::<Vec<_>>()).await;
}

async fn follow(subscriptions: &Subscriptions, log: &Store, stop: &CancellationToken) {
    let name = crate::place::in_process(subscriptions.store.service(), log.service());
    let mut changed = log.changed();
    while !stop.is_cancelled() {
        let read = read_on(subscriptions, log, &name, stop);
        match read.await {
            Ok(true) => {}
            Ok(false) => {
                let _ = stop.run_until_cancelled(timeout(POLL, changed.changed())).await;
            }
            Err(failure) => {
                tracing::warn!(%failure, name, "the log cannot be followed at the moment");
                let _ = stop.run_until_cancelled(sleep(PAUSE)).await;
            }
        }
    }
}

/// Handles the next page; whether there may be more.
async fn read_on(
    subscriptions: &Subscriptions,
    log: &Store,
    name: &str,
    stop: &CancellationToken,
) -> Result<bool, event_store::Failure> {
    let after = checkpoint(&subscriptions.store, name).await?;
    let end = log.last_drawn().await?;
    if after > end {
        let error = format!(
            "{name} has heard everything up to position {after}, but the log ends at {end}: it was restored or replaced"
        );
        return Err(event_store::Failure::Database(error));
    }
    let page = log.tail(after, PAGE).await?;
    let behind = log.horizon().await?.saturating_sub(after);
    telemetry::metrics::consumer_lag(subscriptions.store.service(), name, behind.unsigned_abs());
    let mut reached = page.until;
    for event in &page.events {
        if subscriptions.handle(&CloudEvent::of(log.service(), event), stop).await.is_none() {
            reached = event.position - 1;
            break;
        }
    }
    if reached > after {
        save_checkpoint(&subscriptions.store, name, reached, 0).await?;
    }
    Ok(page.more)
}
