//! How each event changes a device.

use super::custody::{Custody, Handing, HandoverId, Holder, TakenBack};
use super::device::{Device, Equipment};
use super::event::DeviceEvent;
use super::stages::{Find, Receipt};

pub(super) fn evolved(device: Device, event: DeviceEvent) -> Device {
    use Device as D;
    use DeviceEvent as E;
    match (device, event) {
        (_, E::DeviceOrdered { device_type, details }) => D::Ordered(Equipment::new(device_type, *details)),
        (_, E::DeviceRegistered { device_type, details }) => D::InStock(Equipment::new(device_type, *details)),
        (device, E::DeviceDetailsChanged { details }) => device.with(|equipment| equipment.details = *details),
        (device, E::DeviceReclassified { device_type, attributes }) => device.with(|equipment| {
            equipment.device_type = device_type;
            equipment.details.attributes = attributes;
        }),
        (D::Ordered(equipment), E::DeviceReceived(receipt)) => D::InStock(equipment.received(receipt)),
        (D::InStock(equipment), E::DeviceReserved(reservation)) => D::Reserved { equipment, reservation },
        (D::Reserved { equipment, .. }, E::DeviceReleased {}) => D::InStock(equipment),
        (D::InStock(equipment) | D::Reserved { equipment, .. }, E::DeviceAssigned(handing))
        | (D::Assigned { equipment, .. }, E::DeviceTransferred { handing, .. }) => equipment.handed(handing),
        (D::Assigned { equipment, .. }, E::DeviceReturned { taken_back, .. }) => {
            D::InStock(equipment.taken_back(taken_back))
        }
        (device, E::DeviceHandoverAccepted { .. }) => device.with(|equipment| equipment.pending_act = None),
        (device, E::DeviceHandoverUndone { act_id, back_to, on }) => {
            let custody = back_to.map(|holder: Holder| Custody { holder, since: on, act_id });
            device.with(|equipment| equipment.pending_act = None).in_custody(custody)
        }
        (device, E::DeviceMovedWithHolder { org_unit_id }) => {
            let custody = device.custody().cloned().map(|custody| custody.of_unit(org_unit_id));
            device.in_custody(custody)
        }
        (D::InStock(equipment), E::DeviceSentToRepair(repair)) => D::InRepair { equipment, custody: None, repair },
        (D::Assigned { equipment, custody }, E::DeviceSentToRepair(repair)) => {
            D::InRepair { equipment, custody: Some(custody), repair }
        }
        (D::InRepair { mut equipment, custody, .. }, E::DeviceRepaired(outcome)) => {
            equipment.details.condition = outcome.condition;
            D::InStock(equipment).in_custody(custody)
        }
        (D::InStock(equipment) | D::Reserved { equipment, .. }, E::DeviceLost(loss)) => {
            D::Lost { equipment, custody: None, loss }
        }
        (D::Assigned { equipment, custody }, E::DeviceLost(loss)) => {
            D::Lost { equipment, custody: Some(custody), loss }
        }
        (D::InRepair { equipment, custody, .. }, E::DeviceLost(loss)) => D::Lost { equipment, custody, loss },
        (D::Lost { equipment, custody, .. }, E::DeviceFound(find)) => {
            D::InStock(equipment.found(find)).in_custody(custody)
        }
        (
            D::InStock(equipment) | D::InRepair { equipment, .. } | D::Lost { equipment, .. },
            E::DeviceRetired(retirement),
        ) => D::Retired { equipment, retirement },
        (D::Retired { equipment, .. }, E::DeviceReinstated {}) => D::InStock(equipment),
        (D::Retired { equipment, retirement }, E::DeviceDisposed(disposal)) => {
            D::Disposed { equipment, retirement, disposal }
        }
        // `decide` lets no event into a state that cannot have it.
        (
            device,
            E::DeviceReceived(_)
            | E::DeviceReserved(_)
            | E::DeviceReleased {}
            | E::DeviceAssigned(_)
            | E::DeviceTransferred { .. }
            | E::DeviceReturned { .. }
            | E::DeviceSentToRepair(_)
            | E::DeviceRepaired(_)
            | E::DeviceLost(_)
            | E::DeviceFound(_)
            | E::DeviceRetired(_)
            | E::DeviceReinstated {}
            | E::DeviceDisposed(_),
        ) => device,
    }
}

impl Equipment {
    fn received(mut self, receipt: Receipt) -> Self {
        self.details.inventory_number = Some(receipt.inventory_number);
        self.details.serial = receipt.serial.or(self.details.serial);
        self.details.location = receipt.location.or(self.details.location);
        self.details.condition = receipt.condition;
        self
    }

    fn handed(mut self, handing: Handing) -> Device {
        self.pending_act = pending(handing.act_id, handing.awaits_acceptance);
        if let Holder::Location { code } = &handing.to {
            self.details.location = Some(code.clone());
        }
        Device::Assigned { equipment: self, custody: handing.into() }
    }

    fn taken_back(mut self, taken_back: TakenBack) -> Self {
        self.pending_act = pending(taken_back.act_id, taken_back.awaits_acceptance);
        self.details.condition = taken_back.condition;
        self.details.location = taken_back.location.or(self.details.location);
        self
    }

    fn found(mut self, find: Find) -> Self {
        self.details.condition = find.condition;
        self.details.location = find.location.or(self.details.location);
        self
    }
}

fn pending(act_id: HandoverId, awaits_acceptance: bool) -> Option<HandoverId> {
    awaits_acceptance.then_some(act_id)
}

impl Device {
    fn with(mut self, change: impl FnOnce(&mut Equipment)) -> Self {
        match &mut self {
            Self::Unknown => {}
            Self::Ordered(equipment)
            | Self::InStock(equipment)
            | Self::Reserved { equipment, .. }
            | Self::Assigned { equipment, .. }
            | Self::InRepair { equipment, .. }
            | Self::Lost { equipment, .. }
            | Self::Retired { equipment, .. }
            | Self::Disposed { equipment, .. } => change(equipment),
        }
        self
    }

    /// The same device in these hands, or in stock if in nobody's.
    fn in_custody(self, custody: Option<Custody>) -> Self {
        match (self, custody) {
            (Self::InStock(equipment) | Self::Assigned { equipment, .. }, Some(custody)) => {
                Self::Assigned { equipment, custody }
            }
            (Self::Assigned { equipment, .. }, None) => Self::InStock(equipment),
            (Self::InRepair { equipment, repair, .. }, custody) => Self::InRepair { equipment, custody, repair },
            (Self::Lost { equipment, loss, .. }, custody) => Self::Lost { equipment, custody, loss },
            (other, _) => other,
        }
    }
}
