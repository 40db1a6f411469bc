//! The only writer of the log. Commands that arrive while a transaction is under way share the next one: each is
//! durable before its answer, each is still refused alone.

use std::collections::HashSet;

use tokio::sync::{mpsc, oneshot, watch};

use crate::Failure;
use crate::batch::{self, Verdict};
use crate::database::Database;
use crate::unit::{Committed, Unit};

/// More than this in one transaction gains nothing measurable and delays the first.
const LARGEST_BATCH: usize = 128;

type Outcome = Result<Committed, Failure>;

struct Waiting {
    unit: Unit,
    answer: oneshot::Sender<Outcome>,
}

#[derive(Clone, Debug)]
pub struct Committer {
    queue: mpsc::Sender<Waiting>,
    /// Raised after each commit.
    changed: watch::Sender<u64>,
}

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Waiting")
    }
}

impl Committer {
    /// Starts the tasks that write. They end when the last clone is dropped and the queue is empty.
    pub fn start(database: Database, service: &'static str) -> Self {
        let (queue, waiting) = mpsc::channel(1024);
        let changed = watch::Sender::new(0);
        tokio::spawn(write(database, service, waiting, changed.clone()));
        Self { queue, changed }
    }

    /// Hands the unit over. A caller that goes away does not stop it half-way.
    pub async fn commit(&self, unit: Unit) -> Outcome {
        let (answer, outcome) = oneshot::channel();
        let gone = || Failure::Away("the writer has stopped".into());
        self.queue.send(Waiting { unit, answer }).await.map_err(|_| gone())?;
        outcome.await.map_err(|_| gone())?
    }

    pub fn changed(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}

async fn write(
    database: Database,
    service: &'static str,
    mut queue: mpsc::Receiver<Waiting>,
    changed: watch::Sender<u64>,
) {
    let mut held_back: Vec<Waiting> = vec![];
    loop {
        if held_back.is_empty() {
            match queue.recv().await {
                Some(first) => held_back.push(first),
                None => return,
            }
        }
        while held_back.len() < LARGEST_BATCH {
            let Ok(next) = queue.try_recv() else { break };
            held_back.push(next);
        }
        let (batch, later) = disjoint(std::mem::take(&mut held_back));
        held_back = later;
        let started = std::time::Instant::now();
        settle(&database, batch).await;
        metrics::histogram!("darbazi_append_duration_seconds", "service" => service).record(started.elapsed());
        changed.send_modify(|count| *count += 1);
    }
}

/// Units that touch a stream which is already in the batch wait for the next one.
fn disjoint(waiting: Vec<Waiting>) -> (Vec<Waiting>, Vec<Waiting>) {
    let mut touched = HashSet::new();
    let mut keys = HashSet::new();
    waiting.into_iter().partition(|next| {
        let fresh_key = next.unit.command.as_ref().is_none_or(|command| keys.insert(command.key.clone()));
        let streams: Vec<_> = next.unit.streams().collect();
        let free = fresh_key && streams.iter().all(|stream| !touched.contains(stream));
        touched.extend(streams);
        free
    })
}

/// Writes the batch; takes out who is refused and writes the others, until all have their answer.
async fn settle(database: &Database, mut batch: Vec<Waiting>) {
    while !batch.is_empty() {
        let units: Vec<&Unit> = batch.iter().map(|waiting| &waiting.unit).collect();
        match batch::write(database, &units).await {
            Ok(Verdict::Written(committed)) => {
                kernel::crash::point("committed");
                for (waiting, committed) in batch.drain(..).zip(committed) {
                    // The caller may have gone away meanwhile; what it asked for is kept all the same.
                    let _ = waiting.answer.send(Ok(committed));
                }
            }
            Ok(Verdict::Refused(mut refused)) => {
                refused.sort_by_key(|(index, _)| std::cmp::Reverse(*index));
                for (index, failure) in refused {
                    let _ = batch.remove(index).answer.send(Err(failure));
                }
            }
            Err(failure) if batch.len() == 1 || matches!(failure, Failure::Away(_)) => {
                for waiting in batch.drain(..) {
                    let _ = waiting.answer.send(Err(failure.clone()));
                }
            }
            // One of them broke a rule of the database, which does not say whose it was: ask one by one.
            Err(_) => {
                for waiting in batch.drain(..) {
                    Box::pin(settle(database, vec![waiting])).await;
                }
            }
        }
    }
}
