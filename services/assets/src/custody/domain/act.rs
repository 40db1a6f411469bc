//! What a handover act says.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::register::{Condition, DeviceId, Holder};

/// Which device went from whom to whom, and who must sign that he has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Act {
    pub kind: ActKind,
    /// Nobody: the department's stock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub giver: Option<Holder>,
    /// Nobody: the department's stock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiver: Option<Holder>,
    pub signatory: Signatory,
    #[schema(min_items = 1)]
    pub devices: Vec<HandedDevice>,
    /// The day of the act.
    pub on: NaiveDate,
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sea_orm::EnumIter, sea_orm::DeriveActiveEnum,
)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(sea_orm::sea_query::StringLen::N(32))", rename_all = "snake_case")]
pub enum ActKind {
    HandOver,
    Transfer,
    Return,
}

/// The employee who receives, or who receives for a unit, a place or the stock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Signatory {
    pub employee_id: Uuid,
    #[schema(example = "EMP-000123")]
    pub number: String,
}

/// A device as the act describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HandedDevice {
    pub id: DeviceId,
    #[schema(example = "DEV-000123")]
    pub number: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "ს-004512")]
    pub inventory_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "4CE0460D0G")]
    pub serial: Option<String>,
    #[schema(example = "HP EliteBook 840 G11")]
    pub name: String,
    pub condition: Condition,
}

/// What became of an act, for those who read only this event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Settlement {
    pub kind: ActKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub giver: Option<Holder>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiver: Option<Holder>,
    pub device_ids: Vec<DeviceId>,
    pub on: NaiveDate,
}

impl Act {
    /// Of a handover that is not raised.
    pub fn empty() -> Self {
        let signatory = Signatory { employee_id: Uuid::nil(), number: String::new() };
        let (kind, on) = (ActKind::HandOver, NaiveDate::default());
        Self { kind, giver: None, receiver: None, signatory, devices: vec![], on }
    }

    pub(super) fn settled(&self, on: NaiveDate) -> Settlement {
        Settlement {
            kind: self.kind,
            giver: self.giver.clone(),
            receiver: self.receiver.clone(),
            device_ids: self.devices.iter().map(|device| device.id).collect(),
            on,
        }
    }
}
