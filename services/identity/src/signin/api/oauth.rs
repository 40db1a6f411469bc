//! The OAuth 2.0 token endpoint (RFC 6749), in that standard's own words.

use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use auth::pattern_includes;
use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use event_store::Store;
use serde::{Deserialize, Serialize};
use service::web::{Facts, FactsOf, Problem, post};
use utoipa::ToSchema;

use super::sessions::{not_stored, note, refreshed};
use crate::audit::{Outcome, SignIn};
use crate::signin::credentials;
use crate::signin::keys::Keys;
use crate::signin::service_account::{AccountFacts, ServiceAccount, ServiceAccountId};
use crate::signin::tokens;

/// Parameters of RFC 6749 §4.4.2 and §6. Others are ignored, as §3.2 asks.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct TokenRequest {
    #[schema(example = "client_credentials")]
    grant_type: Option<String>,
    /// Unless it comes by HTTP Basic.
    client_id: Option<String>,
    client_secret: Option<String>,
    /// Less than what the account may, separated by blanks.
    #[schema(example = "identity.employees:read")]
    scope: Option<String>,
    refresh_token: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct TokenAnswer {
    access_token: String,
    #[schema(example = "Bearer")]
    token_type: &'static str,
    #[schema(example = 600)]
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

/// RFC 6749 §5.2.
#[derive(Debug, Serialize, ToSchema)]
struct TokenRefusal {
    #[schema(example = "invalid_client")]
    error: &'static str,
    error_description: &'static str,
}

/// Get a token by client credentials or by a refresh token.
#[utoipa::path(
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, body = TokenAnswer),
        (status = 400, description = "RFC 6749 §5.2.", body = TokenRefusal),
        (status = 401, description = "RFC 6749 §5.2.", body = TokenRefusal),
    ),
    security(()),
    extensions(("x-immediate" = json!(true)))
)]
#[post("/oauth/token")]
pub async fn issue_token(
    request: HttpRequest,
    body: Bytes,
    facts: FactsOf,
    store: Data<Store>,
    keys: Data<Keys>,
) -> Result<HttpResponse, Problem> {
    let Ok(form) = serde_urlencoded::from_bytes::<TokenRequest>(&body) else {
        return Ok(refuse("invalid_request", "The form cannot be read."));
    };
    match form.grant_type.as_deref() {
        Some("client_credentials") => by_client(&request, form, &facts.0, &store, &keys).await,
        Some("refresh_token") => by_refresh_token(form, &facts.0, &store, &keys).await,
        Some(_) => Ok(refuse("unsupported_grant_type", "client_credentials and refresh_token are supported.")),
        None => Ok(refuse("invalid_request", "grant_type is missing.")),
    }
}

async fn by_refresh_token(
    form: TokenRequest,
    facts: &Facts,
    store: &Store,
    keys: &Keys,
) -> Result<HttpResponse, Problem> {
    let Some(token) = form.refresh_token else { return Ok(refuse("invalid_request", "refresh_token is missing.")) };
    match refreshed(store, keys, &token, facts).await {
        Ok(tokens) => Ok(not_stored(HttpResponse::Ok()).json(TokenAnswer {
            access_token: tokens.access_token,
            token_type: tokens.token_type,
            expires_in: tokens.expires_in,
            refresh_token: Some(tokens.refresh_token),
            scope: None,
        })),
        Err(problem) if problem.fault.kind == kernel::Kind::Unauthenticated => {
            Ok(refuse("invalid_grant", "The refresh token does not serve (any more)."))
        }
        Err(problem) => Err(problem),
    }
}

async fn by_client(
    request: &HttpRequest,
    form: TokenRequest,
    facts: &Facts,
    store: &Store,
    keys: &Keys,
) -> Result<HttpResponse, Problem> {
    let Some((id, secret)) = client(request, &form) else {
        return Ok(refuse("invalid_request", "Client id and secret come by HTTP Basic or in the form."));
    };
    let now = store.clock().now();
    let Some((account, known)) = proven(store, &id, &secret).await? else {
        note(store, SignIn::new(Outcome::ClientRefused, &id, facts, now)).await?;
        return Ok(refuse_client());
    };
    let Some(scopes) = narrowed(&known, form.scope.as_deref()) else {
        return Ok(refuse("invalid_scope", "The client does not hold that scope."));
    };
    let scope = scopes.join(" ");
    let issued = keys.issue(&tokens::of_account(&account, &known, scopes)).await?;
    note(store, SignIn::new(Outcome::TokenIssued, &known.name, facts, now).of(account.id)).await?;
    Ok(not_stored(HttpResponse::Ok()).json(TokenAnswer {
        access_token: issued.token,
        token_type: "Bearer",
        expires_in: keys.lifetime().num_seconds(),
        refresh_token: None,
        scope: Some(scope),
    }))
}

type Known = (event_store::Entity<ServiceAccount>, AccountFacts);

/// The account whose secret this is, if it may still get tokens.
async fn proven(store: &Store, id: &str, secret: &str) -> Result<Option<Known>, event_store::Failure> {
    let Ok(id) = id.parse::<ServiceAccountId>() else { return Ok(None) };
    if !credentials::is_secret(store, id.into(), secret).await? {
        return Ok(None);
    }
    let Some(account) = store.load::<ServiceAccount>(id).await? else { return Ok(None) };
    let now = store.clock().now();
    let facts = match &account.state {
        ServiceAccount::Active(facts) if facts.expires_at.is_none_or(|expires_at| now < expires_at) => facts.clone(),
        ServiceAccount::Unborn | ServiceAccount::Active(_) | ServiceAccount::Disabled(_) => return Ok(None),
    };
    Ok(Some((account, facts)))
}

/// What is asked for, if the account holds all of it; everything it holds when nothing is.
fn narrowed(facts: &AccountFacts, asked: Option<&str>) -> Option<Vec<String>> {
    let Some(asked) = asked.filter(|asked| !asked.trim().is_empty()) else { return Some(facts.scopes.clone()) };
    let asked: Vec<String> = asked.split_whitespace().map(str::to_owned).collect();
    let held = |scope: &String| facts.scopes.iter().any(|pattern| pattern_includes(pattern, scope));
    asked.iter().all(held).then_some(asked)
}

/// Client id and secret, from HTTP Basic (RFC 6749 §2.3.1) or the form.
fn client(request: &HttpRequest, form: &TokenRequest) -> Option<(String, String)> {
    let basic = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    match basic.and_then(|value| value.split_once(' ')) {
        Some((scheme, encoded)) if scheme.eq_ignore_ascii_case("basic") => {
            let text = String::from_utf8(BASE64.decode(encoded.trim()).ok()?).ok()?;
            text.split_once(':').map(|(id, secret)| (id.to_owned(), secret.to_owned()))
        }
        _ => form.client_id.clone().zip(form.client_secret.clone()),
    }
}

fn refuse(error: &'static str, error_description: &'static str) -> HttpResponse {
    not_stored(HttpResponse::BadRequest()).json(TokenRefusal { error, error_description })
}

fn refuse_client() -> HttpResponse {
    let mut response = not_stored(HttpResponse::Unauthorized());
    response.insert_header((header::WWW_AUTHENTICATE, "Basic realm=\"darbazi\""));
    response.json(TokenRefusal {
        error: "invalid_client",
        error_description: "Unknown client, wrong secret, disabled or expired.",
    })
}
