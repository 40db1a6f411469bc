//! What other services' events make a service do.

use std::fmt;
use std::sync::Arc;

use event_store::{Actor, Context, Failure, Store, Unit};
use events::Published;
use futures_util::future::BoxFuture;
use kernel::Fault;
use tracing::Instrument;
use uuid::Uuid;

use crate::cloud_event::CloudEvent;

/// A function from an event to what is to be kept; the kit keeps it, once.
#[derive(Clone)]
pub struct Reaction {
    /// Unique within the service.
    pub name: &'static str,
    /// The producing service.
    pub service: &'static str,
    /// The event, without the service: `employee.left.v1`.
    pub event_name: &'static str,
    handler: Handler,
}

type Handler = Arc<dyn Fn(CloudEvent, Store) -> BoxFuture<'static, Result<Unit, Failure>> + Send + Sync>;

/// The circumstances of a reaction.
#[derive(Clone, Debug)]
pub struct Received {
    pub event_id: Uuid,
    /// The thing the event happened to.
    pub subject: Uuid,
    pub event: CloudEvent,
    pub store: Store,
    /// For commands: the system acts, caused by the event.
    pub context: Context,
}

impl Reaction {
    /// Calls `handler` for each `E`. It may be called again for an event whose effect was not kept; its own reads and
    /// decisions are all it should do.
    pub fn on<E, F, Fut>(name: &'static str, handler: F) -> Self
    where
        E: Published,
        F: Fn(E, Received) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Unit, Failure>> + Send + 'static,
    {
        let handler = Arc::new(handler);
        let erased: Handler = Arc::new(move |event, store| {
            let handler = handler.clone();
            Box::pin(async move {
                let data =
                    serde_json::from_value::<E>(event.data.clone()).map_err(|error| unreadable(&event, &error))?;
                handler(data, received(name, event, store)).await
            })
        });
        Self { name, service: E::SERVICE, event_name: E::NAME, handler: erased }
    }

    pub fn wants(&self, event: &CloudEvent) -> bool {
        self.event_name == event.name() && self.service == event.service()
    }

    /// Whether the event is a version of what it wants that came after it was written.
    pub fn is_older_than(&self, event: &CloudEvent) -> bool {
        match (numbered(self.event_name), numbered(event.name())) {
            (Some((wanted, known)), Some((name, version))) => {
                self.service == event.service() && wanted == name && known < version
            }
            _ => false,
        }
    }

    /// The name of its subscription: what its inbox and parked keys are kept under.
    pub fn subscription(&self, service: &str) -> String {
        format!("{service}.{}", self.name)
    }

    /// Handles the event in the trace it belongs to. A panic counts as a failure that trying again does not mend.
    pub(crate) async fn handle(&self, event: &CloudEvent, store: &Store) -> Result<(), Failure> {
        let subscription = self.subscription(store.service());
        let span = tracing::info_span!("reaction", name = subscription, event = event.kind, id = %event.id);
        telemetry::continue_from(&span, event.traceparent.as_deref());
        let (event, store, handler) = (event.clone(), store.clone(), self.handler.clone());
        let work = async move {
            let unit = handler(event.clone(), store.clone()).await?;
            let once = unit.once(&subscription, event.id, store.clock().now());
            kernel::crash::point("reacting");
            match store.commit(once).await {
                Ok(_) | Err(Failure::Handled) => {
                    kernel::crash::point("reacted");
                    Ok(())
                }
                Err(failure) => Err(failure),
            }
        };
        let panicked = |error: tokio::task::JoinError| Failure::Database(format!("the reaction panicked: {error}"));
        tokio::spawn(work.instrument(span)).await.map_err(panicked)?
    }
}

fn received(name: &str, event: CloudEvent, store: Store) -> Received {
    let mut context = Context::new(store.clock().now(), Actor::system(name));
    context.causation = Some(event.id);
    context.correlation.clone_from(&event.correlationid);
    context.traceparent = telemetry::current_traceparent().or_else(|| event.traceparent.clone());
    Received { event_id: event.id, subject: event.subject, event, store, context }
}

/// `device.assigned.v2`: the name without its version, and the version.
fn numbered(name: &str) -> Option<(&str, u32)> {
    let (name, version) = name.rsplit_once(".v")?;
    Some((name, version.parse().ok()?))
}

fn unreadable(event: &CloudEvent, error: &serde_json::Error) -> Failure {
    let en = format!("{} cannot be read: {error}", event.kind);
    Fault::invalid("event-unreadable", en, "მოვლენა ვერ წაიკითხა.").into()
}

impl fmt::Debug for Reaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}: {}", self.name, self.service, self.event_name)
    }
}
