//! Users follow their employees: suspended and reinstated with them, moved with them, gone with them.

use event_store::{Expect, Failure, Unit};
use events::identity::{EmployeeLeft, EmployeeMoved, EmployeeReinstated, EmployeeSuspended};
use messaging::{Reaction, Received};

use super::sessions::{self, EndedBy};
use super::user::{User, UserCommand, Why};
use super::view::users_of;

pub fn all() -> Vec<Reaction> {
    vec![
        Reaction::on("user-of-leaver", |_: EmployeeLeft, received| shut_out(received, Why::Left)),
        Reaction::on("user-of-suspended", |_: EmployeeSuspended, received| shut_out(received, Why::Suspended)),
        Reaction::on("user-of-reinstated", |_: EmployeeReinstated, received| {
            tell(received, UserCommand::Enable { after: Some(Why::Suspended) })
        }),
        Reaction::on("user-of-moved", |moved: EmployeeMoved, received| {
            tell(received, UserCommand::FollowEmployee { org_unit_id: moved.org_unit_id })
        }),
    ]
}

/// Disables the user and ends every session.
async fn shut_out(received: Received, why: Why) -> Result<Unit, Failure> {
    let store = received.store.clone();
    let mut unit = Unit::new();
    for user in users_of(&store, received.subject).await? {
        unit = unit.rows(sessions::ends(&store, user.id.into(), EndedBy::UserDisabled, None).await?);
    }
    Ok(unit.with(tell(received, UserCommand::Disable(why)).await?))
}

async fn tell(received: Received, command: UserCommand) -> Result<Unit, Failure> {
    let Received { store, context, subject: employee_id, .. } = received;
    let mut unit = Unit::new();
    for user in users_of(&store, employee_id).await? {
        unit = unit.change(store.decide::<User>(user.id, Expect::Something, command.clone(), &context).await?);
    }
    Ok(unit)
}
