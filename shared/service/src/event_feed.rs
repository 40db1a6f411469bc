//! The events of a service over HTTP: a page of the log, and a stream that goes on from any position.
//!
//! A caller sees the events of those capabilities it may read, of those units and people that are for its eyes.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse, get};
use auth::Reach;
use event_store::{Failure, Store, StoredEvent};
use futures_util::{StreamExt, stream};
use kernel::{Fault, Kind};
use messaging::CloudEvent;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use utoipa::{IntoParams, ToSchema};
use web::gate::Units;
use web::{Caller, Directory, Params, Problem, Routes, Visible, words};

const LARGEST_PAGE: u64 = 500;
const HEARTBEAT: Duration = Duration::from_secs(15);
/// A stream lasts no longer than an access token: whoever goes on shows a token that is still good.
const LONGEST: Duration = Duration::from_secs(600);
/// How often the log is looked at when no commit of this process says that it grew.
const POLL: Duration = Duration::from_millis(500);

/// What shows the events of which kind of stream.
#[derive(Clone, Debug)]
pub struct EventScopes(pub Arc<HashMap<&'static str, EventScope>>);

/// Cancelled when the service is about to stop: streams have no end of their own that it could wait for.
#[derive(Clone, Debug, Default)]
pub struct Closing(pub CancellationToken);

#[derive(Clone, Debug)]
pub struct EventScope {
    pub scope: String,
    /// Whether what belongs to no unit and nobody is hidden from those who may see their own only; as it is in lists.
    pub placed: bool,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Only events after this position.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// Only this type, with or without its version: `device.assigned`.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// How many at most (1 to 500, 100 unless asked otherwise).
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u64>,
}

impl Wanted {
    fn check(&self) -> Result<(), Fault> {
        let mut faults = vec![];
        if self.limit.is_some_and(|limit| !(1..=LARGEST_PAGE).contains(&limit)) {
            faults.push(words::bad_parameter("limit", "From 1 to 500.", "1-დან 500-მდე."));
        }
        if self.after.is_some_and(|after| after < 0) {
            faults.push(words::bad_parameter("after", "A position is not negative.", "პოზიცია უარყოფითი არ არის."));
        }
        if faults.is_empty() { Ok(()) } else { Err(Fault::all(Kind::Malformed, faults)) }
    }
}

/// A page of the log.
#[derive(Serialize, ToSchema)]
struct EventPage {
    /// CloudEvents; those that the caller may not see are left out, so a page may be short, or empty.
    #[schema(value_type = Vec<Object>)]
    items: Vec<CloudEvent>,
    /// The position to go on after.
    next: i64,
    /// Whether there are later ones already.
    more: bool,
}

/// One message of a stream.
#[derive(Serialize, ToSchema)]
#[allow(dead_code)] // describes an answer
struct ServerSentEvent {
    /// The position.
    id: String,
    /// Name of the event; absent for a position that moved on without one.
    event: Option<String>,
    /// A CloudEvent as JSON.
    data: Option<String>,
}

pub fn routes(routes: &mut Routes<'_>) {
    routes.service(list_events).service(stream_events);
}

/// A page of the service's events, as CloudEvents.
#[utoipa::path(
    params(Wanted),
    responses((status = 200, body = EventPage)),
    extensions(("x-authenticated" = json!(true)))
)]
#[get("/events")]
async fn list_events(
    wanted: Params<Wanted>,
    caller: Caller,
    store: Data<Store>,
    scopes: Data<EventScopes>,
    directory: Directory,
) -> Result<HttpResponse, Problem> {
    let wanted = wanted.0;
    wanted.check()?;
    let limit = wanted.limit.unwrap_or(100);
    let eyes = Eyes::of(&caller, &scopes, &directory).await?;
    let page = store.tail(wanted.after.unwrap_or(0), limit).await?;
    let items: Vec<CloudEvent> = page
        .events
        .iter()
        .filter(|event| eyes.see(event, &wanted))
        .map(|event| CloudEvent::of(store.service(), event))
        .collect();
    Ok(HttpResponse::Ok().json(EventPage { items, next: page.until, more: page.more }))
}

/// The service's events as they happen (server-sent events); `Last-Event-ID` or `after` says where to go on.
#[utoipa::path(
    params(Wanted, ("Last-Event-ID" = Option<String>, Header, description = "Position of the last event received.")),
    responses((status = 200, description = "CloudEvents; `id` is the position.", body = ServerSentEvent, content_type = "text/event-stream")),
    extensions(("x-authenticated" = json!(true)))
)]
#[get("/events/stream")]
async fn stream_events(
    request: HttpRequest,
    wanted: Params<Wanted>,
    caller: Caller,
    store: Data<Store>,
    scopes: Data<EventScopes>,
    directory: Directory,
    closing: Data<Closing>,
) -> Result<HttpResponse, Problem> {
    let wanted = wanted.0;
    wanted.check()?;
    let eyes = Eyes::of(&caller, &scopes, &directory).await?;
    let last = request.headers().get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let after = match last.or(wanted.after) {
        Some(after) => after,
        None => store.horizon().await?,
    };
    let feed = Feed { store: store.get_ref().clone(), eyes, wanted, after, ends_at: Instant::now() + LONGEST };
    let events = stream::unfold(feed, |mut feed| async move {
        let text = feed.next().await?;
        Some((Ok::<_, Infallible>(Bytes::from(text)), feed))
    });
    // The position without an event: whoever breaks off before the first one goes on from here.
    let opening = stream::once(async move { Ok(Bytes::from(format!(": open\nid: {after}\n\n"))) });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header(("cache-control", "no-store"))
        .streaming(opening.chain(events).take_until(closing.0.clone().cancelled_owned())))
}

struct Feed {
    store: Store,
    eyes: Eyes,
    wanted: Wanted,
    after: i64,
    ends_at: Instant,
}

impl Feed {
    /// The next events as text, or a comment that keeps the connection open; `None` ends the stream.
    async fn next(&mut self) -> Option<String> {
        let mut changed = self.store.changed();
        let quiet_until = (Instant::now() + HEARTBEAT).min(self.ends_at);
        while Instant::now() < quiet_until {
            let page = self.store.tail(self.after, 200).await.ok()?;
            self.after = page.until;
            let seen = page.events.iter().filter(|event| self.eyes.see(event, &self.wanted));
            let text: String = seen.map(|event| message(self.store.service(), event)).collect();
            if !text.is_empty() {
                return Some(text);
            }
            if !page.more {
                let _ = tokio::time::timeout(POLL, changed.changed()).await;
            }
        }
        (Instant::now() < self.ends_at).then(|| ": still here\n\n".to_owned())
    }
}

fn message(service: &str, event: &StoredEvent) -> String {
    let data = serde_json::to_string(&CloudEvent::of(service, event)).unwrap_or_default();
    format!("id: {}\nevent: {}\ndata: {data}\n\n", event.position, event.name)
}

/// What a caller may see of the log.
struct Eyes(HashMap<&'static str, Sight>);

struct Sight {
    visible: Visible,
    placed: bool,
}

impl Eyes {
    async fn of(caller: &Caller, scopes: &EventScopes, directory: &Directory) -> Result<Self, Failure> {
        let mut kinds = HashMap::new();
        for (kind, EventScope { scope, placed }) in scopes.0.iter() {
            let visible = match caller.principal.reach(scope) {
                Reach::Nowhere => continue,
                Reach::Everywhere => Visible::Everything,
                Reach::Limited { units, own } => Visible::Only { units: directory.under(&units).await?, own },
            };
            kinds.insert(*kind, Sight { visible, placed: *placed });
        }
        Ok(Self(kinds))
    }

    fn see(&self, event: &StoredEvent, wanted: &Wanted) -> bool {
        let named = wanted.kind.as_ref().is_none_or(|kind| {
            event.name == *kind || event.name.strip_prefix(kind.as_str()).is_some_and(|rest| rest.starts_with(".v"))
        });
        named && self.0.get(event.kind.as_str()).is_some_and(|sight| sight.shows(event))
    }
}

impl Sight {
    /// As [`Visible::shows`] has it for rows.
    fn shows(&self, event: &StoredEvent) -> bool {
        let Visible::Only { units, own } = &self.visible else { return true };
        let of_unit = event.org_unit_id.is_some_and(|unit| units.contains(&unit));
        let of_mine = own.is_some() && event.owner_id == *own;
        !self.placed || of_unit || of_mine
    }
}
