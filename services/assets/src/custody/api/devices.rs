//! Moving one device from hand to hand; each move raises its act in the same transaction.

use chrono::NaiveDate;
use event_store::{Change, Context, Expect, Unit};
use serde::{Deserialize, Serialize};
use service::web::{Caller, Commands, Directory, Key, Problem, Reference, Reply, Routes, Valid, post};
use utoipa::ToSchema;

use super::parties::signatory;
use crate::custody::draft::{Direction, Draft};
use crate::custody::{Handover, HandoverCommand};
use crate::recipient::Recipient;
use crate::register::{Condition, Device, DeviceRow, Holder};
use kernel::tbilisi;

pub fn routes(routes: &mut Routes<'_>) {
    routes.service(assign).service(transfer).service(take_back);
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HandDevice {
    to: Recipient,
    /// The employee who receives for a unit or a place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signatory: Option<Reference>,
    /// The day of the act; today, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on: Option<NaiveDate>,
}

/// Assign a device to an employee, an org unit or a location.
///
/// Raises a handover act that the receiver accepts or refuses.
#[utoipa::path(operation_id = "assign_device", request_body = HandDevice, responses((status = 200, body = DeviceRow)))]
#[post("/devices/{id}/assign")]
async fn assign(
    id: Key<Device>,
    caller: Caller,
    body: Valid<HandDevice>,
    devices: Commands<Device>,
    directory: Directory,
) -> Reply<Device> {
    hand(&id, &caller, body.into_inner(), &devices, &directory, |to| Direction::HandOver { to }).await
}

/// Transfer a device from its holder to another.
///
/// Raises a handover act that the receiver accepts or refuses.
#[utoipa::path(operation_id = "transfer_device", request_body = HandDevice, responses((status = 200, body = DeviceRow)))]
#[post("/devices/{id}/transfer")]
async fn transfer(
    id: Key<Device>,
    caller: Caller,
    body: Valid<HandDevice>,
    devices: Commands<Device>,
    directory: Directory,
) -> Reply<Device> {
    hand(&id, &caller, body.into_inner(), &devices, &directory, |to| Direction::Transfer { to }).await
}

async fn hand(
    id: &Key<Device>,
    caller: &Caller,
    body: HandDevice,
    devices: &Commands<Device>,
    directory: &Directory,
    direction: fn(Holder) -> Direction,
) -> Reply<Device> {
    let to = body.to.holder(directory, "/to").await?;
    let signatory = signatory(Some(&to), body.signatory.as_ref(), caller, directory).await?;
    let on = body.on.unwrap_or_else(|| today(devices));
    let draft = Draft::new(direction(to), signatory, on, caller.principal.employee);
    with_act(id, caller, devices, &draft).await
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReturnDevice {
    /// The employee who takes it back; whoever asks, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signatory: Option<Reference>,
    /// As it was, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    condition: Option<Condition>,
    /// Where it is put; where it was, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S(.*\S)?$", example = "A-001")]
    location: Option<String>,
    /// The day of the act; today, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on: Option<NaiveDate>,
}

/// Return a device from its holder to stock.
///
/// Raises a handover act; who takes the device back himself accepts it thereby.
#[utoipa::path(operation_id = "return_device", request_body = ReturnDevice, responses((status = 200, body = DeviceRow)))]
#[post("/devices/{id}/return")]
async fn take_back(
    id: Key<Device>,
    caller: Caller,
    body: Valid<ReturnDevice>,
    devices: Commands<Device>,
    directory: Directory,
) -> Reply<Device> {
    let ReturnDevice { signatory: named, condition, location, on } = body.into_inner();
    let signatory = signatory(None, named.as_ref(), &caller, &directory).await?;
    let on = on.unwrap_or_else(|| today(&devices));
    let draft = Draft::new(Direction::Return { condition, location }, signatory, on, caller.principal.employee);
    with_act(&id, &caller, &devices, &draft).await
}

fn today(devices: &Commands<Device>) -> NaiveDate {
    tbilisi::day(devices.store().clock().now())
}

/// The device and its act, together or not at all.
async fn with_act(id: &Key<Device>, caller: &Caller, devices: &Commands<Device>, draft: &Draft) -> Reply<Device> {
    let device = devices.entity(caller, id).await?;
    let command = draft.command(&device.state);
    let expect = caller.facts.expect();
    let raise = async |change: &Change<Device>, context: &Context, unit: Unit| {
        let raise = HandoverCommand::Raise(draft.act(std::slice::from_ref(&change.before)));
        let act = devices.store().decide::<Handover>(draft.id, Expect::Nothing, raise, context).await?;
        Ok::<_, Problem>(unit.change(act))
    };
    devices.together(caller, device.id, expect, command, raise).await
}
