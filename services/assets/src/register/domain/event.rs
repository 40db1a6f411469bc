//! What has happened to a device.

use chrono::NaiveDate;
use event_store::DomainEvent;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::custody::{Handing, HandoverId, Holder, TakenBack};
use super::details::{DeviceDetails, TypeFacts};
use super::stages::{Disposal, Find, Loss, Receipt, Repair, RepairOutcome, Reservation, Retirement};
use crate::catalogue::Attributes;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
pub enum DeviceEvent {
    #[serde(rename = "device.ordered.v1")]
    DeviceOrdered { device_type: TypeFacts, details: Box<DeviceDetails> },
    #[serde(rename = "device.registered.v1")]
    DeviceRegistered { device_type: TypeFacts, details: Box<DeviceDetails> },
    #[serde(rename = "device.details_changed.v1")]
    DeviceDetailsChanged { details: Box<DeviceDetails> },
    #[serde(rename = "device.reclassified.v1")]
    DeviceReclassified { device_type: TypeFacts, attributes: Attributes },
    #[serde(rename = "device.received.v1")]
    DeviceReceived(Receipt),
    #[serde(rename = "device.reserved.v1")]
    DeviceReserved(Reservation),
    #[serde(rename = "device.released.v1")]
    DeviceReleased {},
    #[serde(rename = "device.assigned.v1")]
    DeviceAssigned(Handing),
    #[serde(rename = "device.transferred.v1")]
    DeviceTransferred { from: Holder, handing: Handing },
    #[serde(rename = "device.returned.v1")]
    DeviceReturned { from: Holder, taken_back: TakenBack },
    #[serde(rename = "device.handover_accepted.v1")]
    DeviceHandoverAccepted { act_id: HandoverId },
    /// The receiver refused, or the act was cancelled.
    #[serde(rename = "device.handover_undone.v1")]
    DeviceHandoverUndone {
        act_id: HandoverId,
        /// Nobody: the department's stock.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        back_to: Option<Holder>,
        on: NaiveDate,
    },
    /// With the employee who holds it, to another unit.
    #[serde(rename = "device.moved_with_holder.v1")]
    DeviceMovedWithHolder {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        org_unit_id: Option<Uuid>,
    },
    #[serde(rename = "device.sent_to_repair.v1")]
    DeviceSentToRepair(Repair),
    #[serde(rename = "device.repaired.v1")]
    DeviceRepaired(RepairOutcome),
    #[serde(rename = "device.lost.v1")]
    DeviceLost(Loss),
    #[serde(rename = "device.found.v1")]
    DeviceFound(Find),
    #[serde(rename = "device.retired.v1")]
    DeviceRetired(Retirement),
    #[serde(rename = "device.reinstated.v1")]
    DeviceReinstated {},
    #[serde(rename = "device.disposed.v1")]
    DeviceDisposed(Disposal),
}

impl DomainEvent for DeviceEvent {}
