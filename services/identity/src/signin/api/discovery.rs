//! Where others learn how to get and check our tokens.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::Serialize;
use service::web::{Caller, Problem, get, post};
use utoipa::ToSchema;

use crate::signin::keys::Keys;

/// A JSON Web Key Set (RFC 7517) of Ed25519 keys (RFC 8037).
#[derive(Serialize, ToSchema)]
#[schema(as = KeySet)]
#[allow(dead_code)] // describes an answer
struct KeySetBody {
    keys: Vec<PublicKeyBody>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PublicKey)]
#[allow(dead_code)] // describes an answer
struct PublicKeyBody {
    #[schema(example = "OKP")]
    kty: String,
    #[schema(example = "Ed25519")]
    crv: String,
    /// The key, 32 bytes in URL-safe base64.
    x: String,
    /// The key's thumbprint (RFC 7638).
    kid: String,
    #[schema(example = "EdDSA")]
    alg: String,
    #[serde(rename = "use")]
    #[schema(example = "sig")]
    usage: String,
}

/// The keys that tokens are signed with.
#[utoipa::path(responses((status = 200, body = KeySetBody)), security(()))]
#[get("/.well-known/jwks.json")]
pub async fn jwks(keys: Data<Keys>) -> Result<HttpResponse, Problem> {
    let published = keys.published().await?;
    Ok(HttpResponse::Ok().insert_header(("cache-control", "public, max-age=60")).json(published))
}

/// Metadata of the authorization server (RFC 8414).
#[derive(Serialize, ToSchema)]
struct ServerMetadata {
    #[schema(example = "darbazi")]
    issuer: String,
    token_endpoint: String,
    jwks_uri: String,
    grant_types_supported: [&'static str; 2],
    token_endpoint_auth_methods_supported: [&'static str; 2],
    response_types_supported: [&'static str; 0],
    id_token_signing_alg_values_supported: [&'static str; 1],
    subject_types_supported: [&'static str; 1],
    service_documentation: String,
}

/// How to get tokens (RFC 8414).
#[utoipa::path(responses((status = 200, body = ServerMetadata)), security(()))]
#[get("/.well-known/oauth-authorization-server")]
pub async fn authorization_server(request: HttpRequest, keys: Data<Keys>) -> HttpResponse {
    HttpResponse::Ok().json(metadata(&request, &keys))
}

/// The same where clients of `OpenID` Connect look for it.
#[utoipa::path(responses((status = 200, body = ServerMetadata)), security(()))]
#[get("/.well-known/openid-configuration")]
pub async fn openid_configuration(request: HttpRequest, keys: Data<Keys>) -> HttpResponse {
    HttpResponse::Ok().json(metadata(&request, &keys))
}

fn metadata(request: &HttpRequest, keys: &Keys) -> ServerMetadata {
    let connection = request.connection_info();
    // An issuer that is an address is where the platform is; else it is where the caller found it.
    let base = match keys.issuer() {
        issuer if issuer.starts_with("http") => issuer.trim_end_matches('/').to_owned(),
        _ => format!("{}://{}", connection.scheme(), connection.host()),
    };
    ServerMetadata {
        issuer: keys.issuer().to_owned(),
        token_endpoint: format!("{base}/api/identity/v1/oauth/token"),
        jwks_uri: format!("{base}/.well-known/jwks.json"),
        grant_types_supported: ["client_credentials", "refresh_token"],
        token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
        response_types_supported: [],
        id_token_signing_alg_values_supported: ["EdDSA"],
        subject_types_supported: ["public"],
        service_documentation: format!("{base}/docs/"),
    }
}

/// A key that will sign.
#[derive(Serialize, ToSchema)]
struct NextKey {
    kid: String,
    /// It is published until then, so that everybody has it in time.
    signs_from: DateTime<Utc>,
}

/// Make a new signing key; the old one stays published until its last token has expired.
#[utoipa::path(responses((status = 201, body = NextKey)), extensions(("x-immediate" = json!(true))))]
#[post("/signing-keys/rotate")]
pub async fn rotate_signing_key(_caller: Caller, keys: Data<Keys>) -> Result<HttpResponse, Problem> {
    let (kid, signs_from) = keys.rotate().await?;
    Ok(HttpResponse::Created().json(NextKey { kid, signs_from }))
}
