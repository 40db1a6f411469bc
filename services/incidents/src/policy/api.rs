//! Policies: written, approved by somebody else, put in force; and the calendar that deadlines are counted by.

use actix_web::web::Json;
use serde::{Deserialize, Serialize};
use service::web::{
    Caller, Collection, Commands, Key, MergePatch, Params, Problem, Reply, Routes, Valid, get, patch, post,
};
use utoipa::{IntoParams, ToSchema};

use super::domain::{IncidentPolicy, PolicyCommand, PolicyText};
use super::terms::PolicyInForce;
use super::view::{PolicyRow, in_force};
use kernel::holidays::{Holiday, holidays};

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(policy_in_force)
        .service(Collection::<IncidentPolicy>::at("/policies"))
        .service(draft)
        .service(revise)
        .service(withdraw)
        .service(approve)
        .service(put_in_force)
        .service(calendar);
}

/// The policy that tickets are opened under now.
#[utoipa::path(responses((status = 200, description = "The newest one in force, or the built-in one.", body = PolicyInForce)))]
#[get("/policies/in-force")]
async fn policy_in_force(_: Caller, policies: Commands<IncidentPolicy>) -> Result<Json<PolicyInForce>, Problem> {
    Ok(Json(in_force(policies.rows()).await?))
}

/// Draft a policy.
#[utoipa::path(request_body = PolicyText, responses((status = 201, body = PolicyRow)))]
#[post("/policies")]
async fn draft(caller: Caller, body: Valid<PolicyText>, policies: Commands<IncidentPolicy>) -> Reply<IncidentPolicy> {
    policies.create(&caller, PolicyCommand::Write(body.into_inner())).await
}

/// Write on a draft.
#[utoipa::path(
    request_body(content = PolicyText, content_type = "application/merge-patch+json"),
    responses((status = 200, body = PolicyRow)),
)]
#[patch("/policies/{id}")]
async fn revise(
    id: Key<IncidentPolicy>,
    caller: Caller,
    patch: MergePatch<PolicyText>,
    policies: Commands<IncidentPolicy>,
) -> Reply<IncidentPolicy> {
    let text = |policy: &IncidentPolicy| policy.text().cloned().unwrap_or_else(PolicyText::built_in);
    policies.patch(&caller, &id, patch, text, PolicyCommand::Revise).await
}

/// Give up a draft.
#[utoipa::path(responses((status = 200, body = PolicyRow)))]
#[post("/policies/{id}/withdraw")]
async fn withdraw(
    id: Key<IncidentPolicy>,
    caller: Caller,
    policies: Commands<IncidentPolicy>,
) -> Reply<IncidentPolicy> {
    policies.execute(&caller, &id, PolicyCommand::Withdraw).await
}

/// Approve a draft that others wrote.
#[utoipa::path(security(("token" = ["incidents.policy:approve"])), responses((status = 200, body = PolicyRow)))]
#[post("/policies/{id}/approve")]
async fn approve(id: Key<IncidentPolicy>, caller: Caller, policies: Commands<IncidentPolicy>) -> Reply<IncidentPolicy> {
    policies.execute(&caller, &id, PolicyCommand::Approve).await
}

/// Put an approved policy in force; it supersedes the former one for tickets opened from now on.
#[utoipa::path(security(("token" = ["incidents.policy:approve"])), responses((status = 200, body = PolicyRow)))]
#[post("/policies/{id}/put-in-force")]
async fn put_in_force(
    id: Key<IncidentPolicy>,
    caller: Caller,
    policies: Commands<IncidentPolicy>,
) -> Reply<IncidentPolicy> {
    policies.execute(&caller, &id, PolicyCommand::PutInForce).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CalendarYear {
    #[param(minimum = 1992, maximum = 2199, example = 2026)]
    year: i32,
}

/// The days of a year on which the desk does not work.
#[derive(Debug, Serialize, ToSchema)]
struct Calendar {
    #[schema(example = 2026)]
    year: i32,
    /// By law: Labour Code of Georgia, Article 30(1).
    public_holidays: Vec<Holiday>,
    /// By the policy in force, such as days the Government added.
    days_off: Vec<Holiday>,
}

/// Public holidays and days off of a year.
#[utoipa::path(params(CalendarYear), responses((status = 200, description = "In order of their dates.", body = Calendar)))]
#[get("/calendar")]
async fn calendar(
    _: Caller,
    params: Params<CalendarYear>,
    policies: Commands<IncidentPolicy>,
) -> Result<Json<Calendar>, Problem> {
    let year = params.0.year;
    if !YEARS.contains(&year) {
        return Err(unknown_year().into());
    }
    let policy = in_force(policies.rows()).await?;
    let mut days_off = policy.terms.calendar.days_off;
    days_off.retain(|day| chrono::Datelike::year(&day.date) == year);
    days_off.sort_by_key(|day| day.date);
    Ok(Json(Calendar { year, public_holidays: holidays(year), days_off }))
}

/// Georgia celebrates these days since its independence.
const YEARS: std::ops::RangeInclusive<i32> = 1992..=2199;

fn unknown_year() -> kernel::Fault {
    let (en, ka) = ("The calendar reaches from 1992 to 2199.", "კალენდარი მოიცავს 1992–2199 წლებს.");
    kernel::Fault::malformed("bad-parameter", en, ka)
}
