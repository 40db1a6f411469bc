//! The first administrator, without whom nobody could let anybody in.

use auth::Within;
use event_store::{Actor, Context, Expect, Failure, Sealed, Store, Unit};
use kernel::id::derived;
use sea_orm::EntityTrait;
use service::Secret;
use uuid::Uuid;

use super::credentials;
use super::user::{User, UserCommand, UserId};
use super::view::user_row;
use crate::access::{Grant, GrantCommand, GrantFacts, GrantId, administrator};

const ROOT: Uuid = Uuid::from_u128(0x0da2_ba21_0000_7000_8000_0000_0000_0005);
const USERNAME: &str = "admin";

/// Creates the user `admin` when there is no user at all. A password that was made up is printed once and kept nowhere.
pub async fn begin(store: &Store, given: Option<&Secret>) -> Result<(), Failure> {
    if user_row::Entity::find().one(&store.database().reader).await?.is_some() {
        return Ok(());
    }
    let made_up = auth::Secret::generate();
    let password = given.map_or(made_up.expose(), Secret::reveal);
    match store.commit(administrator_with(store, password).await?).await {
        Ok(_) if given.is_none() => announce(password),
        Ok(_) => {}
        // Another replica was faster; the secret that it printed is the one.
        Err(Failure::Stale { .. } | Failure::Refused(_)) => {}
        Err(failure) => return Err(failure),
    }
    Ok(())
}

async fn administrator_with(store: &Store, password: &str) -> Result<Unit, Failure> {
    let id: UserId = derived(ROOT, USERNAME).into();
    let context = Context::new(store.clock().now(), Actor::system("first start"));
    let create = UserCommand::Create {
        username: Sealed::new(id, USERNAME.to_owned()),
        employee_id: None,
        org_unit_id: None,
        must_change_password: false,
    };
    let facts = GrantFacts {
        user_id: id.into(),
        role_id: administrator().into(),
        role: "administrator".into(),
        within: Within::Everywhere,
        until: None,
    };
    let grant: GrantId = derived(ROOT, "administrator").into();
    let user = store.decide::<User>(id, Expect::Nothing, create, &context).await?;
    let grant = store.decide::<Grant>(grant, Expect::Nothing, GrantCommand::Give(facts), &context).await?;
    let credential = credentials::password(store, id.into(), password.to_owned()).await?;
    Ok(Unit::new().change(user).change(grant).rows([credential]))
}

/// To the terminal, not to the log, which is kept.
#[allow(clippy::print_stdout)]
fn announce(password: &str) {
    println!("\n  First start: the administrator is `{USERNAME}`, the password (shown this once): {password}\n");
}
