//! Signing in and out, and staying in.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use event_store::{Failure, Store, Unit};
use kernel::{Fault, Kind};
use serde::{Deserialize, Serialize};
use service::web::{Caller, Facts, FactsOf, Problem, Valid, delete, get, post};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::audit::{Outcome, SignIn};
use crate::signin::attempts::{Attempts, Try};
use crate::signin::credentials;
use crate::signin::keys::Keys;
use crate::signin::sessions::{self as kept, EndedBy, Presented, Session};
use crate::signin::tokens::{self, SessionTokens};
use crate::signin::user::{self, User, UserId};
use crate::signin::view::user_named;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Credentials {
    #[schema(min_length = 1, max_length = 100, example = "n.beridze")]
    username: String,
    #[schema(min_length = 1, max_length = 128, format = Password, example = "მზიური დღე სოფელში")]
    password: String,
}

/// Sign in.
///
/// After five wrong passwords in a row nobody gets in under this name for 15 minutes.
#[utoipa::path(
    request_body = Credentials,
    responses((status = 201, body = SessionTokens), (status = 401, description = "Wrong name or password.")),
    security(()),
    extensions(("x-immediate" = json!(true)))
)]
#[post("/sessions")]
pub async fn sign_in(
    facts: FactsOf,
    body: Valid<Credentials>,
    store: Data<Store>,
    keys: Data<Keys>,
) -> Result<HttpResponse, Problem> {
    let (facts, Credentials { username, password }) = (facts.0, body.into_inner());
    let username = username.trim().to_lowercase();
    let attempts = Attempts::under(&username);
    let claimed = attempts.claim(&store).await?;
    if claimed == Try::Locked {
        note(&store, SignIn::new(Outcome::Locked, &username, &facts, store.clock().now())).await?;
        return Err(locked(&store, attempts).await?);
    }
    let known = user_named(&store, &username).await?;
    if !credentials::is_password(&store, known.as_ref().map(|user| user.id.into()), password).await? {
        let outcome = if claimed == Try::Last { Outcome::LockedOut } else { Outcome::CredentialsWrong };
        let failed = SignIn::new(outcome, &username, &facts, store.clock().now());
        note(&store, known.map_or(failed.clone(), |user| failed.of(user.id))).await?;
        return Err(credentials_wrong().into());
    }
    attempts.forget(&store).await?;
    let user_id = known.map(|user| user.id).ok_or_else(Fault::internal)?;
    let Some(user) = active(&store, user_id).await? else {
        note(&store, SignIn::new(Outcome::UserDisabled, &username, &facts, store.clock().now()).of(user_id)).await?;
        return Err(user_disabled().into());
    };
    let tokens = begin(&store, &keys, user_id, &user, &username, &facts).await?;
    Ok(not_stored(HttpResponse::Created()).json(tokens))
}

async fn begin(
    store: &Store,
    keys: &Keys,
    user_id: UserId,
    user: &user::Facts,
    username: &str,
    facts: &Arc<Facts>,
) -> Result<SessionTokens, Problem> {
    let now = store.clock().now();
    let (session, refresh_token, unit) = kept::begin(user_id.into(), facts, now);
    let tokens = tokens::of_session(store, keys, &session, user, &refresh_token).await?;
    let entry = SignIn::new(Outcome::SignedIn, username, facts, now).of(user_id).in_session(session.id);
    store.commit(unit.rows([entry.row()])).await?;
    Ok(tokens)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Refresh {
    #[schema(min_length = 1, max_length = 128, example = "pX9…")]
    refresh_token: String,
}

/// Exchange a refresh token for new tokens.
///
/// A refresh token serves once. One that comes again was stolen from somebody, so the session ends.
#[utoipa::path(
    request_body = Refresh,
    responses((status = 200, body = SessionTokens), (status = 401, description = "Not a token that serves.")),
    security(()),
    extensions(("x-immediate" = json!(true)))
)]
#[post("/sessions/refresh")]
pub async fn refresh(
    facts: FactsOf,
    body: Valid<Refresh>,
    store: Data<Store>,
    keys: Data<Keys>,
) -> Result<HttpResponse, Problem> {
    let tokens = refreshed(&store, &keys, &body.into_inner().refresh_token, &facts.0).await?;
    Ok(not_stored(HttpResponse::Ok()).json(tokens))
}

/// New tokens for a refresh token.
pub async fn refreshed(store: &Store, keys: &Keys, token: &str, facts: &Facts) -> Result<SessionTokens, Problem> {
    let session = match kept::present(store, token).await? {
        Presented::Good(session) => session,
        Presented::Unknown | Presented::Ended => return Err(refresh_token_wrong().into()),
    };
    let Some(user) = active(store, session.user_id.into()).await? else { return Err(refresh_token_wrong().into()) };
    match kept::renew(store, &session, token).await {
        Ok(successor) => Ok(tokens::of_session(store, keys, &session, &user, &successor).await?),
        Err(Failure::Handled) => {
            end_for_reuse(store, session, facts).await?;
            Err(refresh_token_wrong().into())
        }
        Err(failure) => Err(failure.into()),
    }
}

async fn end_for_reuse(store: &Store, session: Session, facts: &Facts) -> Result<(), Failure> {
    let now = store.clock().now();
    let entry = SignIn::new(Outcome::RefreshTokenReused, "", facts, now).of(session.user_id).in_session(session.id);
    tracing::warn!(session = %session.id, "a refresh token came a second time; its session is ended");
    store.commit(Unit::new().rows([session.end(EndedBy::RefreshTokenReuse, now), entry.row()])).await?;
    Ok(())
}

#[derive(Debug, Serialize, ToSchema)]
struct SessionList {
    items: Vec<Session>,
}

/// The caller's open sessions.
#[utoipa::path(responses((status = 200, body = SessionList)), extensions(("x-authenticated" = json!(true))))]
#[get("/sessions")]
pub async fn list_own_sessions(caller: Caller, store: Data<Store>) -> Result<HttpResponse, Problem> {
    let items = kept::open_sessions(&store, caller.principal.subject).await?;
    Ok(HttpResponse::Ok().json(SessionList { items }))
}

/// End one of the caller's sessions: sign out.
#[utoipa::path(
    params(("id" = Uuid, Path, description = "Id of the session.")),
    responses((status = 204, description = "Ended.")),
    extensions(("x-authenticated" = json!(true)), ("x-immediate" = json!(true)))
)]
#[delete("/sessions/{id}")]
pub async fn end_session(id: Path<String>, caller: Caller, store: Data<Store>) -> Result<HttpResponse, Problem> {
    let id: Option<Uuid> = id.parse().ok();
    let own = kept::open_sessions(&store, caller.principal.subject).await?;
    let session = own.into_iter().find(|session| Some(session.id) == id).ok_or_else(Fault::not_found)?;
    let now = store.clock().now();
    let entry = SignIn::new(Outcome::SignedOut, &caller.principal.name, &caller.facts, now);
    let entry = entry.of(caller.principal.subject).in_session(session.id);
    store.commit(Unit::new().rows([session.end(EndedBy::SignOut, now), entry.row()])).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What is known of a user who may come in.
pub async fn active(store: &Store, id: UserId) -> Result<Option<user::Facts>, Failure> {
    let user = store.load::<User>(id).await?;
    Ok(user.and_then(|user| if let User::Active(facts) = user.state { Some(facts) } else { None }))
}

pub async fn note(store: &Store, entry: SignIn) -> Result<(), Failure> {
    store.commit(Unit::new().rows([entry.row()])).await?;
    Ok(())
}

/// Tokens stay out of caches (RFC 6749 §5.1).
pub fn not_stored(mut response: actix_web::HttpResponseBuilder) -> actix_web::HttpResponseBuilder {
    response.insert_header(("cache-control", "no-store"));
    response
}

pub async fn locked(store: &Store, attempts: Attempts) -> Result<Problem, Failure> {
    let wait = attempts.unlocked_at(store).await? - store.clock().now();
    let mut problem = Problem::from(Fault::new(
        Kind::TooMany,
        "sign-in-locked",
        "Too many wrong passwords; try again later.",
        "პაროლი ბევრჯერ შეიყვანეს არასწორად; სცადეთ მოგვიანებით.",
    ));
    problem.retry_after_s = Some(wait.num_seconds().max(1).unsigned_abs());
    Ok(problem)
}

fn credentials_wrong() -> Fault {
    Fault::new(Kind::Unauthenticated, "credentials-wrong", "Wrong name or password.", "სახელი ან პაროლი არასწორია.")
}

fn user_disabled() -> Fault {
    Fault::new(Kind::Unauthenticated, "user-disabled", "The user is disabled.", "მომხმარებელი გათიშულია.")
}

fn refresh_token_wrong() -> Fault {
    let (en, ka) = (
        "The refresh token does not serve (any more); sign in again.",
        "განახლების ტოკენი აღარ მოქმედებს; შედით თავიდან.",
    );
    Fault::new(Kind::Unauthenticated, "refresh-token-wrong", en, ka)
}
