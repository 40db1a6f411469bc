//! What the assets service tells: who must bring back what, and which acts of handover were accepted.

use chrono::NaiveDate;
use serde::Deserialize;
use uuid::Uuid;

use crate::Published;

/// Somebody left and still holds devices.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ReturnRequestRaised {
    pub employee_id: Uuid,
    pub employee_number: String,
    #[serde(default)]
    pub org_unit_id: Option<Uuid>,
    pub left_on: NaiveDate,
    pub devices: Vec<DemandedDevice>,
}

/// A device to be brought back.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct DemandedDevice {
    pub id: Uuid,
    pub number: String,
    #[serde(default)]
    pub inventory_number: Option<String>,
    /// Manufacturer and model.
    pub name: String,
}

impl Published for ReturnRequestRaised {
    const SERVICE: &'static str = "assets";
    const NAME: &'static str = "return_request.raised.v1";
}

/// Everything that a leaver held is back, or waived.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ReturnRequestCompleted {
    pub employee_id: Uuid,
    pub employee_number: String,
}

impl Published for ReturnRequestCompleted {
    const SERVICE: &'static str = "assets";
    const NAME: &'static str = "return_request.completed.v1";
}

/// The receiver of an act confirmed that he has what it names.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct HandoverAccepted {
    pub settlement: Settlement,
}

/// What changed hands.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Settlement {
    /// `hand_over`, `transfer` or `return`.
    pub kind: String,
    /// Nobody: the department's stock.
    #[serde(default)]
    pub giver: Option<Holder>,
    /// Nobody: the department's stock.
    #[serde(default)]
    pub receiver: Option<Holder>,
    pub device_ids: Vec<Uuid>,
    pub on: NaiveDate,
}

/// An employee, an org unit or a location; the first two have ids.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Holder {
    /// `employee`, `org_unit` or `location`.
    pub kind: String,
    #[serde(default)]
    pub id: Option<Uuid>,
}

impl Published for HandoverAccepted {
    const SERVICE: &'static str = "assets";
    const NAME: &'static str = "handover.accepted.v1";
}
