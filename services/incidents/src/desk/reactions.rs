//! What other services' events make the desk do.

use chrono::{DateTime, Utc};
use event_store::{Expect, Failure, Unit};
use events::assets::{DemandedDevice, ReturnRequestCompleted, ReturnRequestRaised};
use events::identity::EmployeeLeft;
use messaging::{Reaction, Received};
use uuid::Uuid;

use super::domain::queue::{Queue, QueueCommand, QueueDetails, QueueId, QueueReference, TECHNICAL_SUPPORT};
use super::domain::ticket::{Affected, Case, NewTicket, Source, Text, Ticket, TicketCommand, TicketId};
use super::view::{open_tickets_of, queue_coded, queues_of};
use super::words::{Category, Channel, Outcome, TicketKind};
use crate::policy::terms::PolicyInForce;
use crate::policy::view::in_force;
use crate::policy::words::Level;

/// A leaver's devices are to be back within this many working days.
const DAYS_FOR_RETURN: u32 = 3;

pub fn all() -> Vec<Reaction> {
    vec![
        Reaction::on("raise-return-task", raise_return_task),
        Reaction::on("resolve-return-task", resolve_return_task),
        Reaction::on("flag-tickets-of-leaver", flag_tickets_of_leaver),
        Reaction::on("take-leaver-out-of-queues", take_leaver_out_of_queues),
    ]
}

/// The task that follows from a return request: the same however often the event comes.
fn return_task(request: Uuid) -> TicketId {
    kernel::id::derived(request, "return-task").into()
}

async fn raise_return_task(raised: ReturnRequestRaised, received: Received) -> Result<Unit, Failure> {
    let (store, context) = (&received.store, &received.context);
    let id = return_task(received.subject);
    if store.load::<Ticket>(id).await?.is_some() {
        return Ok(Unit::new());
    }
    let (unit, queue) = technical_support(Unit::new(), &received).await?;
    let policy = in_force(&store.database().reader).await?;
    let source = Source {
        service: "assets".into(),
        kind: "return_request".into(),
        id: received.subject,
        number: Some(received.event.number.clone()),
    };
    let command = TicketCommand::Report(Box::new(task(id, source, raised, queue, policy, context.now)));
    Ok(unit.change(store.decide::<Ticket>(id, Expect::Nothing, command, context).await?))
}

fn task(
    id: TicketId,
    source: Source,
    raised: ReturnRequestRaised,
    queue: QueueReference,
    policy: PolicyInForce,
    now: DateTime<Utc>,
) -> NewTicket {
    NewTicket {
        id: id.into(),
        kind: TicketKind::Task,
        channel: Channel::Platform,
        requester: raised.employee_id,
        org_unit: raised.org_unit_id,
        text: Text {
            title: format!("მოწყობილობების დაბრუნება: {0} / Return of devices: {0}", raised.employee_number),
            description: raised.devices.iter().map(line).collect(),
            category: Category::Workplace,
            reported_for: None,
            affected_devices: raised.devices.into_iter().map(affected).collect(),
            affected_systems: vec![],
        },
        impact: Level::Low,
        urgency: Level::Medium,
        queue: Some(queue),
        source: Some(source),
        due_at: Some(policy.terms.calendar.closing(now, DAYS_FOR_RETURN)),
        policy,
    }
}

fn line(device: &DemandedDevice) -> String {
    let inventory = device.inventory_number.as_deref().map(|number| format!(", № {number}")).unwrap_or_default();
    format!("{} — {}{inventory}\n", device.number, device.name)
}

fn affected(device: DemandedDevice) -> Affected {
    Affected { reference: device.number, id: Some(device.id) }
}

/// The queue for tasks, opened when the first one needs it.
async fn technical_support(unit: Unit, received: &Received) -> Result<(Unit, QueueReference), Failure> {
    let (store, context) = (&received.store, &received.context);
    if let Some(queue) = queue_coded(&store.database().reader, TECHNICAL_SUPPORT).await? {
        return Ok((unit, queue));
    }
    let id = QueueId::from(kernel::id::derived(Uuid::nil(), TECHNICAL_SUPPORT));
    let open = QueueCommand::Open(QueueDetails::technical_support());
    let change = store.decide::<Queue>(id, Expect::Nothing, open, context).await?;
    Ok((unit.change(change), QueueReference { id: id.into(), code: TECHNICAL_SUPPORT.into() }))
}

async fn resolve_return_task(_: ReturnRequestCompleted, received: Received) -> Result<Unit, Failure> {
    let id = return_task(received.subject);
    let task = received.store.load::<Ticket>(id).await?;
    if !task.is_some_and(|task| task.state.case().is_some_and(Case::is_open)) {
        return Ok(Unit::new());
    }
    let text = "ყველა მოწყობილობა დაბრუნდა. / All devices are back.".to_owned();
    let command = TicketCommand::Resolve { outcome: Outcome::DoneElsewhere, text };
    Ok(Unit::new().change(received.store.decide::<Ticket>(id, Expect::Something, command, &received.context).await?))
}

async fn flag_tickets_of_leaver(left: EmployeeLeft, received: Received) -> Result<Unit, Failure> {
    let (store, context) = (&received.store, &received.context);
    let (employee, on) = (received.subject, left.left_on);
    let mut unit = Unit::new();
    for id in open_tickets_of(&store.database().reader, employee).await? {
        let command = TicketCommand::EmployeeLeft { employee, on };
        unit = unit.change(store.decide::<Ticket>(id, Expect::Something, command, context).await?);
    }
    Ok(unit)
}

async fn take_leaver_out_of_queues(_: EmployeeLeft, received: Received) -> Result<Unit, Failure> {
    let (store, context) = (&received.store, &received.context);
    let mut unit = Unit::new();
    for id in queues_of(&store.database().reader, received.subject).await? {
        let command = QueueCommand::RemoveMember(received.subject);
        unit = unit.change(store.decide::<Queue>(id, Expect::Something, command, context).await?);
    }
    Ok(unit)
}
