//! Days off, and when a term ends.

use actix_web::web::Json;
use chrono::NaiveDate;
use kernel::Fault;
use serde::{Deserialize, Serialize};
use service::web::{Caller, Collection, Commands, Key, Params, Problem, Reply, Routes, Valid, get, post};
use utoipa::{IntoParams, ToSchema};

use super::domain::{AddedDay, DayOff, DayOffCommand};
use super::term::{Term, TermUnit};
use super::view::{DayOffRow, calendar};

pub fn routes(routes: &mut Routes<'_>) {
    routes.service(declare).service(revoke).service(term_end).service(Collection::<DayOff>::at("/days-off"));
}

/// Declare a day off.
#[utoipa::path(operation_id = "declare_day_off", request_body = AddedDay, responses((status = 201, body = DayOffRow)))]
#[post("/days-off")]
async fn declare(caller: Caller, body: Valid<AddedDay>, days: Commands<DayOff>) -> Reply<DayOff> {
    days.create(&caller, DayOffCommand::Declare(body.into_inner())).await
}

/// Revoke a declared day off.
#[utoipa::path(operation_id = "revoke_day_off", responses((status = 200, body = DayOffRow)))]
#[post("/days-off/{id}/revoke")]
async fn revoke(id: Key<DayOff>, caller: Caller, days: Commands<DayOff>) -> Reply<DayOff> {
    days.execute(&caller, &id, DayOffCommand::Revoke).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AskedTerm {
    /// The day of the event that begins the term.
    #[param(example = "2026-01-31")]
    from: NaiveDate,
    #[param(minimum = 1, maximum = 3660, example = 1)]
    length: u32,
    unit: TermUnit,
}

#[derive(Debug, Serialize, ToSchema)]
struct TermEnd {
    from: NaiveDate,
    term: Term,
    /// The last day of the term.
    #[schema(example = "2026-03-02")]
    ends_on: NaiveDate,
}

/// When a term ends.
#[utoipa::path(params(AskedTerm), responses((status = 200, body = TermEnd)))]
#[get("/term-end")]
async fn term_end(_: Caller, asked: Params<AskedTerm>, days: Commands<DayOff>) -> Result<Json<TermEnd>, Problem> {
    let AskedTerm { from, length, unit } = asked.0;
    let term = Term { length, unit };
    let ends_on = calendar(days.rows()).await?.term_end(from, term).filter(|_| (1..=3660).contains(&length));
    Ok(Json(TermEnd { from, term, ends_on: ends_on.ok_or_else(out_of_range)? }))
}

fn out_of_range() -> Fault {
    let (en, ka) =
        ("A term is 1 to 3660 long and ends before 2200.", "ვადა უნდა იყოს 1-დან 3660-მდე და სრულდებოდეს 2200 წლამდე.");
    Fault::malformed("bad-parameter", en, ka).at("?length")
}
