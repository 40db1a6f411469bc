//! Whom the ministry buys from: who they are by law, whom to call, and who is barred.

mod api;
pub mod domain;
pub mod view;

use service::Capability;

use self::domain::Vendor;

pub fn capability() -> Capability {
    Capability::new("vendors")
        .about("Vendors with their identification codes, contacts, and the list of those who are barred.")
        .functions(&["3.1.7", "3.2.6", "4.1.7", "4.2.9", "4.3.7", "5.1.11", "5.2.10"])
        .aggregate::<Vendor>()
        .routes(api::routes)
}
