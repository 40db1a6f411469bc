//! The rules of the register: what a device is, where it stands, and what may happen to it.

mod command;
mod custody;
mod decide;
mod details;
mod device;
mod event;
mod evolve;
mod refusal;
mod stages;
#[cfg(test)]
mod tests;

pub use command::{Arrival, DeviceCommand};
pub use custody::{Custody, Handing, HandoverId, Holder, TakenBack};
pub use details::{Condition, DeviceDetails, TypeFacts};
pub use device::{Device, DeviceId, Equipment};
pub use event::DeviceEvent;
pub use refusal::DeviceRefusal;
pub use stages::{Disposal, Find, Loss, Receipt, Repair, RepairOutcome, Reservation, Retirement};
