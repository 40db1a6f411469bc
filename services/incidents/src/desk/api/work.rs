//! The way of a ticket: triage, work, waiting, solution, closing.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::Fault;
use serde::Deserialize;
use service::web::{Caller, Commands, Directory, Key, Problem, Reference, Reply, Routes, Valid, post};
use utoipa::ToSchema;

use super::tickets::{case, working};
use crate::desk::domain::queue::{Queue, QueueId, QueueReference};
use crate::desk::domain::ticket::{Duty, Ticket, TicketCommand, Triage};
use crate::desk::view::TicketRow;
use crate::desk::words::{Category, Outcome, WaitReason};
use crate::policy::words::Level;

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(triage)
        .service(reassess)
        .service(route)
        .service(assign)
        .service(release)
        .service(start)
        .service(wait)
        .service(resume)
        .service(resolve)
        .service(close)
        .service(reopen)
        .service(log_work);
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TriageTicket {
    /// Number or id of the queue that is to work on it.
    queue: Reference,
    impact: Level,
    urgency: Level,
    /// The category, when the requester chose another.
    category: Option<Category>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReassessTicket {
    impact: Level,
    urgency: Level,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RouteTicket {
    queue: Reference,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AssignTicket {
    /// Somebody of the ticket's queue.
    assignee: Reference,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PauseTicket {
    reason: WaitReason,
    /// When to go on by itself.
    until: Option<DateTime<Utc>>,
    /// What the requester is told.
    #[schema(min_length = 1, max_length = 5000, example = "ველოდებით კარტრიჯს მომწოდებლისგან.")]
    note: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResolveTicket {
    outcome: Outcome,
    #[schema(min_length = 1, max_length = 20_000, example = "კარტრიჯი გამოიცვალა, საცდელი გვერდი დაიბეჭდა.")]
    solution: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReopenTicket {
    #[schema(min_length = 1, max_length = 5000, example = "იგივე შეცდომა ისევ გამოჩნდა.")]
    why: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LogWork {
    #[schema(minimum = 1, maximum = 1440, example = 25)]
    minutes: u32,
    /// Today unless said.
    worked_on: Option<NaiveDate>,
    #[schema(min_length = 1, max_length = 5000, example = "კარტრიჯის გამოცვლა")]
    note: Option<String>,
}

/// Triage a ticket: queue, impact and urgency.
#[utoipa::path(request_body = TriageTicket, responses((status = 200, body = TicketRow)))]
#[post("/tickets/{id}/triage")]
async fn triage(
    id: Key<Ticket>,
    caller: Caller,
    body: Valid<TriageTicket>,
    tickets: Commands<Ticket>,
    queues: Commands<Queue>,
) -> Reply<Ticket> {
    let request = body.into_inner();
    let queue = open_queue(&queues, &caller, &request.queue).await?;
    let TriageTicket { impact, urgency, category, .. } = request;
    tickets.execute(&caller, &id, TicketCommand::Triage(Triage { queue, impact, urgency, category })).await
}

/// Assess impact and urgency again.
#[utoipa::path(request_body = ReassessTicket, responses((status = 200, body = TicketRow)))]
#[post("/tickets/{id}/reassess")]
async fn reassess(
    id: Key<Ticket>,
    caller: Caller,
    body: Valid<ReassessTicket>,
    tickets: Commands<Ticket>,
) -> Reply<Ticket> {
    let ReassessTicket { impact, urgency } = body.into_inner();
    tickets.execute(&caller, &id, TicketCommand::Reassess { impact, urgency }).await
}

/// Give a ticket to another queue.
#[utoipa::path(request_body = RouteTicket, responses((status = 200, body = TicketRow)))]
#[post("/tickets/{id}/route")]
async fn route(
    id: Key<Ticket>,
    caller: Caller,
    body: Valid<RouteTicket>,
    tickets: Commands<Ticket>,
    queues: Commands<Queue>,
) -> Reply<Ticket> {
    let to = open_queue(&queues, &caller, &body.into_inner().queue).await?;
    tickets.execute(&caller, &id, TicketCommand::Route { to }).await
}

/// Assign a ticket to somebody of its queue.
#[utoipa::path(request_body = AssignTicket, responses((status = 200, body = TicketRow)))]
#[post("/tickets/{id}/assign")]
async fn assign(
    id: Key<Ticket>,
    caller: Caller,
    body: Valid<AssignTicket>,
    tickets: Commands<Ticket>,
    queues: Commands<Queue>,
    directory: Directory,
) -> Reply<Ticket> {
    let employee = working(&directory, &body.into_inner().assignee, "/assignee").await?.id;
    let queue = case(&tickets, &caller, &id).await?.queue;
    let in_queue = works_in(&queues, queue.as_ref(), employee).await?;
    tickets.execute(&caller, &id, TicketCommand::Assign { to: Duty { employee, in_queue } }).await
}

/// Give a ticket back to its queue.
#[utoipa::path(responses((status = 200, body = TicketRow)))]
#[post("/tickets/{id}/release")]
async fn release(id: Key<Ticket>, caller: Caller, tickets: Commands<Ticket>) -> Reply<Ticket> {
    tickets.execute(&caller, &id, TicketCommand::Release).await
}

/// Begin to work on a ticket.
#[utoipa::path(responses((status = 200, body = TicketRow)))]
#[post("/tickets/{id}/start")]
async fn start(id: Key<Ticket>, caller: Caller, tickets: Commands<Ticket>) -> Reply<Ticket> {
    tickets.execute(&caller, &id, TicketCommand::Start).await
}

/// Let a ticket wait for somebody else: its clocks stand still.
#[utoipa::path(request_body = PauseTicket, responses((status = 200, body = TicketRow)))]
#[post("/tickets/{id}/wait")]
async fn wait(id: Key<Ticket>, caller: Caller, body: Valid<PauseTicket>, tickets: Commands<Ticket>) -> Reply<Ticket> {
    let PauseTicket { reason, until, note } = body.into_inner();
    tickets.execute(&caller, &id, TicketCommand::Wait { reason, until, note }).await
}

/// Go on with a ticket that waited.
#[utoipa::path(responses((status = 200, body = TicketRow)))]
#[post("/tickets/{id}/resume")]
async fn resume(id: Key<Ticket>, caller: Caller, tickets: Commands<Ticket>) -> Reply<Ticket> {
    tickets.execute(&caller, &id, TicketCommand::Resume).await
}

/// Solve a ticket.
#[utoipa::path(request_body = ResolveTicket, responses((status = 200, body = TicketRow)))]
#[post("/tickets/{id}/resolve")]
async fn resolve(
    id: Key<Ticket>,
    caller: Caller,
    body: Valid<ResolveTicket>,
    tickets: Commands<Ticket>,
) -> Reply<Ticket> {
    let ResolveTicket { outcome, solution } = body.into_inner();
    tickets.execute(&caller, &id, TicketCommand::Resolve { outcome, text: solution }).await
}

/// Confirm the solution and close a ticket.
#[utoipa::path(security(("token" = ["incidents.desk:report"])), responses((status = 200, body = TicketRow)))]
#[post("/tickets/{id}/close")]
async fn close(id: Key<Ticket>, caller: Caller, tickets: Commands<Ticket>) -> Reply<Ticket> {
    tickets.execute(&caller, &id, TicketCommand::Close).await
}

/// Reopen a solved ticket, within the days that its policy gives.
#[utoipa::path(
    request_body = ReopenTicket,
    security(("token" = ["incidents.desk:report"])),
    responses((status = 200, body = TicketRow)),
)]
#[post("/tickets/{id}/reopen")]
async fn reopen(
    id: Key<Ticket>,
    caller: Caller,
    body: Valid<ReopenTicket>,
    tickets: Commands<Ticket>,
) -> Reply<Ticket> {
    tickets.execute(&caller, &id, TicketCommand::Reopen { why: body.into_inner().why }).await
}

/// Log working time on a ticket.
#[utoipa::path(request_body = LogWork, responses((status = 200, body = TicketRow)))]
#[post("/tickets/{id}/log-work")]
async fn log_work(id: Key<Ticket>, caller: Caller, body: Valid<LogWork>, tickets: Commands<Ticket>) -> Reply<Ticket> {
    let LogWork { minutes, worked_on, note } = body.into_inner();
    let today = kernel::tbilisi::day(tickets.store().clock().now());
    let worked_on = worked_on.unwrap_or(today);
    tickets.execute(&caller, &id, TicketCommand::LogWork { id: kernel::id::random(), minutes, worked_on, note }).await
}

/// A queue that takes tickets.
async fn open_queue(
    queues: &Commands<Queue>,
    caller: &Caller,
    reference: &Reference,
) -> Result<QueueReference, Problem> {
    let queue = queues.resolve(caller, reference, "/queue").await?;
    let retired =
        || Fault::invalid("queue-retired", "The queue takes no more tickets.", "რიგი დახურულია.").at("/queue");
    match &queue.state {
        Queue::Open(staffed) => Ok(QueueReference { id: queue.id.into(), code: staffed.details.code.clone() }),
        Queue::Unopened | Queue::Retired(_) => Err(retired().into()),
    }
}

async fn works_in(
    queues: &Commands<Queue>,
    queue: Option<&QueueReference>,
    employee: uuid::Uuid,
) -> Result<bool, Problem> {
    let Some(queue) = queue else { return Ok(false) };
    let queue = queues.store().load::<Queue>(QueueId::from(queue.id)).await?;
    Ok(queue.is_some_and(|queue| queue.state.has(employee)))
}
