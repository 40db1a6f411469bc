//! The rules of custody: acts that prove who handed what to whom, and requests to bring things back.

mod act;
mod handover;
mod return_request;
#[cfg(test)]
mod tests;

pub use act::{Act, ActKind, HandedDevice, Settlement, Signatory};
pub use handover::{Handover, HandoverCommand, HandoverEvent, HandoverRefusal};
pub use return_request::{
    Demand, Outcome, Outstanding, ReturnRequest, ReturnRequestCommand, ReturnRequestEvent, ReturnRequestId,
    ReturnRequestRefusal,
};
