//! Amending signed contracts.

use actix_web::web::Path;
use chrono::NaiveDate;
use kernel::Fault;
use serde::Deserialize;
use service::web::{Caller, Commands, Key, MergePatch, Problem, Reply, Routes, Valid, patch, post};
use utoipa::ToSchema;

use crate::contracts::domain::{AmendmentText, Contract, ContractCommand};
use crate::contracts::view::ContractRow;
use kernel::tbilisi::day;

pub fn routes(routes: &mut Routes<'_>) {
    routes.service(draft_amendment).service(edit_amendment).service(sign_amendment).service(withdraw_amendment);
}

/// The number of an amendment in the path; what is no number is nobody's.
fn number(path: &Path<(String, String)>) -> Result<u32, Problem> {
    path.1.parse().map_err(|_| Fault::not_found().into())
}

/// Draft an amendment of a signed contract.
#[utoipa::path(request_body = AmendmentText, responses((status = 200, body = ContractRow)))]
#[post("/contracts/{id}/amendments")]
async fn draft_amendment(
    id: Key<Contract>,
    caller: Caller,
    body: Valid<AmendmentText>,
    contracts: Commands<Contract>,
) -> Reply<Contract> {
    contracts.execute(&caller, &id, ContractCommand::DraftAmendment(body.into_inner())).await
}

/// Change the draft of an amendment.
#[utoipa::path(
    params(("amendment" = u32, Path, description = "Number of the amendment within its contract.", minimum = 1)),
    request_body(content = AmendmentText, content_type = "application/merge-patch+json"),
    responses((status = 200, body = ContractRow)),
)]
#[patch("/contracts/{id}/amendments/{amendment}")]
async fn edit_amendment(
    id: Key<Contract>,
    path: Path<(String, String)>,
    caller: Caller,
    patch: MergePatch<AmendmentText>,
    contracts: Commands<Contract>,
) -> Reply<Contract> {
    let number = number(&path)?;
    let contract = contracts.entity(&caller, &id).await?;
    let amendments = contract.state.binding().map_or(&[][..], |binding| &binding.amendments);
    let text = amendments.iter().find(|one| one.number == number).ok_or_else(Fault::not_found)?.text.clone();
    let text = patch.apply(&text)?;
    contracts.execute(&caller, &id, ContractCommand::EditAmendment { number, text }).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignAmendment {
    /// Today, if not said.
    #[schema(example = "2026-06-01")]
    signed_on: Option<NaiveDate>,
}

/// Sign an amendment: what it changes holds from now on.
#[utoipa::path(
    params(("amendment" = u32, Path, description = "Number of the amendment within its contract.", minimum = 1)),
    security(("token" = ["contracts.contracts:sign"])),
    request_body = SignAmendment,
    responses((status = 200, body = ContractRow)),
)]
#[post("/contracts/{id}/amendments/{amendment}/sign")]
async fn sign_amendment(
    id: Key<Contract>,
    path: Path<(String, String)>,
    caller: Caller,
    body: Valid<SignAmendment>,
    contracts: Commands<Contract>,
) -> Reply<Contract> {
    let number = number(&path)?;
    let signed_on = body.into_inner().signed_on.unwrap_or_else(|| day(contracts.store().clock().now()));
    contracts.execute(&caller, &id, ContractCommand::SignAmendment { number, signed_on }).await
}

/// Give up the draft of an amendment.
#[utoipa::path(
    params(("amendment" = u32, Path, description = "Number of the amendment within its contract.", minimum = 1)),
    responses((status = 200, body = ContractRow)),
)]
#[post("/contracts/{id}/amendments/{amendment}/withdraw")]
async fn withdraw_amendment(
    id: Key<Contract>,
    path: Path<(String, String)>,
    caller: Caller,
    contracts: Commands<Contract>,
) -> Reply<Contract> {
    let number = number(&path)?;
    contracts.execute(&caller, &id, ContractCommand::WithdrawAmendment { number }).await
}
