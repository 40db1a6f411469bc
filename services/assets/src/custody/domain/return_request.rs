//! What somebody who leaves has to bring back.

use chrono::NaiveDate;
use event_store::{Aggregate, Context, DomainEvent, Series};
use kernel::Fault;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::register::DeviceId;

kernel::ids! { ReturnRequestId }

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub enum ReturnRequest {
    #[default]
    Unknown,
    Open(Demand),
    Done(Demand),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demand {
    pub employee_id: Uuid,
    pub employee_number: String,
    pub org_unit_id: Option<Uuid>,
    pub left_on: NaiveDate,
    pub devices: Vec<Outstanding>,
}

/// A device to be brought back, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Outstanding {
    pub id: DeviceId,
    #[schema(example = "DEV-000123")]
    pub number: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "ს-004512")]
    pub inventory_number: Option<String>,
    #[schema(example = "HP EliteBook 840 G11")]
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    Returned {
        on: NaiveDate,
    },
    /// It will not come back, and somebody decided to leave it at that.
    Waived {
        reason: String,
    },
}

#[derive(Clone, Debug)]
pub enum ReturnRequestCommand {
    Raise(Demand),
    /// These came back; those that nobody asked for are ignored.
    NoteReturned {
        device_ids: Vec<DeviceId>,
        on: NaiveDate,
    },
    Waive {
        device_id: DeviceId,
        reason: String,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
pub enum ReturnRequestEvent {
    #[serde(rename = "return_request.raised.v1")]
    ReturnRequestRaised {
        employee_id: Uuid,
        employee_number: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        org_unit_id: Option<Uuid>,
        left_on: NaiveDate,
        devices: Vec<Outstanding>,
    },
    #[serde(rename = "return_request.device_returned.v1")]
    ReturnRequestDeviceReturned { device_id: DeviceId, on: NaiveDate },
    #[serde(rename = "return_request.device_waived.v1")]
    ReturnRequestDeviceWaived { device_id: DeviceId, reason: String },
    #[serde(rename = "return_request.completed.v1")]
    ReturnRequestCompleted { employee_id: Uuid, employee_number: String },
}

impl DomainEvent for ReturnRequestEvent {}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReturnRequestRefusal {
    AlreadyRaised,
    NotOpen,
    DeviceNotOutstanding,
}

impl From<ReturnRequestRefusal> for Fault {
    fn from(refusal: ReturnRequestRefusal) -> Self {
        match refusal {
            ReturnRequestRefusal::AlreadyRaised => Fault::conflict(
                "return-request-already-raised",
                "This return request exists already.",
                "დაბრუნების მოთხოვნა უკვე არსებობს.",
            ),
            ReturnRequestRefusal::NotOpen => Fault::conflict(
                "return-request-not-open",
                "The return request is not open.",
                "დაბრუნების მოთხოვნა ღია არ არის.",
            ),
            ReturnRequestRefusal::DeviceNotOutstanding => Fault::conflict(
                "device-not-outstanding",
                "The request does not wait for this device.",
                "მოთხოვნა ამ მოწყობილობას არ ელოდება.",
            ),
        }
    }
}

type Decision = Result<Vec<ReturnRequestEvent>, ReturnRequestRefusal>;

impl Aggregate for ReturnRequest {
    const KIND: &'static str = "return_request";
    const SERIES: Series = Series::Yearly("RET");
    type Id = ReturnRequestId;
    type Command = ReturnRequestCommand;
    type Event = ReturnRequestEvent;
    type Refusal = ReturnRequestRefusal;

    fn decide(&self, command: ReturnRequestCommand, _: &Context) -> Decision {
        use ReturnRequestCommand as C;
        match (self, command) {
            (Self::Unknown, C::Raise(demand)) if demand.devices.is_empty() => Ok(vec![]),
            (Self::Unknown, C::Raise(demand)) => Ok(vec![demand.into()]),
            (Self::Open(_) | Self::Done(_), C::Raise(_)) => Err(ReturnRequestRefusal::AlreadyRaised),
            (Self::Open(demand), C::NoteReturned { device_ids, on }) => Ok(demand.returned(&device_ids, on)),
            (Self::Open(demand), C::Waive { device_id, reason }) => demand.waived(device_id, reason),
            (Self::Done(_), C::NoteReturned { .. }) => Ok(vec![]),
            (Self::Unknown, C::NoteReturned { .. } | C::Waive { .. }) | (Self::Done(_), C::Waive { .. }) => {
                Err(ReturnRequestRefusal::NotOpen)
            }
        }
    }

    fn evolve(self, event: ReturnRequestEvent) -> Self {
        use ReturnRequestEvent as E;
        match (self, event) {
            (_, E::ReturnRequestRaised { employee_id, employee_number, org_unit_id, left_on, devices }) => {
                Self::Open(Demand { employee_id, employee_number, org_unit_id, left_on, devices })
            }
            (Self::Open(demand), E::ReturnRequestDeviceReturned { device_id, on }) => {
                Self::Open(demand.with(device_id, Outcome::Returned { on }))
            }
            (Self::Open(demand), E::ReturnRequestDeviceWaived { device_id, reason }) => {
                Self::Open(demand.with(device_id, Outcome::Waived { reason }))
            }
            (Self::Open(demand), E::ReturnRequestCompleted { .. }) => Self::Done(demand),
            (
                other @ (Self::Unknown | Self::Done(_)),
                E::ReturnRequestDeviceReturned { .. }
                | E::ReturnRequestDeviceWaived { .. }
                | E::ReturnRequestCompleted { .. },
            ) => other,
        }
    }
}

impl From<Demand> for ReturnRequestEvent {
    fn from(demand: Demand) -> Self {
        let Demand { employee_id, employee_number, org_unit_id, left_on, devices } = demand;
        Self::ReturnRequestRaised { employee_id, employee_number, org_unit_id, left_on, devices }
    }
}

impl Demand {
    /// Of a request that is not raised.
    pub fn empty() -> Self {
        let (employee_id, employee_number) = (Uuid::nil(), String::new());
        Self { employee_id, employee_number, org_unit_id: None, left_on: NaiveDate::default(), devices: vec![] }
    }

    pub fn outstanding(&self) -> impl Iterator<Item = &Outstanding> {
        self.devices.iter().filter(|device| device.outcome.is_none())
    }

    fn awaits(&self, id: DeviceId) -> bool {
        self.outstanding().any(|device| device.id == id)
    }

    fn returned(&self, device_ids: &[DeviceId], on: NaiveDate) -> Vec<ReturnRequestEvent> {
        let back = device_ids.iter().copied().filter(|id| self.awaits(*id));
        let events: Vec<_> =
            back.map(|device_id| ReturnRequestEvent::ReturnRequestDeviceReturned { device_id, on }).collect();
        self.completed_by(events)
    }

    fn waived(&self, device_id: DeviceId, reason: String) -> Decision {
        if !self.awaits(device_id) {
            return Err(ReturnRequestRefusal::DeviceNotOutstanding);
        }
        Ok(self.completed_by(vec![ReturnRequestEvent::ReturnRequestDeviceWaived { device_id, reason }]))
    }

    /// The last device completes the request.
    fn completed_by(&self, mut events: Vec<ReturnRequestEvent>) -> Vec<ReturnRequestEvent> {
        if !events.is_empty() && events.len() == self.outstanding().count() {
            let (employee_id, employee_number) = (self.employee_id, self.employee_number.clone());
            events.push(ReturnRequestEvent::ReturnRequestCompleted { employee_id, employee_number });
        }
        events
    }

    fn with(mut self, device_id: DeviceId, outcome: Outcome) -> Self {
        if let Some(device) = self.devices.iter_mut().find(|device| device.id == device_id) {
            device.outcome = Some(outcome);
        }
        self
    }
}

impl ReturnRequest {
    /// `None` only before it is raised.
    pub fn demand(&self) -> Option<&Demand> {
        match self {
            Self::Unknown => None,
            Self::Open(demand) | Self::Done(demand) => Some(demand),
        }
    }
}
