//! Of identity: units and people, without anything personal. The subject of each event is the unit or employee.

use chrono::NaiveDate;
use kernel::Localized;
use serde::Deserialize;
use uuid::Uuid;

use crate::Published;

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct OrgUnitCreated {
    pub name: Localized,
    pub parent_id: Option<Uuid>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct OrgUnitRenamed {
    pub name: Localized,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct OrgUnitMoved {
    pub parent_id: Option<Uuid>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct EmployeeRegistered {
    pub org_unit_id: Option<Uuid>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct EmployeeActivated {}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct EmployeeMoved {
    pub org_unit_id: Option<Uuid>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct EmployeeSuspended {}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct EmployeeReinstated {}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct EmployeeLeft {
    pub left_on: NaiveDate,
    pub org_unit_id: Option<Uuid>,
}

macro_rules! published {
    ($($event:ty = $name:literal),+ $(,)?) => {$(
        impl Published for $event {
            const SERVICE: &'static str = "identity";
            const NAME: &'static str = $name;
        }
    )+};
}

published! {
    OrgUnitCreated = "org_unit.created.v1",
    OrgUnitRenamed = "org_unit.renamed.v1",
    OrgUnitMoved = "org_unit.moved.v1",
    EmployeeRegistered = "employee.registered.v1",
    EmployeeActivated = "employee.activated.v1",
    EmployeeMoved = "employee.moved.v1",
    EmployeeSuspended = "employee.suspended.v1",
    EmployeeReinstated = "employee.reinstated.v1",
    EmployeeLeft = "employee.left.v1",
}
