//! Who leaves loses every grant.

use event_store::{Expect, Failure, Unit};
use events::identity::EmployeeLeft;
use messaging::{Reaction, Received};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::view::grant_row;
use super::{Grant, GrantCommand, GrantStatus};
use crate::signin::users_of;

pub fn all() -> Vec<Reaction> {
    vec![Reaction::on("grants-of-leaver", |_: EmployeeLeft, received| revoke_all(received))]
}

async fn revoke_all(received: Received) -> Result<Unit, Failure> {
    let Received { store, context, subject: employee_id, .. } = received;
    let users = users_of(&store, employee_id).await?;
    let held = grant_row::Entity::find()
        .filter(grant_row::Column::UserId.is_in(users.into_iter().map(|user| uuid::Uuid::from(user.id))))
        .filter(grant_row::Column::Status.eq(GrantStatus::InForce));
    let mut unit = Unit::new();
    for grant in held.all(&store.database().reader).await? {
        unit = unit.change(store.decide::<Grant>(grant.id, Expect::Something, GrantCommand::Revoke, &context).await?);
    }
    Ok(unit)
}
