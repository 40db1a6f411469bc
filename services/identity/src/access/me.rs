//! What callers may ask about themselves.

use actix_web::HttpResponse;
use auth::PrincipalKind;
use serde::Serialize;
use service::web::{Caller, get};
use utoipa::ToSchema;
use uuid::Uuid;

/// The caller, as the token says.
#[derive(Debug, Serialize, ToSchema)]
struct Me {
    /// Id of the user or service account.
    id: Uuid,
    kind: CallerKind,
    /// Number of the employee; the user name of who is none.
    #[schema(example = "EMP-000123")]
    name: String,
    employee_id: Option<Uuid>,
    session_id: Option<Uuid>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum CallerKind {
    Staff,
    ServiceAccount,
}

#[derive(Debug, Serialize, ToSchema)]
struct Permissions {
    items: Vec<Permission>,
}

/// Scopes, and where they are held.
#[derive(Debug, Serialize, ToSchema)]
struct Permission {
    #[schema(example = json!(["incidents.desk", "*:read"]))]
    scopes: Vec<String>,
    /// `everywhere`, `own`, or the id of an org unit with everything under it.
    #[schema(example = "everywhere")]
    within: String,
}

/// Who the caller is.
#[utoipa::path(responses((status = 200, body = Me)), extensions(("x-authenticated" = json!(true))))]
#[get("/me")]
pub async fn me(caller: Caller) -> HttpResponse {
    let principal = &caller.principal;
    HttpResponse::Ok().json(Me {
        id: principal.subject,
        kind: match principal.kind {
            PrincipalKind::Staff => CallerKind::Staff,
            PrincipalKind::ServiceAccount => CallerKind::ServiceAccount,
        },
        name: principal.name.clone(),
        employee_id: principal.employee,
        session_id: principal.session,
    })
}

/// What the caller may do, and where.
#[utoipa::path(responses((status = 200, body = Permissions)), extensions(("x-authenticated" = json!(true))))]
#[get("/me/permissions")]
pub async fn permissions(caller: Caller) -> HttpResponse {
    let grants = caller.principal.grants.iter();
    let items = grants.map(|grant| Permission { scopes: grant.scopes.clone(), within: grant.within.to_string() });
    HttpResponse::Ok().json(Permissions { items: items.collect() })
}
