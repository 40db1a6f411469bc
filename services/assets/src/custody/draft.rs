//! An act in the making: what it asks of each device, and what it will say.

use chrono::NaiveDate;
use event_store::Entity;
use kernel::id::Id;
use uuid::Uuid;

use super::domain::{Act, ActKind, HandedDevice, Signatory};
use crate::register::{Condition, Device, DeviceCommand, Handing, HandoverId, Holder, TakenBack};

#[derive(Clone, Debug)]
pub struct Draft {
    pub id: HandoverId,
    pub direction: Direction,
    pub signatory: Signatory,
    pub on: NaiveDate,
    pub awaits_acceptance: bool,
}

#[derive(Clone, Debug)]
pub enum Direction {
    HandOver {
        to: Holder,
    },
    Transfer {
        to: Holder,
    },
    /// In this condition and to this place; as and where they were, if not said.
    Return {
        condition: Option<Condition>,
        location: Option<String>,
    },
}

impl Draft {
    /// Whoever raises an act to himself has nothing left to accept.
    pub fn new(direction: Direction, signatory: Signatory, on: NaiveDate, raised_by: Option<Uuid>) -> Self {
        let awaits_acceptance = raised_by != Some(signatory.employee_id);
        Self { id: HandoverId::generate(), direction, signatory, on, awaits_acceptance }
    }

    pub fn command(&self, device: &Device) -> DeviceCommand {
        match &self.direction {
            Direction::HandOver { to } => DeviceCommand::Assign(self.handing(to)),
            Direction::Transfer { to } => DeviceCommand::Transfer(self.handing(to)),
            Direction::Return { location, .. } => DeviceCommand::TakeBack(TakenBack {
                act_id: self.id,
                on: self.on,
                awaits_acceptance: self.awaits_acceptance,
                condition: self.condition(device),
                location: location.clone(),
            }),
        }
    }

    fn handing(&self, to: &Holder) -> Handing {
        Handing { to: to.clone(), act_id: self.id, on: self.on, awaits_acceptance: self.awaits_acceptance }
    }

    fn condition(&self, device: &Device) -> Condition {
        let said = match self.direction {
            Direction::Return { condition, .. } => condition,
            Direction::HandOver { .. } | Direction::Transfer { .. } => None,
        };
        said.unwrap_or(device.details().condition)
    }

    /// The act over `devices` as they are before it; the first one's holder gives.
    pub fn act(&self, devices: &[Entity<Device>]) -> Act {
        let holder = devices.first().and_then(|device| device.state.custody()).map(|custody| custody.holder.clone());
        let (kind, giver, receiver) = match &self.direction {
            Direction::HandOver { to } => (ActKind::HandOver, None, Some(to.clone())),
            Direction::Transfer { to } => (ActKind::Transfer, holder, Some(to.clone())),
            Direction::Return { .. } => (ActKind::Return, holder, None),
        };
        let devices = devices.iter().map(|device| self.handed(device)).collect();
        Act { kind, giver, receiver, signatory: self.signatory.clone(), devices, on: self.on }
    }

    fn handed(&self, device: &Entity<Device>) -> HandedDevice {
        let details = device.state.details();
        HandedDevice {
            id: device.id,
            number: device.number.clone(),
            inventory_number: details.inventory_number,
            serial: details.serial,
            name: device.state.device_type().name(),
            condition: self.condition(&device.state),
        }
    }
}
