//! What is measured now and then, whether or not anything happens: the relay, dead letters, timers, connections.

use std::collections::BTreeSet;
use std::time::Duration;

use event_store::{Failure, Store};
use messaging::Broker;
use telemetry::metrics;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_secs(15);

/// Until told to stop.
pub async fn run(store: Store, subscriptions: BTreeSet<String>, broker: Broker, stop: CancellationToken) {
    let mut relay = broker.is_kafka().then(RelayWatch::default);
    loop {
        connections(&store);
        let measured = async {
            if let Some(relay) = &mut relay {
                relay.look(&store).await?;
            }
            parked(&store, &subscriptions).await?;
            timers(&store).await
        };
        if let Err(failure) = measured.await {
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

/// Sees the relay stand still, also when it waits for a Kafka that does not answer: it gives up on nothing.
#[derive(Debug, Default)]
struct RelayWatch {
    published: i64,
    /// Looks in a row that found events waiting and nothing published.
    still: u32,
    blocked: bool,
}

impl RelayWatch {
    async fn look(&mut self, store: &Store) -> Result<(), Failure> {
        let published = messaging::place::published(store).await?;
        let waiting = store.horizon().await?.saturating_sub(published);
        metrics::relay_lag(store.service(), waiting.unsigned_abs());
        let was_blocked = self.blocked;
        if self.is_blocked(published, waiting) != was_blocked {
            metrics::relay_blocked(store.service(), self.blocked);
            if self.blocked {
                tracing::warn!(service = store.service(), published, waiting, "publishing stands still");
            }
        }
        Ok(())
    }

    /// Two looks without progress are a relay that stands still; a checkpoint ahead of the log does too.
    fn is_blocked(&mut self, published: i64, waiting: i64) -> bool {
        let moved = published != self.published;
        self.still = if waiting == 0 || moved { 0 } else { self.still + 1 };
        self.published = published;
        self.blocked = self.still >= 2;
        self.blocked
    }
}

async fn parked(store: &Store, subscriptions: &BTreeSet<String>) -> Result<(), Failure> {
    let parked = messaging::dead_letters::standing(store).await?;
    // A subscription whose last dead letter has gone is back at nothing.
    let names = subscriptions.iter().chain(parked.iter().map(|one| &one.subscription));
    for name in names.collect::<BTreeSet<_>>() {
        let of_it = parked.iter().find(|one| one.subscription == *name);
        metrics::parked_keys(store.service(), name, of_it.map_or(0, |one| one.keys));
        metrics::dead_letters(store.service(), name, of_it.map_or(0, |one| one.events));
    }
    Ok(())
}

async fn timers(store: &Store) -> Result<(), Failure> {
    let timers = store.timers_standing().await?;
    let late = timers.oldest_due_at.and_then(|due| (store.clock().now() - due).to_std().ok());
    metrics::timers(store.service(), late.unwrap_or_default(), timers.stuck);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relay_that_publishes_nothing_while_events_wait_is_blocked() {
        let mut relay = RelayWatch::default();
        assert!(!relay.is_blocked(10, 5));
        assert!(!relay.is_blocked(10, 5), "it may have just begun");
        assert!(relay.is_blocked(10, 9));
        assert!(!relay.is_blocked(12, 7), "slow is not blocked");
        assert!(!relay.is_blocked(12, 0));
        assert!(!relay.is_blocked(12, 0), "nothing waits");
    }
}
