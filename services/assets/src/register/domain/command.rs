//! What may be asked of a device.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::custody::{Handing, HandoverId, Holder, TakenBack};
use super::details::{DeviceDetails, TypeFacts};
use super::stages::{Disposal, Find, Loss, Receipt, Repair, RepairOutcome, Reservation, Retirement};
use crate::catalogue::{AttributeSchema, Attributes};

#[derive(Clone, Debug)]
pub enum DeviceCommand {
    Register {
        arrival: Arrival,
        device_type: TypeFacts,
        details: DeviceDetails,
        schema: AttributeSchema,
    },
    Edit {
        details: DeviceDetails,
        schema: AttributeSchema,
    },
    /// It turned out to be of another type.
    Reclassify {
        device_type: TypeFacts,
        attributes: Attributes,
        schema: AttributeSchema,
    },
    Receive(Receipt),
    Reserve(Reservation),
    Release,
    Assign(Handing),
    Transfer(Handing),
    TakeBack(TakenBack),
    /// The receiver accepted the act.
    ConfirmHandover {
        act_id: HandoverId,
    },
    /// The act came to nothing; the device is again with whom it was, in stock if with nobody.
    UndoHandover {
        act_id: HandoverId,
        back_to: Option<Holder>,
    },
    /// The employee who holds it belongs to another unit now.
    FollowHolder {
        employee_id: Uuid,
        org_unit_id: Option<Uuid>,
    },
    SendToRepair(Repair),
    TakeFromRepair(RepairOutcome),
    ReportLost(Loss),
    ReportFound(Find),
    Retire(Retirement),
    /// It was retired by mistake.
    Reinstate,
    Dispose(Disposal),
}

/// How a device enters the register.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Arrival {
    Ordered,
    #[default]
    InStock,
}
