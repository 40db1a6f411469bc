//! Handover acts: over several devices at once, and what their receivers say to them.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use event_store::{Change, Context, Entity, Expect, Unit};
use kernel::Fault;
use serde::{Deserialize, Serialize};
use service::web::{Caller, Collection, Commands, Directory, Key, Problem, Reference, Reply, Routes, Valid, post};
use utoipa::ToSchema;

use super::parties::signatory;
use crate::custody::draft::{Direction, Draft};
use crate::custody::{Act, ActKind, Handover, HandoverCommand, HandoverRow};
use crate::recipient::Recipient;
use crate::register::{Device, DeviceCommand, HandoverId, Holder};
use kernel::tbilisi;

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(raise)
        .service(accept)
        .service(refuse)
        .service(cancel)
        .service(Collection::<Handover>::at("/handovers"));
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RaiseHandover {
    kind: ActKind,
    /// Who receives; nobody when devices are returned to stock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<Recipient>,
    /// The employee who receives for a unit, a place or the stock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signatory: Option<Reference>,
    /// All from the same hands.
    #[schema(min_items = 1, max_items = 100, example = json!(["DEV-000123", "DEV-000124"]))]
    devices: Vec<Reference>,
    /// The day of the act; today, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on: Option<NaiveDate>,
}

impl RaiseHandover {
    async fn draft(&self, caller: &Caller, directory: &Directory, today: NaiveDate) -> Result<Draft, Problem> {
        let to = match &self.to {
            Some(to) => Some(to.holder(directory, "/to").await?),
            None => None,
        };
        let signatory = signatory(to.as_ref(), self.signatory.as_ref(), caller, directory).await?;
        let direction = match (self.kind, to) {
            (ActKind::HandOver, Some(to)) => Direction::HandOver { to },
            (ActKind::Transfer, Some(to)) => Direction::Transfer { to },
            (ActKind::Return, None) => Direction::Return { condition: None, location: None },
            (ActKind::HandOver | ActKind::Transfer, None) => return Err(receiver_required().into()),
            (ActKind::Return, Some(_)) => return Err(stock_receives().into()),
        };
        Ok(Draft::new(direction, signatory, self.on.unwrap_or(today), caller.principal.employee))
    }

    /// What the act is to be over, each device once.
    async fn chosen(&self, caller: &Caller, devices: &Commands<Device>) -> Result<Vec<Entity<Device>>, Problem> {
        let (mut chosen, mut ids) = (vec![], BTreeSet::new());
        for (index, reference) in self.devices.iter().enumerate() {
            let pointer = format!("/devices/{index}");
            let device = devices.resolve(caller, reference, &pointer).await?;
            if !ids.insert(device.id) {
                return Err(named_twice().at(pointer).into());
            }
            chosen.push(device);
        }
        Ok(chosen)
    }
}

/// Hand over, transfer or return several devices with one act.
#[utoipa::path(
    operation_id = "raise_handover",
    request_body = RaiseHandover,
    responses((status = 201, body = HandoverRow)),
)]
#[post("/handovers")]
async fn raise(
    caller: Caller,
    body: Valid<RaiseHandover>,
    handovers: Commands<Handover>,
    devices: Commands<Device>,
    directory: Directory,
) -> Reply<Handover> {
    let body = body.into_inner();
    let draft = body.draft(&caller, &directory, tbilisi::day(devices.store().clock().now())).await?;
    let chosen = body.chosen(&caller, &devices).await?;
    let act = draft.act(&chosen);
    let move_devices = async |_: &Change<Handover>, context: &Context, mut unit: Unit| {
        for device in &chosen {
            let command = draft.command(&device.state);
            let moved = devices.store().decide::<Device>(device.id, Expect::Something, command, context).await?;
            check_giver(&moved, act.giver.as_ref())?;
            unit = unit.change(moved);
        }
        Ok::<_, Problem>(unit)
    };
    let raise = HandoverCommand::Raise(act.clone());
    handovers.together(&caller, draft.id, Expect::Nothing, raise, move_devices).await
}

fn check_giver(moved: &Change<Device>, giver: Option<&Holder>) -> Result<(), Fault> {
    let holder = moved.before.state.custody().map(|custody| &custody.holder);
    let same = match (holder, giver) {
        (Some(holder), Some(giver)) => holder.is(giver),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    if same { Ok(()) } else { Err(different_holders()) }
}

/// Accept a handover act, as its receiver.
#[utoipa::path(
    operation_id = "accept_handover",
    security(("token" = ["assets.custody:accept"])),
    responses((status = 200, body = HandoverRow)),
)]
#[post("/handovers/{id}/accept")]
async fn accept(id: Key<Handover>, caller: Caller, handovers: Commands<Handover>) -> Reply<Handover> {
    let confirm = |_: &Act, act_id| DeviceCommand::ConfirmHandover { act_id };
    settle(&id, &caller, &handovers, HandoverCommand::Accept, confirm).await
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Objection {
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S", example = "The screen is broken.")]
    reason: String,
}

/// Refuse a handover act, as its receiver; the devices are again with whom they were.
#[utoipa::path(
    operation_id = "refuse_handover",
    security(("token" = ["assets.custody:accept"])),
    request_body = Objection,
    responses((status = 200, body = HandoverRow)),
)]
#[post("/handovers/{id}/refuse")]
async fn refuse(
    id: Key<Handover>,
    caller: Caller,
    body: Valid<Objection>,
    handovers: Commands<Handover>,
) -> Reply<Handover> {
    let command = HandoverCommand::Refuse { reason: body.into_inner().reason };
    settle(&id, &caller, &handovers, command, undo).await
}

/// Take back a handover act that nobody accepted yet; the devices are again with whom they were.
#[utoipa::path(
    operation_id = "cancel_handover",
    request_body = Objection,
    responses((status = 200, body = HandoverRow)),
)]
#[post("/handovers/{id}/cancel")]
async fn cancel(
    id: Key<Handover>,
    caller: Caller,
    body: Valid<Objection>,
    handovers: Commands<Handover>,
) -> Reply<Handover> {
    let command = HandoverCommand::Cancel { reason: body.into_inner().reason };
    settle(&id, &caller, &handovers, command, undo).await
}

fn undo(act: &Act, act_id: HandoverId) -> DeviceCommand {
    DeviceCommand::UndoHandover { act_id, back_to: act.giver.clone() }
}

/// The act and all its devices, together or not at all.
async fn settle(
    id: &Key<Handover>,
    caller: &Caller,
    handovers: &Commands<Handover>,
    command: HandoverCommand,
    of_device: fn(&Act, HandoverId) -> DeviceCommand,
) -> Reply<Handover> {
    let handover = handovers.entity(caller, id).await?;
    let settle_devices = async |change: &Change<Handover>, context: &Context, mut unit: Unit| {
        let act = change.after.state.act().cloned().unwrap_or_else(Act::empty);
        for device in &act.devices {
            let command = of_device(&act, handover.id);
            let settled = handovers.store().decide::<Device>(device.id, Expect::Something, command, context).await?;
            unit = unit.change(settled);
        }
        Ok::<_, Problem>(unit)
    };
    handovers.together(caller, handover.id, caller.facts.expect(), command, settle_devices).await
}

fn receiver_required() -> Fault {
    Fault::invalid("required", "Say who receives.", "მიუთითეთ მიმღები.").at("/to")
}

fn stock_receives() -> Fault {
    let (en, ka) = ("Returned devices go to stock.", "დაბრუნებული მოწყობილობა საწყობს ბარდება.");
    Fault::invalid("stock-receives", en, ka).at("/to")
}

fn named_twice() -> Fault {
    Fault::invalid("device-named-twice", "This device is named twice.", "მოწყობილობა ორჯერ არის მითითებული.")
}

fn different_holders() -> Fault {
    Fault::conflict(
        "devices-of-different-holders",
        "One act takes devices from the same hands only.",
        "ერთი აქტით მხოლოდ ერთი პირის მოწყობილობები გადაეცემა.",
    )
}
