//! Changing one's own password.

use actix_web::HttpResponse;
use actix_web::web::Data;
use event_store::{Expect, Store, Unit};
use kernel::Fault;
use serde::Deserialize;
use service::web::{Caller, Problem, Valid, post};
use utoipa::ToSchema;

use super::sessions::{active, locked};
use crate::audit::{Outcome, SignIn};
use crate::signin::attempts::{Attempts, Try};
use crate::signin::credentials;
use crate::signin::sessions::{self, EndedBy};
use crate::signin::user::{User, UserCommand, UserId};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangePassword {
    #[schema(min_length = 1, max_length = 128, format = Password)]
    current: String,
    #[schema(min_length = 12, max_length = 128, format = Password, example = "მზიური დღე სოფელში")]
    new: String,
}

/// Change the caller's password; all other sessions end.
#[utoipa::path(
    request_body = ChangePassword,
    responses((status = 204, description = "Changed.")),
    extensions(("x-authenticated" = json!(true)), ("x-immediate" = json!(true)))
)]
#[post("/me/password")]
pub async fn change_own_password(
    caller: Caller,
    body: Valid<ChangePassword>,
    store: Data<Store>,
) -> Result<HttpResponse, Problem> {
    let ChangePassword { current, new } = body.into_inner();
    let id = UserId::from(caller.principal.subject);
    let user = active(&store, id).await?.ok_or_else(Fault::forbidden)?;
    let username = user.username.open().cloned().unwrap_or_default();
    let attempts = Attempts::under(&username);
    if attempts.claim(&store).await? == Try::Locked {
        return Err(locked(&store, attempts).await?);
    }
    if !credentials::is_password(&store, Some(id.into()), current).await? {
        let (en, ka) = ("This is not your password.", "ეს თქვენი პაროლი არ არის.");
        return Err(Fault::invalid("password-wrong", en, ka).at("/current").into());
    }
    attempts.forget(&store).await?;
    credentials::check(&new, &username, "/new")?;
    let context = caller.context(store.clock().now());
    let change =
        store.decide::<User>(id, Expect::Something, UserCommand::SetPassword { by_owner: true }, &context).await?;
    let entry = SignIn::new(Outcome::PasswordChanged, &username, &caller.facts, context.now).of(id);
    let mut rows = sessions::ends(&store, id.into(), EndedBy::PasswordChange, caller.principal.session).await?;
    rows.extend([credentials::password(&store, id.into(), new).await?, entry.row()]);
    store.commit(Unit::new().change(change).rows(rows)).await?;
    Ok(HttpResponse::NoContent().finish())
}
