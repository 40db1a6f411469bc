//! Registering employees, correcting what is known of them, and seeing their personal numbers.

use actix_web::web::Json;
use chrono::NaiveDate;
use event_store::Failure;
use kernel::Fault;
use kernel::id::Id;
use kernel::person::{PersonalNumber, Phone};
use serde::{Deserialize, Serialize};
use service::web::{Caller, Commands, Key, MergePatch, Problem, Reference, Reply, Routes, Valid, get, patch, post};
use utoipa::ToSchema;

use crate::audit;
use crate::employees::lookup::Lookup;
use crate::employees::named::Named;
use crate::employees::{Employee, EmployeeCommand, EmployeeDetails, EmployeeId, EmployeeRefusal, EmployeeRow};

pub fn routes(routes: &mut Routes<'_>) {
    routes.service(register).service(edit).service(reveal_personal_number);
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RegisterEmployee {
    /// HR's own number of the person; unique.
    #[schema(min_length = 1, max_length = 32, pattern = r"^\S(.*\S)?$", example = "10245")]
    hr_number: String,
    personal_number: PersonalNumber,
    /// As the person writes it, in Georgian.
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S(.*\S)?$", example = "ნინო")]
    first_name: String,
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S(.*\S)?$", example = "ბერიძე")]
    last_name: String,
    /// The national romanisation, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100, pattern = r"^[A-Za-z]([A-Za-z' .-]*[A-Za-z.])?$", example = "Nino")]
    first_name_latin: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100, pattern = r"^[A-Za-z]([A-Za-z' .-]*[A-Za-z.])?$", example = "Beridze")]
    last_name_latin: Option<String>,
    /// Id, number or code.
    #[schema(example = "IT-SUPPORT")]
    org_unit: Reference,
    /// A position of that unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    position: Option<Reference>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    manager: Option<Reference>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = Email, max_length = 254, example = "n.beridze@moh.gov.ge")]
    email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, pattern = r"^\+[1-9]\d{6,14}$", example = "+995599123456")]
    phone: Option<Phone>,
    /// The first day of service; until then they are a joiner.
    starts_on: NaiveDate,
}

impl From<RegisterEmployee> for EmployeeDetails {
    fn from(body: RegisterEmployee) -> Self {
        Self {
            hr_number: body.hr_number,
            personal_number: body.personal_number,
            first_name: body.first_name,
            last_name: body.last_name,
            first_name_latin: body.first_name_latin,
            last_name_latin: body.last_name_latin,
            email: body.email,
            phone: body.phone,
            starts_on: body.starts_on,
        }
    }
}

/// Register an employee.
#[utoipa::path(
    operation_id = "register_employee",
    request_body = RegisterEmployee,
    responses((status = 201, body = EmployeeRow)),
)]
#[post("/employees")]
async fn register(caller: Caller, body: Valid<RegisterEmployee>, employees: Commands<Employee>) -> Reply<Employee> {
    let body = body.into_inner();
    let named = Named::by(&body.org_unit, body.position.as_ref(), body.manager.as_ref());
    let place = Lookup::of(&caller, employees.store()).place(named, None).await?;
    let id = EmployeeId::generate();
    let details = Box::new(body.into());
    employees.create_as(&caller, id, EmployeeCommand::Register { id, details, place }).await
}

/// Change what is known of an employee.
#[utoipa::path(
    operation_id = "edit_employee",
    request_body(content = EmployeeDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, body = EmployeeRow)),
)]
#[patch("/employees/{id}")]
async fn edit(
    id: Key<Employee>,
    caller: Caller,
    patch: MergePatch<EmployeeDetails>,
    employees: Commands<Employee>,
) -> Reply<Employee> {
    let known = employees.entity(&caller, &id).await?;
    let before = details(&known.state).ok_or_else(|| Fault::from(EmployeeRefusal::Erased))?;
    let today = |employee: &Employee| details(employee).unwrap_or_else(|| before.clone());
    let edit = |details| EmployeeCommand::Edit { id: known.id, details: Box::new(details) };
    employees.patch(&caller, &id, patch, today, edit).await
}

fn details(employee: &Employee) -> Option<EmployeeDetails> {
    employee.employment()?.person.details()
}

#[derive(Serialize, ToSchema)]
struct RevealedNumber {
    personal_number: PersonalNumber,
}

/// See an employee's personal number; who looked is recorded.
#[utoipa::path(
    operation_id = "reveal_personal_number",
    security(("token" = ["identity.employees:reveal"])),
    responses((status = 200, body = RevealedNumber), (status = 409, description = "The person's data was erased.")),
)]
#[get("/employees/{id}/personal-number")]
async fn reveal_personal_number(
    id: Key<Employee>,
    caller: Caller,
    employees: Commands<Employee>,
) -> Result<Json<RevealedNumber>, Problem> {
    let employee = employees.entity(&caller, &id).await?;
    let person = employee.state.employment().map(|employment| &employment.person);
    let number = person.and_then(|person| person.personal_number.open());
    let personal_number = number.cloned().ok_or(Failure::Erased { subject: employee.uuid() })?;
    audit::note_look(employees.store(), &caller, employee.uuid()).await?;
    Ok(Json(RevealedNumber { personal_number }))
}
