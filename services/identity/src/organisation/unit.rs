//! Org units: created, renamed, moved in the tree, closed.

use event_store::{Aggregate, Context, DomainEvent, Series};
use kernel::{Fault, Localized};
use sea_orm::entity::prelude::{DeriveActiveEnum, EnumIter, StringLen};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

kernel::ids! { OrgUnitId }

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub enum OrgUnit {
    #[default]
    Unborn,
    Open(Facts),
    Closed(Facts),
}

/// What is known of a unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    pub code: String,
    pub name: Localized,
    pub kind: UnitKind,
    pub parent_id: Option<Uuid>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum UnitKind {
    Ministry,
    Agency,
    Department,
    Division,
    Unit,
}

/// What an editor may change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrgUnitDetails {
    /// Short, unique.
    #[schema(min_length = 1, max_length = 32, pattern = r"^[A-Z0-9][A-Z0-9-]*$", example = "IT-SUPPORT")]
    pub code: String,
    pub name: Localized,
    pub kind: UnitKind,
}

#[derive(Clone, Debug)]
pub enum OrgUnitCommand {
    Create {
        details: OrgUnitDetails,
        parent_id: Option<Uuid>,
    },
    Edit(OrgUnitDetails),
    /// `ancestors`: the new parent and everything above it, looked up first.
    Move {
        parent_id: Option<Uuid>,
        ancestors: Vec<Uuid>,
        own_id: Uuid,
    },
    Close {
        has_open_children: bool,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
pub enum OrgUnitEvent {
    #[serde(rename = "org_unit.created.v1")]
    OrgUnitCreated { code: String, name: Localized, kind: UnitKind, parent_id: Option<Uuid> },
    #[serde(rename = "org_unit.renamed.v1")]
    OrgUnitRenamed { code: String, name: Localized, kind: UnitKind },
    #[serde(rename = "org_unit.moved.v1")]
    OrgUnitMoved { parent_id: Option<Uuid> },
    #[serde(rename = "org_unit.closed.v1")]
    OrgUnitClosed {},
}

impl DomainEvent for OrgUnitEvent {}

#[derive(Clone, Copy, Debug)]
pub enum OrgUnitRefusal {
    Exists,
    NotOpen,
    UnderItself,
    HasOpenChildren,
}

impl From<OrgUnitRefusal> for Fault {
    fn from(refusal: OrgUnitRefusal) -> Self {
        let (code, en, ka) = match refusal {
            OrgUnitRefusal::Exists => ("unit-exists", "The unit exists already.", "ერთეული უკვე არსებობს."),
            OrgUnitRefusal::NotOpen => ("unit-not-open", "The unit is closed.", "ერთეული დახურულია."),
            OrgUnitRefusal::UnderItself => {
                ("unit-under-itself", "A unit cannot stand under itself.", "ერთეული საკუთარ თავს ვერ დაექვემდებარება.")
            }
            OrgUnitRefusal::HasOpenChildren => {
                ("unit-has-children", "Units under it are still open.", "დაქვემდებარებული ერთეულები ჯერ ღიაა.")
            }
        };
        Self::conflict(code, en, ka)
    }
}

impl Aggregate for OrgUnit {
    const KIND: &'static str = "org_unit";
    const SERIES: Series = Series::Running("ORG");
    type Id = OrgUnitId;
    type Command = OrgUnitCommand;
    type Event = OrgUnitEvent;
    type Refusal = OrgUnitRefusal;

    fn decide(&self, command: OrgUnitCommand, _: &Context) -> Result<Vec<OrgUnitEvent>, OrgUnitRefusal> {
        use {OrgUnitCommand as C, OrgUnitEvent as E, OrgUnitRefusal as R};
        match (self, command) {
            (Self::Unborn, C::Create { details: OrgUnitDetails { code, name, kind }, parent_id }) => {
                Ok(vec![E::OrgUnitCreated { code, name, kind, parent_id }])
            }
            (_, C::Create { .. }) => Err(R::Exists),
            (Self::Open(facts), C::Edit(details)) if facts.details() == details => Ok(vec![]),
            (Self::Open(_), C::Edit(OrgUnitDetails { code, name, kind })) => {
                Ok(vec![E::OrgUnitRenamed { code, name, kind }])
            }
            (Self::Open(_), C::Move { ancestors, own_id, .. }) if ancestors.contains(&own_id) => Err(R::UnderItself),
            (Self::Open(facts), C::Move { parent_id, .. }) if facts.parent_id == parent_id => Ok(vec![]),
            (Self::Open(_), C::Move { parent_id, .. }) => Ok(vec![E::OrgUnitMoved { parent_id }]),
            (Self::Open(_), C::Close { has_open_children: true }) => Err(R::HasOpenChildren),
            (Self::Open(_), C::Close { .. }) => Ok(vec![E::OrgUnitClosed {}]),
            (Self::Unborn | Self::Closed(_), C::Edit(_) | C::Move { .. } | C::Close { .. }) => Err(R::NotOpen),
        }
    }

    fn evolve(self, event: OrgUnitEvent) -> Self {
        use OrgUnitEvent as E;
        match (self, event) {
            (_, E::OrgUnitCreated { code, name, kind, parent_id }) => Self::Open(Facts { code, name, kind, parent_id }),
            (Self::Open(facts), E::OrgUnitRenamed { code, name, kind }) => {
                Self::Open(Facts { code, name, kind, ..facts })
            }
            (Self::Open(facts), E::OrgUnitMoved { parent_id }) => Self::Open(Facts { parent_id, ..facts }),
            (Self::Open(facts), E::OrgUnitClosed {}) => Self::Closed(facts),
            (other, E::OrgUnitRenamed { .. } | E::OrgUnitMoved { .. } | E::OrgUnitClosed {}) => other,
        }
    }
}

impl Facts {
    pub fn details(&self) -> OrgUnitDetails {
        OrgUnitDetails { code: self.code.clone(), name: self.name.clone(), kind: self.kind }
    }
}

impl OrgUnit {
    pub fn facts(&self) -> Option<&Facts> {
        match self {
            Self::Unborn => None,
            Self::Open(facts) | Self::Closed(facts) => Some(facts),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::{given, given_nothing};

    fn details() -> OrgUnitDetails {
        OrgUnitDetails { code: "IT".into(), name: Localized::new("აიტი", "IT"), kind: UnitKind::Department }
    }

    fn created() -> OrgUnitEvent {
        let OrgUnitDetails { code, name, kind } = details();
        OrgUnitEvent::OrgUnitCreated { code, name, kind, parent_id: None }
    }

    #[test]
    fn a_unit_is_created_once() {
        given_nothing::<OrgUnit>()
            .when(OrgUnitCommand::Create { details: details(), parent_id: None })
            .then([created()]);
        given::<OrgUnit>([created()])
            .when(OrgUnitCommand::Create { details: details(), parent_id: None })
            .refused("unit-exists");
    }

    #[test]
    fn a_unit_never_stands_under_itself() {
        let (own, child) = (Uuid::from_u128(7), Uuid::from_u128(8));
        let command = OrgUnitCommand::Move { parent_id: Some(child), ancestors: vec![child, own], own_id: own };
        given::<OrgUnit>([created()]).when(command).refused("unit-under-itself");
    }

    #[test]
    fn saying_the_same_again_changes_nothing() {
        given::<OrgUnit>([created()]).when(OrgUnitCommand::Edit(details())).then_nothing();
    }

    #[test]
    fn a_unit_with_open_children_stays_open() {
        given::<OrgUnit>([created()])
            .when(OrgUnitCommand::Close { has_open_children: true })
            .refused("unit-has-children");
    }

    #[test]
    fn nothing_happens_to_a_closed_unit() {
        given::<OrgUnit>([created(), OrgUnitEvent::OrgUnitClosed {}])
            .when(OrgUnitCommand::Edit(details()))
            .refused("unit-not-open");
    }
}
