//! What has happened to an employee.

use chrono::NaiveDate;
use event_store::DomainEvent;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::details::Person;
use super::employee::{Leave, Suspension};
use super::place::Placement;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
pub enum EmployeeEvent {
    #[serde(rename = "employee.registered.v1")]
    EmployeeRegistered {
        person: Box<Person>,
        org_unit_id: Uuid,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        position_id: Option<Uuid>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        manager_id: Option<Uuid>,
    },
    #[serde(rename = "employee.activated.v1")]
    EmployeeActivated {},
    #[serde(rename = "employee.details_changed.v1")]
    EmployeeDetailsChanged { person: Box<Person> },
    #[serde(rename = "employee.moved.v1")]
    EmployeeMoved(Placement),
    #[serde(rename = "employee.leave_began.v1")]
    EmployeeLeaveBegan(Leave),
    #[serde(rename = "employee.leave_ended.v1")]
    EmployeeLeaveEnded {},
    #[serde(rename = "employee.suspended.v1")]
    EmployeeSuspended(Suspension),
    /// Back in service: after a suspension, after having left, or because an announced departure is off.
    #[serde(rename = "employee.reinstated.v1")]
    EmployeeReinstated {},
    #[serde(rename = "employee.departure_announced.v1")]
    EmployeeDepartureAnnounced { leaves_on: NaiveDate },
    #[serde(rename = "employee.left.v1")]
    EmployeeLeft { left_on: NaiveDate, org_unit_id: Uuid },
}

impl DomainEvent for EmployeeEvent {}
