//! Contracts: what was agreed, until when it holds, how it was amended, and which devices it covers.
//!
//! [`domain`] is one contract with its amendments; [`price`] counts its value to the tetri; [`expiry`] says when its end is
//! announced. [`cover`] finds the contract that covers a device.

mod api;
pub mod cover;
pub mod domain;
pub mod expiry;
pub mod price;
pub mod view;

use service::Capability;

use self::domain::Contract;

pub fn capability() -> Capability {
    Capability::new("contracts")
        .about("Contracts from draft to completion: amendments, renewal, announced expiry, and the devices they cover.")
        .functions(&["3.1.7", "3.2.6", "4.1.7", "4.2.9", "4.3.7", "5.1.11", "5.2.10"])
        .aggregate::<Contract>()
        .routes(api::routes)
}
