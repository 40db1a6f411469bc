//! Getting in: users and their passwords, sessions, service accounts, and the tokens that all of them get.
//!
//! [`user`] and [`service_account`] are who may get in; what they prove it with ([`credentials`], [`attempts`]) and their
//! [`sessions`] are plain tables, for secrets have no place in a log that is kept for good. [`keys`] signs the tokens.

mod api;
mod attempts;
mod credentials;
mod first;
mod keys;
mod reactions;
mod service_account;
mod sessions;
mod tokens;
mod user;
mod view;

use event_store::Migration;
use service::{Capability, Starting};

pub use service_account::{ServiceAccount, ServiceAccountEvent};
pub use user::{User, UserEvent};
pub use view::{ServiceAccountRow, UserRow, users_of};

const MIGRATIONS: &[Migration] = &[credentials::MIGRATION, attempts::MIGRATION, sessions::MIGRATION, keys::MIGRATION];

pub fn capability() -> Capability {
    Capability::new("sign-in")
        .about("Users, passwords, sessions, service accounts, and the tokens and keys behind all of them.")
        .functions(&["4.1.3", "4.2.3", "4.2.7"])
        .aggregate::<User>()
        .aggregate::<ServiceAccount>()
        .migrations(MIGRATIONS)
        .reactions(reactions::all())
        .routes(api::routes)
        .root_routes(api::root_routes)
        .on_start(|starting: Starting| async move {
            let keys = keys::Keys::open(&starting.store, &starting.settings.issuer).await?;
            first::begin(&starting.store, starting.settings.admin_password.as_ref()).await?;
            Ok(vec![Starting::provide(keys)])
        })
}
