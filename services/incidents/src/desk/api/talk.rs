//! What is said about a ticket, the time spent on it, and the requester's verdict.

use actix_web::web::Json;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use service::web::{Caller, Commands, Directory, Key, Problem, Reference, Reply, Routes, Valid, get, post};
use utoipa::ToSchema;
use uuid::Uuid;

use super::tickets::{case, is_desk};
use crate::desk::domain::ticket::{Comment, Ticket, TicketCommand, WorkEntry};
use crate::desk::view::TicketRow;

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(list_comments)
        .service(add_comment)
        .service(add_note)
        .service(list_work)
        .service(watch)
        .service(unwatch)
        .service(rate);
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WriteComment {
    #[schema(min_length = 1, max_length = 20_000, example = "ხვალ 10 საათზე მოვალთ.")]
    text: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct TicketComments {
    items: Vec<TicketComment>,
}

/// Something that was said about a ticket.
#[derive(Debug, Serialize, ToSchema)]
struct TicketComment {
    id: Uuid,
    /// The employee who wrote it; null for a part of the platform.
    author_id: Option<Uuid>,
    /// Null once the requester's personal data was erased.
    text: Option<String>,
    at: DateTime<Utc>,
    /// For the desk's eyes only.
    internal: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct TicketWorklog {
    items: Vec<TicketWork>,
    minutes: u32,
}

/// Time that somebody spent on a ticket.
#[derive(Debug, Serialize, ToSchema)]
struct TicketWork {
    id: Uuid,
    employee_id: Option<Uuid>,
    minutes: u32,
    worked_on: NaiveDate,
    note: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TicketWatcher {
    employee: Reference,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RateTicket {
    /// 1 (bad) to 5 (very good).
    #[schema(minimum = 1, maximum = 5, example = 5)]
    score: u8,
    #[schema(min_length = 1, max_length = 2000, example = "სწრაფად და თავაზიანად.")]
    remark: Option<String>,
}

impl From<&Comment> for TicketComment {
    fn from(comment: &Comment) -> Self {
        Self {
            id: comment.id,
            author_id: comment.author,
            text: comment.text.open().cloned(),
            at: comment.at,
            internal: comment.internal,
        }
    }
}

impl From<&WorkEntry> for TicketWork {
    fn from(entry: &WorkEntry) -> Self {
        Self {
            id: entry.id,
            employee_id: entry.employee_id,
            minutes: entry.minutes,
            worked_on: entry.worked_on,
            note: entry.note.as_ref().and_then(|note| note.open().cloned()),
        }
    }
}

/// What was said about a ticket; internal comments only for the desk.
#[utoipa::path(responses((status = 200, description = "The oldest first.", body = TicketComments)))]
#[get("/tickets/{id}/comments")]
async fn list_comments(
    id: Key<Ticket>,
    caller: Caller,
    tickets: Commands<Ticket>,
) -> Result<Json<TicketComments>, Problem> {
    let case = case(&tickets, &caller, &id).await?;
    let may_read = |comment: &&Comment| !comment.internal || is_desk(&caller);
    Ok(Json(TicketComments { items: case.comments.iter().filter(may_read).map(TicketComment::from).collect() }))
}

/// Say something that the requester and the desk can read.
#[utoipa::path(
    request_body = WriteComment,
    security(("token" = ["incidents.desk:report"])),
    responses((status = 200, body = TicketRow)),
)]
#[post("/tickets/{id}/comment")]
async fn add_comment(
    id: Key<Ticket>,
    caller: Caller,
    body: Valid<WriteComment>,
    tickets: Commands<Ticket>,
) -> Reply<Ticket> {
    tickets.execute(&caller, &id, body.into_inner().into_command(false)).await
}

/// Note something for the desk's eyes only.
#[utoipa::path(request_body = WriteComment, responses((status = 200, body = TicketRow)))]
#[post("/tickets/{id}/note")]
async fn add_note(
    id: Key<Ticket>,
    caller: Caller,
    body: Valid<WriteComment>,
    tickets: Commands<Ticket>,
) -> Reply<Ticket> {
    tickets.execute(&caller, &id, body.into_inner().into_command(true)).await
}

impl WriteComment {
    fn into_command(self, internal: bool) -> TicketCommand {
        TicketCommand::Comment { id: kernel::id::random(), text: self.text, internal }
    }
}

/// The working time that was logged on a ticket.
#[utoipa::path(
    security(("token" = ["incidents.desk:write"])),
    responses((status = 200, description = "In the order it was logged.", body = TicketWorklog)),
)]
#[get("/tickets/{id}/worklog")]
async fn list_work(id: Key<Ticket>, caller: Caller, tickets: Commands<Ticket>) -> Result<Json<TicketWorklog>, Problem> {
    let case = case(&tickets, &caller, &id).await?;
    let items = case.worklog.iter().map(TicketWork::from).collect();
    Ok(Json(TicketWorklog { items, minutes: case.minutes_spent() }))
}

/// Let an employee watch a ticket.
#[utoipa::path(request_body = TicketWatcher, responses((status = 200, body = TicketRow)))]
#[post("/tickets/{id}/watch")]
async fn watch(
    id: Key<Ticket>,
    caller: Caller,
    body: Valid<TicketWatcher>,
    tickets: Commands<Ticket>,
    directory: Directory,
) -> Reply<Ticket> {
    let employee = super::tickets::working(&directory, &body.into_inner().employee, "/employee").await?.id;
    tickets.execute(&caller, &id, TicketCommand::Watch { employee }).await
}

/// Let an employee watch a ticket no more.
#[utoipa::path(request_body = TicketWatcher, responses((status = 200, body = TicketRow)))]
#[post("/tickets/{id}/unwatch")]
async fn unwatch(
    id: Key<Ticket>,
    caller: Caller,
    body: Valid<TicketWatcher>,
    tickets: Commands<Ticket>,
    directory: Directory,
) -> Reply<Ticket> {
    let employee = directory.employee(&body.into_inner().employee, "/employee").await?.id;
    tickets.execute(&caller, &id, TicketCommand::Unwatch { employee }).await
}

/// Rate how a ticket was solved; only its requester can.
#[utoipa::path(
    request_body = RateTicket,
    security(("token" = ["incidents.desk:report"])),
    responses((status = 200, body = TicketRow)),
)]
#[post("/tickets/{id}/rate")]
async fn rate(id: Key<Ticket>, caller: Caller, body: Valid<RateTicket>, tickets: Commands<Ticket>) -> Reply<Ticket> {
    let RateTicket { score, remark } = body.into_inner();
    tickets.execute(&caller, &id, TicketCommand::Rate { score, remark }).await
}
