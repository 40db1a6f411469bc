//! Tickets that belong together.

use serde::Deserialize;
use service::web::{Caller, Commands, Key, Reference, Reply, Routes, Valid, post};
use utoipa::ToSchema;

use crate::desk::domain::ticket::{Case, Ticket, TicketCommand, TicketReference};
use crate::desk::view::TicketRow;

pub fn routes(routes: &mut Routes<'_>) {
    routes.service(set_parent).service(clear_parent).service(mark_duplicate);
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OtherTicket {
    /// Number or id of a ticket.
    ticket: Reference,
}

/// Put a ticket under a greater one.
#[utoipa::path(request_body = OtherTicket, responses((status = 200, body = TicketRow)))]
#[post("/tickets/{id}/set-parent")]
async fn set_parent(
    id: Key<Ticket>,
    caller: Caller,
    body: Valid<OtherTicket>,
    tickets: Commands<Ticket>,
) -> Reply<Ticket> {
    let other = tickets.resolve(&caller, &body.into_inner().ticket, "/ticket").await?;
    let parent_of = other.state.case().and_then(Case::parent_id);
    let parent = TicketReference { id: other.id.into(), number: other.number };
    tickets.execute(&caller, &id, TicketCommand::SetParent { parent, parent_of }).await
}

/// Let a ticket stand on its own again.
#[utoipa::path(responses((status = 200, body = TicketRow)))]
#[post("/tickets/{id}/clear-parent")]
async fn clear_parent(id: Key<Ticket>, caller: Caller, tickets: Commands<Ticket>) -> Reply<Ticket> {
    tickets.execute(&caller, &id, TicketCommand::ClearParent).await
}

/// Close a ticket because another one is about the same.
#[utoipa::path(request_body = OtherTicket, responses((status = 200, body = TicketRow)))]
#[post("/tickets/{id}/mark-duplicate")]
async fn mark_duplicate(
    id: Key<Ticket>,
    caller: Caller,
    body: Valid<OtherTicket>,
    tickets: Commands<Ticket>,
) -> Reply<Ticket> {
    let other = tickets.resolve(&caller, &body.into_inner().ticket, "/ticket").await?;
    let of = TicketReference { id: other.id.into(), number: other.number };
    tickets.execute(&caller, &id, TicketCommand::MarkDuplicate { of }).await
}
