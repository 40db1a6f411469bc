//! What is measured now and then, whether or not anything happens: dead letters, timers, connections.

use std::collections::BTreeSet;
use std::time::Duration;

use event_store::{Failure, Store};
use telemetry::metrics;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_secs(15);

/// Until told to stop.
pub async fn run(store: Store, subscriptions: BTreeSet<String>, stop: CancellationToken) {
    loop {
        connections(&store);
        if let Err(failure) = measure(&store, &subscriptions).await {
            tracing::debug!(%failure, service = store.service(), "it could not be measured");
        }
        if stop.run_until_cancelled(sleep(EVERY)).await.is_none() {
            return;
        }
    }
}

/// The pool for reading.
pub fn connections(store: &Store) {
    let (idle, used) = store.database().readers();
    metrics::pool_connections(store.service(), idle, used);
    metrics::pool_limit(store.service(), store.database().most_readers());
}

async fn measure(store: &Store, subscriptions: &BTreeSet<String>) -> Result<(), Failure> {
    let parked = messaging::dead_letters::standing(store).await?;
    // A subscription whose last dead letter has gone is back at nothing.
    let names = subscriptions.iter().chain(parked.iter().map(|one| &one.subscription));
    for name in names.collect::<BTreeSet<_>>() {
        let of_it = parked.iter().find(|one| one.subscription == *name);
        metrics::parked_keys(store.service(), name, of_it.map_or(0, |one| one.keys));
        metrics::dead_letters(store.service(), name, of_it.map_or(0, |one| one.events));
    }
    let timers = store.timers_standing().await?;
    let late = timers.oldest_due_at.and_then(|due| (store.clock().now() - due).to_std().ok());
    metrics::timers(store.service(), late.unwrap_or_default(), timers.stuck);
    Ok(())
}
