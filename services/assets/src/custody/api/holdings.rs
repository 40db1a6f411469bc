//! What somebody holds.

use actix_web::web::Json;
use chrono::{DateTime, Utc};
use kernel::Fault;
use serde::Deserialize;
use service::web::{Caller, Commands, Params, Problem, Routes, get};
use utoipa::IntoParams;

use crate::custody::holdings::{self, Holdings};
use crate::register::Device;

pub fn routes(routes: &mut Routes<'_>) {
    routes.service(list_holdings);
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct HoldingsOf {
    /// Id or number of an employee or org unit, or the code of a place.
    #[param(min_length = 1, max_length = 100, example = "EMP-000123")]
    holder: String,
    /// A past instant (RFC 3339); now, if not said.
    #[param(format = DateTime)]
    as_of: Option<String>,
}

/// What an employee, an org unit or a place holds, now or at a past moment.
#[utoipa::path(params(HoldingsOf), responses((status = 200, body = Holdings)))]
#[get("/holdings")]
async fn list_holdings(
    caller: Caller,
    asked: Params<HoldingsOf>,
    devices: Commands<Device>,
) -> Result<Json<Holdings>, Problem> {
    let HoldingsOf { holder, as_of } = asked.0;
    let now = devices.store().clock().now();
    let as_of = as_of.map(|text| past(&text, now).ok_or_else(not_in_the_past)).transpose()?;
    Ok(Json(holdings::holdings(devices.store(), &caller, holder, as_of).await?))
}

/// A bare `+` in a query string arrives as a space.
fn past(text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    text.replace(' ', "+").parse().ok().filter(|at| *at <= now)
}

fn not_in_the_past() -> Fault {
    let (en, ka) = ("This must be an instant in the past.", "უნდა იყოს წარსული დრო.");
    Fault::malformed("bad-parameter", en, ka).at("?as_of")
}
