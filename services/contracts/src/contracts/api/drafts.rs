//! Drafting contracts.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use service::web::{
    Caller, Commands, Directory, Key, MergePatch, Problem, Reference, Reply, Routes, Valid, patch, post,
};
use utoipa::ToSchema;

use crate::calendar::term::Term;
use crate::calendar::view::calendar;
use crate::contracts::domain::{
    Contract, ContractCommand, ContractDetails, ContractKind, ContractVendor, CoveredDevice, Drafting, Period,
    Procurement, Renewal, Supervisor,
};
use crate::contracts::price::Price;
use crate::contracts::view::ContractRow;
use crate::vendors::domain::Vendor;
use kernel::tbilisi::day;

pub fn routes(routes: &mut Routes<'_>) {
    routes.service(draft).service(edit);
}

/// What a draft says.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ContractText {
    kind: ContractKind,
    #[schema(example = "VEN-000004")]
    vendor: Reference,
    #[schema(
        min_length = 1,
        max_length = 2000,
        pattern = r"\S",
        example = "სერვერების მიწოდება და საგარანტიო მომსახურება"
    )]
    subject: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    procurement: Option<Procurement>,
    price: Price,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 64, example = "35 01 02 — 2.8.3")]
    budget_line: Option<String>,
    /// The employee who is to supervise it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    supervisor: Option<Reference>,
    #[schema(example = "2026-03-01")]
    starts_on: NaiveDate,
    /// The last day; either this or `term`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-12-31")]
    ends_on: Option<NaiveDate>,
    /// Counted from `starts_on`, which is not a part of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    term: Option<Term>,
    #[serde(default)]
    renewal: Renewal,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 1000)]
    covers: Vec<CoveredDevice>,
}

impl ContractText {
    async fn resolve(
        self,
        caller: &Caller,
        contracts: &Commands<Contract>,
        vendors: &Commands<Vendor>,
        directory: &Directory,
    ) -> Result<Box<Drafting>, Problem> {
        let vendor = vendors.resolve(caller, &self.vendor, "/vendor").await?;
        let supervisor = match &self.supervisor {
            Some(supervisor) => Some(appointed(supervisor, directory).await?),
            None => None,
        };
        let today = day(contracts.store().clock().now());
        let name = vendor.state.details().map(|details| details.name).unwrap_or_default();
        let details = ContractDetails {
            kind: self.kind,
            vendor: ContractVendor { id: vendor.id, number: vendor.number.clone(), name },
            subject: self.subject,
            procurement: self.procurement,
            price: self.price,
            budget_line: self.budget_line,
            supervisor,
            period: Period { starts_on: self.starts_on, ends_on: self.ends_on, term: self.term },
            renewal: self.renewal,
            covers: self.covers,
        };
        let calendar = calendar(contracts.rows()).await?;
        Ok(Box::new(Drafting { details, vendor_barred: vendor.state.is_barred(today), calendar }))
    }
}

impl From<&ContractDetails> for ContractText {
    fn from(details: &ContractDetails) -> Self {
        let details = details.clone();
        Self {
            kind: details.kind,
            vendor: details.vendor.id.into(),
            subject: details.subject,
            procurement: details.procurement,
            price: details.price,
            budget_line: details.budget_line,
            supervisor: details.supervisor.map(|supervisor| supervisor.employee_id.into()),
            starts_on: details.period.starts_on,
            ends_on: details.period.ends_on,
            term: details.period.term,
            renewal: details.renewal,
            covers: details.covers,
        }
    }
}

/// An employee who works here, with the unit they belong to.
pub async fn appointed(supervisor: &Reference, directory: &Directory) -> Result<Supervisor, Problem> {
    let employee = directory.employee(supervisor, "/supervisor").await?;
    if !employee.active {
        let (en, ka) = ("The supervisor does not work here at present.", "ზედამხედველი ამჟამად არ მუშაობს.");
        return Err(kernel::Fault::conflict("supervisor-not-active", en, ka).into());
    }
    Ok(Supervisor { employee_id: employee.id, org_unit_id: employee.org_unit_id })
}

/// Draft a contract.
#[utoipa::path(operation_id = "draft_contract", request_body = ContractText, responses((status = 201, body = ContractRow)))]
#[post("/contracts")]
async fn draft(
    caller: Caller,
    body: Valid<ContractText>,
    contracts: Commands<Contract>,
    vendors: Commands<Vendor>,
    directory: Directory,
) -> Reply<Contract> {
    let drafting = body.into_inner().resolve(&caller, &contracts, &vendors, &directory).await?;
    contracts.create(&caller, ContractCommand::Draft(drafting)).await
}

/// Change a draft; a signed contract is amended instead.
#[utoipa::path(
    operation_id = "edit_contract",
    request_body(content = ContractText, content_type = "application/merge-patch+json"),
    responses((status = 200, body = ContractRow)),
)]
#[patch("/contracts/{id}")]
async fn edit(
    id: Key<Contract>,
    caller: Caller,
    patch: MergePatch<ContractText>,
    contracts: Commands<Contract>,
    vendors: Commands<Vendor>,
    directory: Directory,
) -> Reply<Contract> {
    let contract = contracts.entity(&caller, &id).await?;
    let paper = contract.state.paper().ok_or_else(kernel::Fault::not_found)?;
    let edited = patch.apply(&ContractText::from(&paper.details))?;
    let drafting = edited.resolve(&caller, &contracts, &vendors, &directory).await?;
    contracts.execute(&caller, &id, ContractCommand::Edit(drafting)).await
}
