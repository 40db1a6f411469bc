//! A device: its states, and the table of what each allows.

use event_store::{Aggregate, Context, Deadline, Series};
use serde::{Deserialize, Serialize};

use super::command::DeviceCommand;
use super::custody::{Custody, HandoverId};
use super::decide;
use super::details::{DeviceDetails, TypeFacts};
use super::event::DeviceEvent;
use super::evolve;
use super::refusal::DeviceRefusal;
use super::stages::{Disposal, Loss, Repair, Reservation, Retirement};
use kernel::tbilisi;

kernel::ids! { DeviceId }

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub enum Device {
    #[default]
    Unknown,
    Ordered(Equipment),
    InStock(Equipment),
    Reserved {
        equipment: Equipment,
        reservation: Reservation,
    },
    Assigned {
        equipment: Equipment,
        custody: Custody,
    },
    /// Whoever held it holds it still.
    InRepair {
        equipment: Equipment,
        custody: Option<Custody>,
        repair: Repair,
    },
    Lost {
        equipment: Equipment,
        custody: Option<Custody>,
        loss: Loss,
    },
    Retired {
        equipment: Equipment,
        retirement: Retirement,
    },
    Disposed {
        equipment: Equipment,
        retirement: Retirement,
        disposal: Disposal,
    },
}

/// What a device is in every state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Equipment {
    pub device_type: TypeFacts,
    pub details: DeviceDetails,
    /// The act that its receiver has yet to accept.
    pub pending_act: Option<HandoverId>,
}

pub(super) type Decision = Result<Vec<DeviceEvent>, DeviceRefusal>;

impl Aggregate for Device {
    const KIND: &'static str = "device";
    const SERIES: Series = Series::Running("DEV");
    type Id = DeviceId;
    type Command = DeviceCommand;
    type Event = DeviceEvent;
    type Refusal = DeviceRefusal;

    fn decide(&self, command: DeviceCommand, context: &Context) -> Decision {
        use DeviceCommand as C;
        use DeviceEvent as E;
        match (self, command) {
            (Self::Unknown, C::Register { arrival, device_type, details, schema }) => {
                decide::register(arrival, device_type, details, &schema)
            }
            (known, C::FollowHolder { employee_id, org_unit_id }) => Ok(known.follow(employee_id, org_unit_id)),
            (Self::Unknown, _) => Err(DeviceRefusal::NotRegistered),
            (_, C::Register { .. }) => Err(DeviceRefusal::AlreadyRegistered),
            (Self::Disposed { .. }, _) => Err(DeviceRefusal::Disposed),

            (known, C::Edit { details, schema }) => known.edit(details, &schema),
            (known, C::Reclassify { device_type, attributes, schema }) => {
                known.reclassify(device_type, attributes, &schema)
            }

            (Self::Ordered(_), C::Receive(receipt)) => Ok(vec![E::DeviceReceived(receipt)]),
            (_, C::Receive(_)) => Err(DeviceRefusal::NotOrdered),
            (Self::InStock(equipment), C::Reserve(reservation)) => equipment.reserve(reservation, context),
            (_, C::Reserve(_)) => Err(DeviceRefusal::NotInStock),
            (Self::Reserved { .. }, C::Release) => Ok(vec![E::DeviceReleased {}]),
            (_, C::Release) => Err(DeviceRefusal::NotReserved),

            (Self::InStock(equipment), C::Assign(handing)) => equipment.assign(handing, context),
            (Self::Reserved { equipment, reservation }, C::Assign(handing)) if reservation.holder.is(&handing.to) => {
                equipment.assign(handing, context)
            }
            (Self::Reserved { .. }, C::Assign(_)) => Err(DeviceRefusal::ReservedForAnother),
            (_, C::Assign(_)) => Err(DeviceRefusal::NotInStock),
            (Self::Assigned { equipment, custody }, C::Transfer(handing)) => {
                equipment.transfer(&custody.holder, handing, context)
            }
            (Self::Assigned { equipment, custody }, C::TakeBack(taken_back)) => {
                equipment.take_back(&custody.holder, taken_back, context)
            }
            (_, C::Transfer(_) | C::TakeBack(_)) => Err(DeviceRefusal::NotAssigned),
            (known, C::ConfirmHandover { act_id }) => known.confirm(act_id),
            (known, C::UndoHandover { act_id, back_to }) => known.undo(act_id, back_to, context),

            (Self::InStock(_) | Self::Assigned { .. }, C::SendToRepair(repair)) => {
                Ok(vec![E::DeviceSentToRepair(repair)])
            }
            (_, C::SendToRepair(_)) => Err(DeviceRefusal::NotAtHand),
            (Self::InRepair { .. }, C::TakeFromRepair(outcome)) => Ok(vec![E::DeviceRepaired(outcome)]),
            (_, C::TakeFromRepair(_)) => Err(DeviceRefusal::NotInRepair),

            (Self::Lost { .. }, C::ReportLost(_)) => Err(DeviceRefusal::AlreadyLost),
            (Self::Ordered(_) | Self::Retired { .. }, C::ReportLost(_)) => Err(DeviceRefusal::NotAtHand),
            (_, C::ReportLost(loss)) => decide::report_lost(loss, context),
            (Self::Lost { .. }, C::ReportFound(find)) => Ok(vec![E::DeviceFound(find)]),
            (_, C::ReportFound(_)) => Err(DeviceRefusal::NotLost),

            (Self::InStock(equipment) | Self::Lost { equipment, .. }, C::Retire(retirement)) => {
                equipment.retire(retirement)
            }
            (Self::InRepair { equipment, custody: None, .. }, C::Retire(retirement)) => equipment.retire(retirement),
            (Self::Assigned { .. } | Self::InRepair { .. }, C::Retire(_)) => Err(DeviceRefusal::StillHeld),
            (_, C::Retire(_)) => Err(DeviceRefusal::NotInStock),
            (Self::Retired { .. }, C::Reinstate) => Ok(vec![E::DeviceReinstated {}]),
            (Self::Retired { .. }, C::Dispose(disposal)) => Ok(vec![E::DeviceDisposed(disposal)]),
            (_, C::Reinstate | C::Dispose(_)) => Err(DeviceRefusal::NotRetired),
        }
    }

    fn evolve(self, event: DeviceEvent) -> Self {
        evolve::evolved(self, event)
    }

    fn deadlines(&self) -> Vec<Deadline> {
        match self {
            Self::Reserved { reservation: Reservation { until: Some(until), .. }, .. } => {
                vec![Deadline::new("reservation-ends", tbilisi::end_of(*until))]
            }
            _ => vec![],
        }
    }

    fn on_deadline(&self, _: &str) -> Option<DeviceCommand> {
        Some(DeviceCommand::Release)
    }
}

impl Equipment {
    pub fn new(device_type: TypeFacts, details: DeviceDetails) -> Self {
        Self { device_type, details, pending_act: None }
    }
}

impl Device {
    /// `None` only before it is registered.
    pub fn equipment(&self) -> Option<&Equipment> {
        match self {
            Self::Unknown => None,
            Self::Ordered(equipment)
            | Self::InStock(equipment)
            | Self::Reserved { equipment, .. }
            | Self::Assigned { equipment, .. }
            | Self::InRepair { equipment, .. }
            | Self::Lost { equipment, .. }
            | Self::Retired { equipment, .. }
            | Self::Disposed { equipment, .. } => Some(equipment),
        }
    }

    pub fn device_type(&self) -> TypeFacts {
        self.equipment().map_or_else(TypeFacts::unknown, |equipment| equipment.device_type.clone())
    }

    /// In whose hands it is.
    pub fn custody(&self) -> Option<&Custody> {
        match self {
            Self::Assigned { custody, .. } => Some(custody),
            Self::InRepair { custody, .. } | Self::Lost { custody, .. } => custody.as_ref(),
            Self::Unknown
            | Self::Ordered(_)
            | Self::InStock(_)
            | Self::Reserved { .. }
            | Self::Retired { .. }
            | Self::Disposed { .. } => None,
        }
    }

    /// What a merge patch is applied to.
    pub fn details(&self) -> DeviceDetails {
        self.equipment().map(|equipment| equipment.details.clone()).unwrap_or_default()
    }
}
