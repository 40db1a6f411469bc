//! What the department owns and runs.
//!
//! [`catalogue`]: what devices can be. [`register`]: each device and its life. [`custody`]: who holds what.

pub mod catalogue;
pub mod custody;
mod recipient;
pub mod register;

use service::Service;

pub fn service() -> Service {
    Service::new("assets")
        .about("What the department owns and runs: devices, who holds them, and what happens to them.")
        .capability(catalogue::capability())
        .capability(register::capability())
        .capability(custody::capability())
}
