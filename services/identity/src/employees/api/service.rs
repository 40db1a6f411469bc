//! Moving, being away and leaving.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use service::web::{Caller, Commands, Key, Reference, Reply, Routes, Valid, post};
use utoipa::ToSchema;

use crate::employees::lookup::Lookup;
use crate::employees::named::Named;
use crate::employees::{Employee, EmployeeCommand, EmployeeRow, Leave, Suspension};

pub fn routes(routes: &mut Routes<'_>) {
    routes.service(move_employee);
    routes.service(begin_leave).service(end_leave);
    routes.service(suspend).service(reinstate).service(leave);
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MoveEmployee {
    /// Id, number or code.
    #[schema(example = "IT-INFRA")]
    org_unit: Reference,
    /// A position of that unit; none, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    position: Option<Reference>,
    /// Nobody, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    manager: Option<Reference>,
}

/// Move an employee to a unit, a position and a manager.
#[utoipa::path(operation_id = "move_employee", request_body = MoveEmployee, responses((status = 200, body = EmployeeRow)))]
#[post("/employees/{id}/move")]
async fn move_employee(
    id: Key<Employee>,
    caller: Caller,
    body: Valid<MoveEmployee>,
    employees: Commands<Employee>,
) -> Reply<Employee> {
    let known = employees.entity(&caller, &id).await?;
    let MoveEmployee { org_unit, position, manager } = body.into_inner();
    let named = Named::by(&org_unit, position.as_ref(), manager.as_ref());
    let place = Lookup::of(&caller, employees.store()).place(named, None).await?;
    employees.execute(&caller, &id, EmployeeCommand::Move { id: known.id, place }).await
}

/// Begin an employee's leave.
#[utoipa::path(operation_id = "begin_leave", request_body = Leave, responses((status = 200, body = EmployeeRow)))]
#[post("/employees/{id}/begin-leave")]
async fn begin_leave(
    id: Key<Employee>,
    caller: Caller,
    body: Valid<Leave>,
    employees: Commands<Employee>,
) -> Reply<Employee> {
    employees.execute(&caller, &id, EmployeeCommand::BeginLeave(body.into_inner())).await
}

/// End an employee's leave.
#[utoipa::path(operation_id = "end_leave", responses((status = 200, body = EmployeeRow)))]
#[post("/employees/{id}/end-leave")]
async fn end_leave(id: Key<Employee>, caller: Caller, employees: Commands<Employee>) -> Reply<Employee> {
    employees.execute(&caller, &id, EmployeeCommand::EndLeave).await
}

/// Suspend an employee.
#[utoipa::path(operation_id = "suspend_employee", request_body = Suspension, responses((status = 200, body = EmployeeRow)))]
#[post("/employees/{id}/suspend")]
async fn suspend(
    id: Key<Employee>,
    caller: Caller,
    body: Valid<Suspension>,
    employees: Commands<Employee>,
) -> Reply<Employee> {
    employees.execute(&caller, &id, EmployeeCommand::Suspend(body.into_inner())).await
}

/// Bring an employee back into service: after a suspension, after leaving, or because an announced departure is off.
#[utoipa::path(operation_id = "reinstate_employee", responses((status = 200, body = EmployeeRow)))]
#[post("/employees/{id}/reinstate")]
async fn reinstate(id: Key<Employee>, caller: Caller, employees: Commands<Employee>) -> Reply<Employee> {
    employees.execute(&caller, &id, EmployeeCommand::Reinstate).await
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Departure {
    /// The first day out of service; one to come is announced and happens then.
    on: NaiveDate,
}

/// Let an employee leave.
#[utoipa::path(operation_id = "leave_service", request_body = Departure, responses((status = 200, body = EmployeeRow)))]
#[post("/employees/{id}/leave")]
async fn leave(
    id: Key<Employee>,
    caller: Caller,
    body: Valid<Departure>,
    employees: Commands<Employee>,
) -> Reply<Employee> {
    employees.execute(&caller, &id, EmployeeCommand::Leave { on: body.into_inner().on }).await
}
