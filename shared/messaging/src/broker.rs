//! Where events come from and go to.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use event_store::Store;
use tokio_util::sync::CancellationToken;

use crate::cloud_event::CloudEvent;
use crate::kafka::Kafka;
use crate::relay;

#[derive(Clone)]
pub enum Broker {
    Kafka(Arc<Kafka>),
    /// The logs of the services in this process, by name.
    InProcess(Arc<HashMap<&'static str, Store>>),
}

impl Broker {
    /// `prefix` is what topics and groups begin with; [`crate::PREFIX`] unless several platforms share the servers.
    pub fn kafka(servers: &str, prefix: &str, replication: i32) -> Self {
        Self::Kafka(Arc::new(Kafka::new(servers, prefix, replication)))
    }

    pub fn in_process(logs: HashMap<&'static str, Store>) -> Self {
        Self::InProcess(Arc::new(logs))
    }

    pub fn is_kafka(&self) -> bool {
        matches!(self, Self::Kafka(_))
    }

    /// Whether it answers now.
    pub async fn is_reachable(&self) -> bool {
        match self {
            Self::Kafka(kafka) => kafka.is_reachable().await,
            Self::InProcess(_) => true,
        }
    }

    /// Publishes the service's log for as long as this replica leads; does nothing where readers read the log itself.
    pub async fn relay(self, store: Store, stop: CancellationToken) {
        if let Self::Kafka(kafka) = self {
            relay::run(&kafka, &store, &stop).await;
        }
    }

    /// Tells operators who watch the topics that an event was parked; the table is what counts.
    pub(crate) async fn dead_letter(&self, service: &str, event: &CloudEvent, error: &str) {
        if let Self::Kafka(kafka) = self {
            kafka.dead_letter(service, event, error).await;
        }
    }
}

impl fmt::Debug for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_kafka() { "Kafka" } else { "in process" })
    }
}
