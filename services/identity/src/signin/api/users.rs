//! Users, as those manage them who may.

use event_store::{Change, Context, Expect, Failure, Sealed, Store, Unit};
use kernel::Fault;
use kernel::id::Id;
use serde::{Deserialize, Serialize};
use service::web::{Caller, Commands, Done, Key, Problem, Reference, Reply, Valid, post};
use utoipa::ToSchema;

use crate::access::check_power_over;
use crate::employees::{Employee, EmployeeRow, EmployeeStatus};
use crate::signin::credentials;
use crate::signin::sessions::{self, EndedBy};
use crate::signin::user::{User, UserCommand, UserId, Why};
use crate::signin::view::{UserRow, user_named};

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateUser {
    employee: Reference,
    /// Made from the employee's name when it is not said: `n.beridze`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 3, max_length = 64, pattern = r"^[a-z0-9]+([._-][a-z0-9]+)*$", example = "n.beridze")]
    username: Option<String>,
}

/// A user and the password to come in with the first time.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UserWithPassword)]
#[allow(dead_code)] // describes an answer
struct UserWithPassword {
    #[serde(flatten)]
    user: UserRow,
    /// Shown this once; a repetition of the request under its Idempotency-Key does not show it again.
    one_time_password: Option<String>,
}

/// Let an employee in: create a user, with a password that serves once.
#[utoipa::path(request_body = CreateUser, responses((status = 201, body = UserWithPassword)))]
#[post("/users")]
pub async fn create_user(
    caller: Caller,
    body: Valid<CreateUser>,
    users: Commands<User>,
    employees: Commands<Employee>,
) -> Reply<User> {
    let CreateUser { employee, username } = body.into_inner();
    let employee = EmployeeRow::from(&employees.resolve(&caller, &employee, "/employee").await?);
    if employee.status == EmployeeStatus::Left {
        let (en, ka) = ("The employee has left.", "თანამშრომელი წასულია.");
        return Err(Fault::invalid("employee-left", en, ka).at("/employee").into());
    }
    let id = UserId::generate();
    check_power_over(&caller.principal, users.store(), id.into(), Some(employee.id.into())).await?;
    let username = match username {
        Some(username) => username,
        None => free_username(users.store(), &employee).await?,
    };
    let create = UserCommand::Create {
        username: Sealed::new(employee.id, username),
        employee_id: Some(employee.id.into()),
        org_unit_id: employee.org_unit_id,
        must_change_password: true,
    };
    with_new_password(&caller, &users, id, Expect::Nothing, create).await
}

/// Give a user a new password that serves once; all sessions end.
#[utoipa::path(responses((status = 200, body = UserWithPassword)))]
#[post("/users/{id}/reset-password")]
pub async fn reset_password(id: Key<User>, caller: Caller, users: Commands<User>) -> Reply<User> {
    let user = users.entity(&caller, &id).await?;
    let employee_id = user.state.facts().and_then(|facts| facts.employee_id);
    check_power_over(&caller.principal, users.store(), user.uuid(), employee_id).await?;
    let set = UserCommand::SetPassword { by_owner: false };
    with_new_password(&caller, &users, user.id, caller.facts.expect(), set).await
}

/// End every session of a user.
#[utoipa::path(responses((status = 200, body = UserRow)))]
#[post("/users/{id}/sign-out")]
pub async fn sign_out(id: Key<User>, caller: Caller, users: Commands<User>) -> Reply<User> {
    let user = users.entity(&caller, &id).await?;
    if !caller.facts.dry_run {
        let ends = sessions::ends(users.store(), user.uuid(), EndedBy::Administrator, None).await?;
        users.store().commit(Unit::new().rows(ends)).await?;
    }
    Ok(Done::with(users.store().service(), &user))
}

/// Disable a user; all sessions end.
#[utoipa::path(responses((status = 200, body = UserRow)))]
#[post("/users/{id}/disable")]
pub async fn disable_user(id: Key<User>, caller: Caller, users: Commands<User>) -> Reply<User> {
    let user = users.entity(&caller, &id).await?;
    if user.uuid() == caller.principal.subject {
        // Or the last administrator could lock everybody out.
        let (en, ka) = ("Somebody else must disable you.", "საკუთარ თავს ვერ გათიშავთ; ეს სხვამ უნდა გააკეთოს.");
        return Err(Fault::conflict("user-own", en, ka).into());
    }
    let end = async |_: &Change<User>, _: &Context, unit: Unit| {
        Ok::<_, Problem>(unit.rows(sessions::ends(users.store(), user.uuid(), EndedBy::UserDisabled, None).await?))
    };
    users.together(&caller, user.id, caller.facts.expect(), UserCommand::Disable(Why::Decision), end).await
}

/// Enable a user again.
#[utoipa::path(responses((status = 200, body = UserRow)))]
#[post("/users/{id}/enable")]
pub async fn enable_user(id: Key<User>, caller: Caller, users: Commands<User>) -> Reply<User> {
    users.execute(&caller, &id, UserCommand::Enable { after: None }).await
}

async fn with_new_password(
    caller: &Caller,
    users: &Commands<User>,
    id: UserId,
    expect: Expect,
    command: UserCommand,
) -> Reply<User> {
    let password = auth::Secret::generate();
    let store = users.store();
    let credential = credentials::password(store, id.into(), password.expose().to_owned()).await?;
    let keep = async |_: &Change<User>, _: &Context, unit: Unit| {
        let ends = sessions::ends(store, id.into(), EndedBy::PasswordChange, None).await?;
        Ok::<_, Problem>(unit.rows(ends).rows([credential.clone()]))
    };
    let done = users.together(caller, id, expect, command, keep).await?;
    Ok(if caller.facts.dry_run { done } else { done.revealing("one_time_password", password.expose()) })
}

/// `n.beridze`, or with a number when that is taken.
async fn free_username(store: &Store, employee: &EmployeeRow) -> Result<String, Failure> {
    let letters = |text: &str| text.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    let (first, last) = (letters(&employee.first_name_latin), letters(&employee.last_name_latin));
    let base = match first.chars().next() {
        Some(initial) if !last.is_empty() => format!("{initial}.{last}"),
        _ => employee.number.to_lowercase(),
    };
    let mut username = base.clone();
    let mut next = 2;
    while user_named(store, &username).await?.is_some() {
        username = format!("{base}{next}");
        next += 1;
    }
    Ok(username)
}
