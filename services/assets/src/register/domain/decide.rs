//! What follows from the commands that need more than a line in the table.

use chrono::NaiveDate;
use event_store::Context;
use uuid::Uuid;

use super::command::Arrival;
use super::custody::{Custody, Handing, HandoverId, Holder, TakenBack};
use super::details::{DeviceDetails, TypeFacts};
use super::device::{Decision, Device, Equipment};
use super::event::DeviceEvent;
use super::refusal::DeviceRefusal;
use super::stages::{Loss, Reservation, Retirement};
use crate::catalogue::{AttributeSchema, Attributes};
use kernel::tbilisi;

pub(super) fn register(
    arrival: Arrival,
    device_type: TypeFacts,
    details: DeviceDetails,
    schema: &AttributeSchema,
) -> Decision {
    fits(schema, &details.attributes)?;
    let details = Box::new(details);
    match arrival {
        Arrival::Ordered => Ok(vec![DeviceEvent::DeviceOrdered { device_type, details }]),
        Arrival::InStock if details.inventory_number.is_none() => Err(DeviceRefusal::InventoryNumberMissing),
        Arrival::InStock => Ok(vec![DeviceEvent::DeviceRegistered { device_type, details }]),
    }
}

/// A day that is not given is today.
pub(super) fn report_lost(loss: Loss, context: &Context) -> Decision {
    let today = tbilisi::day(context.now);
    let missed_on = loss.missed_on.unwrap_or(today);
    if missed_on > today {
        return Err(DeviceRefusal::DateInFuture { pointer: "/missed_on" });
    }
    Ok(vec![DeviceEvent::DeviceLost(Loss { missed_on: Some(missed_on), ..loss })])
}

fn fits(schema: &AttributeSchema, attributes: &Attributes) -> Result<(), DeviceRefusal> {
    let faults = schema.faults(attributes);
    if faults.is_empty() { Ok(()) } else { Err(DeviceRefusal::AttributesInvalid(faults)) }
}

/// The paper may be older than its entry, never younger.
fn not_in_future(on: NaiveDate, context: &Context) -> Result<(), DeviceRefusal> {
    let future = on > tbilisi::day(context.now);
    if future { Err(DeviceRefusal::DateInFuture { pointer: "/on" }) } else { Ok(()) }
}

impl Device {
    pub(super) fn edit(&self, details: DeviceDetails, schema: &AttributeSchema) -> Decision {
        fits(schema, &details.attributes)?;
        let ordered = matches!(self, Self::Ordered(_));
        if details.inventory_number.is_none() && !ordered {
            return Err(DeviceRefusal::InventoryNumberMissing);
        }
        let unchanged = self.equipment().is_some_and(|known| known.details == details);
        Ok(if unchanged { vec![] } else { vec![DeviceEvent::DeviceDetailsChanged { details: Box::new(details) }] })
    }

    pub(super) fn reclassify(
        &self,
        device_type: TypeFacts,
        attributes: Attributes,
        schema: &AttributeSchema,
    ) -> Decision {
        fits(schema, &attributes)?;
        let same = |known: &Equipment| known.device_type == device_type && known.details.attributes == attributes;
        let unchanged = self.equipment().is_some_and(same);
        Ok(if unchanged { vec![] } else { vec![DeviceEvent::DeviceReclassified { device_type, attributes }] })
    }

    pub(super) fn confirm(&self, act_id: HandoverId) -> Decision {
        self.waits_for(act_id)?;
        Ok(vec![DeviceEvent::DeviceHandoverAccepted { act_id }])
    }

    pub(super) fn undo(&self, act_id: HandoverId, back_to: Option<Holder>, context: &Context) -> Decision {
        self.waits_for(act_id)?;
        Ok(vec![DeviceEvent::DeviceHandoverUndone { act_id, back_to, on: tbilisi::day(context.now) }])
    }

    pub(super) fn follow(&self, employee: Uuid, unit: Option<Uuid>) -> Vec<DeviceEvent> {
        let follows =
            |custody: &Custody| custody.holder.employee_id() == Some(employee) && custody.holder.org_unit_id() != unit;
        let moves = self.custody().is_some_and(follows);
        if moves { vec![DeviceEvent::DeviceMovedWithHolder { org_unit_id: unit }] } else { vec![] }
    }

    fn waits_for(&self, act_id: HandoverId) -> Result<(), DeviceRefusal> {
        let waits = self.equipment().is_some_and(|equipment| equipment.pending_act == Some(act_id));
        if waits { Ok(()) } else { Err(DeviceRefusal::ActNotPending) }
    }
}

impl Equipment {
    pub(super) fn reserve(&self, reservation: Reservation, context: &Context) -> Decision {
        self.settled()?;
        let over = reservation.until.is_some_and(|until| until < tbilisi::day(context.now));
        if over {
            return Err(DeviceRefusal::DateInPast { pointer: "/until" });
        }
        Ok(vec![DeviceEvent::DeviceReserved(reservation)])
    }

    pub(super) fn assign(&self, handing: Handing, context: &Context) -> Decision {
        self.settled()?;
        not_in_future(handing.on, context)?;
        Ok(vec![DeviceEvent::DeviceAssigned(handing)])
    }

    pub(super) fn transfer(&self, from: &Holder, handing: Handing, context: &Context) -> Decision {
        self.settled()?;
        not_in_future(handing.on, context)?;
        if from.is(&handing.to) {
            return Err(DeviceRefusal::AlreadyHeldByThem);
        }
        Ok(vec![DeviceEvent::DeviceTransferred { from: from.clone(), handing }])
    }

    pub(super) fn take_back(&self, from: &Holder, taken_back: TakenBack, context: &Context) -> Decision {
        self.settled()?;
        not_in_future(taken_back.on, context)?;
        Ok(vec![DeviceEvent::DeviceReturned { from: from.clone(), taken_back }])
    }

    pub(super) fn retire(&self, retirement: Retirement) -> Decision {
        self.settled()?;
        Ok(vec![DeviceEvent::DeviceRetired(retirement)])
    }

    /// No act waits for its receiver.
    fn settled(&self) -> Result<(), DeviceRefusal> {
        if self.pending_act.is_some() { Err(DeviceRefusal::HandoverPending) } else { Ok(()) }
    }
}
