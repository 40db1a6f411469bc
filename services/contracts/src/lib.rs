//! Agreements with vendors, and their supervision.
//!
//! [`vendors`] are whom the ministry buys from; [`contracts`] what was agreed with them, until when, and what it covers;
//! [`calendar`] counts the days of terms.

pub mod calendar;
pub mod contracts;
pub mod vendors;

use service::Service;

pub fn service() -> Service {
    Service::new("contracts")
        .about("Agreements with vendors: what was agreed, until when, what it covers, and what is about to end.")
        .capability(vendors::capability())
        .capability(contracts::capability())
        .capability(calendar::capability())
}
