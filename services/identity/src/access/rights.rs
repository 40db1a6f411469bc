//! Which rights follow for a user: from grants, from a position, and from working here.

use auth::Grant as Held;
use auth::Within;
use event_store::{Failure, Store};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::view::{grant_row, role_row};
use super::{GrantStatus, RoleRow, RoleStatus};
use crate::employees::{Employee, EmployeeRow, EmployeeStatus};

/// Everything that a user holds now. Who is suspended or has left holds nothing, whatever was granted.
pub async fn grants_of(store: &Store, user_id: Uuid, employee_id: Option<Uuid>) -> Result<Vec<Held>, Failure> {
    let employee = match employee_id {
        Some(id) => match store.load::<Employee>(id.into()).await? {
            Some(employee) if works((&employee.state).into()) => Some(EmployeeRow::from(&employee)),
            _ => return Ok(vec![]),
        },
        None => None,
    };
    let mut held = granted(store, user_id).await?;
    if let Some(employee) = employee {
        held.extend(by_themselves(store, employee.position_id).await?);
    }
    Ok(held)
}

fn works(status: EmployeeStatus) -> bool {
    match status {
        EmployeeStatus::Active | EmployeeStatus::OnLeave => true,
        EmployeeStatus::Joiner | EmployeeStatus::Suspended | EmployeeStatus::Left => false,
    }
}

async fn granted(store: &Store, user_id: Uuid) -> Result<Vec<Held>, Failure> {
    let rows = &store.database().reader;
    let of_user = grant_row::Entity::find()
        .filter(grant_row::Column::UserId.eq(user_id))
        .filter(grant_row::Column::Status.eq(GrantStatus::InForce));
    let now = store.clock().now();
    // The timer that lets it lapse may be a moment late; rights never are.
    let grants = of_user.all(rows).await?.into_iter().filter(|grant| grant.until.is_none_or(|until| now < until));
    let grants: Vec<_> = grants.collect();
    let roles = role_row::Entity::find()
        .filter(role_row::Column::Id.is_in(grants.iter().map(|grant| grant.role_id)))
        .filter(role_row::Column::Status.eq(RoleStatus::Active))
        .all(rows)
        .await?;
    let held = grants.iter().filter_map(|grant| {
        let role = roles.iter().find(|role| Uuid::from(role.id) == grant.role_id)?;
        Some(hold(role, grant.within.parse().ok()?))
    });
    Ok(held.collect())
}

/// Roles that come with a position, and those that everyone holds.
async fn by_themselves(store: &Store, position_id: Option<Uuid>) -> Result<Vec<Held>, Failure> {
    let mut whose = Condition::any().add(role_row::Column::ForEveryone.eq(true));
    if let Some(position_id) = position_id {
        whose = whose.add(role_row::Column::PositionId.eq(position_id));
    }
    let roles = role_row::Entity::find().filter(whose).filter(role_row::Column::Status.eq(RoleStatus::Active));
    let roles = roles.all(&store.database().reader).await?;
    Ok(roles.iter().map(|role| hold(role, if role.for_everyone { Within::Own } else { Within::Everywhere })).collect())
}

fn hold(role: &RoleRow, within: Within) -> Held {
    Held { scopes: role.scopes.0.clone(), within }
}
