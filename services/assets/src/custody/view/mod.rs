//! The rows of custody, as functions of state.

mod handover;
mod return_request;

pub use handover::{HandoverRow, HandoverStatus};
pub use return_request::{ReturnRequestRow, ReturnRequestStatus, row as return_request_row};
