//! A planned change: what one row of the file, or its silence, does to one person.

use kernel::{Fault, Localized};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::employees::EmployeeId;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PlannedChange {
    /// Row of the file, counted from 1 without the header; beyond the last one for people who are not in it.
    #[schema(minimum = 1, example = 17)]
    pub line: i64,
    pub kind: ChangeKind,
    #[schema(example = "10245")]
    pub hr_number: String,
    /// Of a joiner: the id they will have.
    pub employee_id: Option<EmployeeId>,
    #[schema(example = "EMP-000123")]
    pub employee_number: Option<String>,
    #[schema(example = "ნინო ბერიძე")]
    pub name: Option<String>,
    pub changes: Vec<MemberChange>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<LineFault>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    Joins,
    Edits,
    Moves,
    Leaves,
    Returns,
    Unchanged,
    Fault,
}

/// A member of the employee's representation that becomes another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MemberChange {
    #[schema(example = "org_unit_id")]
    pub field: String,
    pub from: Value,
    pub to: Value,
}

/// Why a row cannot be applied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LineFault {
    #[schema(example = "invalid-input")]
    pub code: String,
    pub text: Localized,
    pub errors: Vec<CellFault>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CellFault {
    /// `/` and the column.
    #[schema(example = "/org_unit")]
    pub pointer: String,
    #[schema(example = "reference-unknown")]
    pub code: String,
    pub text: Localized,
}

impl PlannedChange {
    /// Whether anything happens to anybody.
    pub fn takes_effect(&self) -> bool {
        !matches!(self.kind, ChangeKind::Unchanged | ChangeKind::Fault)
    }

    /// Whether it is still the same change, however the person was called or counted meanwhile.
    pub fn is_still(&self, now: &Self) -> bool {
        (self.kind, self.employee_id, &self.changes) == (now.kind, now.employee_id, &now.changes)
    }
}

impl From<Fault> for LineFault {
    fn from(fault: Fault) -> Self {
        let parts = match (&fault.pointer, fault.parts.as_slice()) {
            (Some(_), []) => std::slice::from_ref(&fault),
            (_, parts) => parts,
        };
        let cell = |part: &Fault| CellFault {
            pointer: part.pointer.clone().unwrap_or_default(),
            code: part.code.clone(),
            text: part.text.clone(),
        };
        let errors = parts.iter().map(cell).collect();
        Self { code: fault.code, text: fault.text, errors }
    }
}
