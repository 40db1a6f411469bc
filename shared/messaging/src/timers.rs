//! Firing what is due, by whichever replica holds the lease.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use event_store::timers::Due;
use event_store::{Actor, Context, Failure, Store};
use futures_util::future::BoxFuture;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::lease::Lease;

/// How often the timers are looked at.
const POLL: Duration = Duration::from_millis(250);
const PAGE: u64 = 100;

/// Carries out what a due timer of one kind of aggregate stands for.
pub type Fire = Arc<dyn Fn(Store, Due, Context) -> BoxFuture<'static, Result<(), Failure>> + Send + Sync>;

pub struct Timers {
    store: Store,
    fires: HashMap<&'static str, Fire>,
}

impl Timers {
    pub fn new(store: Store, fires: HashMap<&'static str, Fire>) -> Self {
        Self { store, fires }
    }

    /// Until told to stop.
    pub async fn run(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let Some(lease) = Lease::hold(&self.store, "timers", &stop).await else { return };
            let mut changed = self.store.changed();
            while !lease.lost().is_cancelled() {
                if !self.fire_due().await {
                    let wait = timeout(POLL, changed.changed());
                    let _ = lease.lost().run_until_cancelled(wait).await;
                    let _ = lease.lost().run_until_cancelled(sleep(POLL / 5)).await;
                }
            }
        }
    }

    /// Fires everything that is due; whether there may be more.
    async fn fire_due(&self) -> bool {
        match self.store.due_timers(PAGE).await {
            Ok(due) => {
                for one in &due {
                    self.fire(one).await;
                }
                due.len() as u64 == PAGE
            }
            Err(failure) => {
                tracing::warn!(%failure, "timers cannot be looked at");
                false
            }
        }
    }

    async fn fire(&self, due: &Due) {
        let mut context = Context::new(self.store.clock().now(), Actor::system("timer"));
        context.reason = Some(format!("due at {}", due.due_at.to_rfc3339()));
        let fired = match self.fires.get(due.kind.as_str()) {
            Some(fire) => fire(self.store.clone(), due.clone(), context).await,
            None => Err(Failure::Database(format!("nobody knows how to fire for {}", due.kind))),
        };
        match fired {
            Ok(()) => telemetry::metrics::timer_fired(self.store.service(), &due.name),
            Err(failure) => {
                tracing::warn!(%failure, kind = due.kind, name = due.name, id = %due.stream_id, "a timer is tried again later");
                if let Err(failure) = self.store.postpone_timer(due).await {
                    tracing::warn!(%failure, "it could not even be postponed");
                }
            }
        }
    }
}
