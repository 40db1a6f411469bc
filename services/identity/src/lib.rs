//! Who works here and may do what.
//!
//! [`organisation`]: units and positions. [`employees`]: the people. [`hrsync`]: what HR says of them. [`signin`]:
//! accounts, sessions, tokens. [`access`]: roles, and which rights follow from them. [`audit`]: who came in, and who did not.

pub mod access;
pub mod audit;
pub mod employees;
pub mod hrsync;
pub mod organisation;
pub mod signin;

use service::Service;

pub fn service() -> Service {
    Service::new("identity")
        .about("Who works in the department and what they may do: organisation, employees, sign-in, roles and their audit.")
        .capability(organisation::capability())
        .capability(employees::capability())
        .capability(hrsync::capability())
        .capability(access::capability())
        .capability(signin::capability())
        .capability(audit::capability())
}
