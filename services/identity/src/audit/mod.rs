//! Who came in, who did not, and who looked at what is personal.
//!
//! Changes and refusals are elsewhere: changes are events, refusals are kept by every service alike.

mod looks;
mod sign_ins;

use service::Capability;

pub use looks::note_look;
pub use sign_ins::{Outcome, SignIn};

pub fn capability() -> Capability {
    Capability::new("audit")
        .about("Sign-ins, failed and successful, and looks at personal numbers.")
        .functions(&["4.2.3", "4.4.4"])
        .migrations(MIGRATIONS)
        .routes(|routes| {
            routes.service(sign_ins::list_sign_ins).service(looks::list_looks);
        })
}

const MIGRATIONS: &[event_store::Migration] = &[sign_ins::MIGRATION, looks::MIGRATION];
