//! Reporting a ticket, and what it says.

use actix_web::web::Json;
use kernel::{Fault, Kind};
use serde::{Deserialize, Serialize};
use service::web::directory::EmployeeEntry;
use service::web::{
    Caller, Commands, Directory, Key, MergePatch, Problem, Reference, Reply, Routes, Valid, get, patch, post,
};
use utoipa::ToSchema;

use super::DESK;
use crate::desk::domain::ticket::{Affected, Case, NewTicket, Text, Ticket, TicketCommand, TicketId};
use crate::desk::explanation::TicketDeadlines;
use crate::desk::view::TicketRow;
use crate::desk::words::{Category, Channel, TicketKind};
use crate::policy::view::in_force;
use crate::policy::words::Level;

pub fn routes(routes: &mut Routes<'_>) {
    routes.service(report).service(edit).service(deadlines);
}

/// What is reported.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReportTicket {
    #[schema(min_length = 1, max_length = 200, example = "პრინტერი არ ბეჭდავს, ოთახი 412")]
    title: String,
    #[serde(default)]
    #[schema(max_length = 20_000, example = "დილიდან შეცდომა 50.4; ქაღალდი არ იჭედება.")]
    description: String,
    #[serde(default)]
    #[schema(example = "printing")]
    category: Category,
    #[serde(default)]
    #[schema(example = "phone")]
    channel: Channel,
    /// Who asks, when the desk takes it down for somebody; the caller unless said.
    requester: Option<Reference>,
    /// The employee it is about, when that is not the requester.
    reported_for: Option<Reference>,
    /// Devices by number or id.
    #[serde(default)]
    #[schema(max_items = 100)]
    affected_devices: Vec<Reference>,
    /// Systems by code, number or id.
    #[serde(default)]
    #[schema(max_items = 100)]
    affected_systems: Vec<Reference>,
    /// How many are hit; medium unless said.
    impact: Option<Level>,
    /// How soon it hurts; medium unless said.
    urgency: Option<Level>,
}

/// What a ticket says, as far as it can be edited.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TicketDetails {
    #[schema(min_length = 1, max_length = 200, example = "პრინტერი არ ბეჭდავს, ოთახი 412")]
    title: String,
    #[schema(max_length = 20_000, example = "დილიდან შეცდომა 50.4; ქაღალდი არ იჭედება.")]
    description: String,
    category: Category,
    /// The employee it is about, when that is not the requester.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reported_for: Option<Reference>,
    #[schema(max_items = 100)]
    affected_devices: Vec<Reference>,
    #[schema(max_items = 100)]
    affected_systems: Vec<Reference>,
}

impl ReportTicket {
    async fn resolve(
        self,
        caller: &Caller,
        tickets: &Commands<Ticket>,
        directory: &Directory,
    ) -> Result<NewTicket, Problem> {
        let requester = requester(caller, self.requester.as_ref(), directory).await?;
        let details = TicketDetails {
            title: self.title,
            description: self.description,
            category: self.category,
            reported_for: self.reported_for,
            affected_devices: self.affected_devices,
            affected_systems: self.affected_systems,
        };
        Ok(NewTicket {
            id: kernel::id::random(),
            kind: TicketKind::Incident,
            channel: self.channel,
            requester: requester.id,
            org_unit: requester.org_unit_id,
            text: details.resolve(directory).await?,
            impact: self.impact.unwrap_or(Level::Medium),
            urgency: self.urgency.unwrap_or(Level::Medium),
            queue: None,
            source: None,
            due_at: None,
            policy: in_force(tickets.rows()).await?,
        })
    }
}

impl TicketDetails {
    fn of(case: &Case) -> Self {
        let details = &case.details;
        let shown = |things: &[Affected]| things.iter().map(|thing| Reference(thing.reference.clone())).collect();
        Self {
            title: details.title.open().cloned().unwrap_or_default(),
            description: details.description.open().cloned().unwrap_or_default(),
            category: details.category,
            reported_for: details.reported_for.map(Reference::from),
            affected_devices: shown(&details.affected_devices),
            affected_systems: shown(&details.affected_systems),
        }
    }

    async fn resolve(self, directory: &Directory) -> Result<Text, Problem> {
        let reported_for = match &self.reported_for {
            Some(employee) => Some(directory.employee(employee, "/reported_for").await?.id),
            None => None,
        };
        Ok(Text {
            title: self.title,
            description: self.description,
            category: self.category,
            reported_for,
            affected_devices: self.affected_devices.into_iter().map(affected).collect(),
            affected_systems: self.affected_systems.into_iter().map(affected).collect(),
        })
    }
}

fn affected(reference: Reference) -> Affected {
    Affected { id: reference.id(), reference: reference.0 }
}

/// Who asks: the caller, or whom the desk names.
async fn requester(
    caller: &Caller,
    named: Option<&Reference>,
    directory: &Directory,
) -> Result<EmployeeEntry, Problem> {
    let own = caller.principal.employee;
    let reference = named.cloned().or(own.map(Reference::from)).ok_or_else(nobody_asks)?;
    let employee = working(directory, &reference, "/requester").await?;
    if own == Some(employee.id) || caller.holds(DESK) { Ok(employee) } else { Err(for_others().into()) }
}

fn nobody_asks() -> Fault {
    Fault::invalid(
        "requester-missing",
        "Say for whom this is reported.",
        "მიუთითეთ, ვისი სახელით რეგისტრირდება მიმართვა.",
    )
    .at("/requester")
}

fn for_others() -> Fault {
    Fault::new(
        Kind::Forbidden,
        "requester-not-you",
        "Only the desk reports in the name of others.",
        "სხვისი სახელით მიმართვას მხოლოდ მხარდაჭერის სამსახური არეგისტრირებს.",
    )
}

/// An employee who still works here.
pub(super) async fn working(
    directory: &Directory,
    reference: &Reference,
    pointer: &str,
) -> Result<EmployeeEntry, Problem> {
    let employee = directory.employee(reference, pointer).await?;
    let gone = || {
        Fault::invalid(
            "employee-not-active",
            "This employee does not work here now.",
            "ეს თანამშრომელი ამჟამად არ მუშაობს.",
        )
        .at(pointer)
    };
    Ok(employee.active.then_some(employee).ok_or_else(gone)?)
}

/// What is known of the ticket that a path names.
pub(super) async fn case(tickets: &Commands<Ticket>, caller: &Caller, id: &Key<Ticket>) -> Result<Case, Problem> {
    let entity = tickets.entity(caller, id).await?;
    Ok(entity.state.case().cloned().ok_or_else(Fault::not_found)?)
}

/// Report an incident.
#[utoipa::path(
    request_body = ReportTicket,
    security(("token" = ["incidents.desk:report"])),
    responses((status = 201, body = TicketRow)),
)]
#[post("/tickets")]
async fn report(
    caller: Caller,
    body: Valid<ReportTicket>,
    tickets: Commands<Ticket>,
    directory: Directory,
) -> Reply<Ticket> {
    let ticket = body.into_inner().resolve(&caller, &tickets, &directory).await?;
    let id = TicketId::from(ticket.id);
    tickets.create_as(&caller, id, TicketCommand::Report(Box::new(ticket))).await
}

/// Change what a ticket says.
#[utoipa::path(
    request_body(content = TicketDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, body = TicketRow)),
)]
#[patch("/tickets/{id}")]
async fn edit(
    id: Key<Ticket>,
    caller: Caller,
    patch: MergePatch<TicketDetails>,
    tickets: Commands<Ticket>,
    directory: Directory,
) -> Reply<Ticket> {
    let today = TicketDetails::of(&case(&tickets, &caller, &id).await?);
    let edited = patch.apply(&today)?.resolve(&directory).await?;
    tickets.execute(&caller, &id, TicketCommand::Edit(edited)).await
}

/// Show how the deadlines came about.
#[utoipa::path(responses((status = 200, description = "Every interval that counts or not, and why.", body = TicketDeadlines)))]
#[get("/tickets/{id}/deadlines")]
async fn deadlines(
    id: Key<Ticket>,
    caller: Caller,
    tickets: Commands<Ticket>,
) -> Result<Json<TicketDeadlines>, Problem> {
    let case = case(&tickets, &caller, &id).await?;
    Ok(Json(TicketDeadlines::of(&case, tickets.store().clock().now())))
}

/// Whether the caller is one of the desk's people.
pub(super) fn is_desk(caller: &Caller) -> bool {
    caller.holds(DESK)
}
