//! Roles: sets of scopes under a name.

use event_store::{Aggregate, Context, DomainEvent, Series};
use kernel::{Fault, Localized};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

kernel::ids! { RoleId }

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub enum Role {
    #[default]
    Unborn,
    Active(RoleDetails),
    Retired(RoleDetails),
}

/// What is known of a role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleDetails {
    /// Short, unique.
    #[schema(min_length = 1, max_length = 64, pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$", example = "support-specialist")]
    pub code: String,
    pub name: Localized,
    /// Scopes, or patterns of them: `assets.custody:write`, `assets.custody`, `assets.*:read`, `*:read`.
    #[schema(min_items = 1, max_items = 200, example = json!(["incidents.desk", "assets.*:read"]))]
    pub scopes: Vec<String>,
    /// Whoever has this position holds the role everywhere.
    #[serde(default)]
    pub position_id: Option<Uuid>,
    /// Every employee holds the role for what is their own.
    #[serde(default)]
    pub for_everyone: bool,
}

#[derive(Clone, Debug)]
pub enum RoleCommand {
    Create(RoleDetails),
    Edit(RoleDetails),
    Retire,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
pub enum RoleEvent {
    #[serde(rename = "role.created.v1")]
    RoleCreated(RoleDetails),
    #[serde(rename = "role.changed.v1")]
    RoleChanged(RoleDetails),
    #[serde(rename = "role.retired.v1")]
    RoleRetired {},
}

impl DomainEvent for RoleEvent {}

impl Aggregate for Role {
    const KIND: &'static str = "role";
    const SERIES: Series = Series::Running("ROL");
    type Id = RoleId;
    type Command = RoleCommand;
    type Event = RoleEvent;
    type Refusal = Fault;

    fn decide(&self, command: RoleCommand, _: &Context) -> Result<Vec<RoleEvent>, Fault> {
        use {RoleCommand as C, RoleEvent as E};
        match (self, command) {
            (Self::Unborn, C::Create(details)) => Ok(vec![E::RoleCreated(checked(details)?)]),
            (Self::Active(known), C::Edit(details)) if *known == details => Ok(vec![]),
            (Self::Active(_), C::Edit(details)) => Ok(vec![E::RoleChanged(checked(details)?)]),
            (Self::Active(_), C::Retire) => Ok(vec![E::RoleRetired {}]),
            (Self::Active(_) | Self::Retired(_), C::Create(_)) => {
                Err(Fault::conflict("role-exists", "The role exists already.", "როლი უკვე არსებობს."))
            }
            (Self::Unborn | Self::Retired(_), C::Edit(_) | C::Retire) => {
                Err(Fault::conflict("role-retired", "The role is retired.", "როლი გაუქმებულია."))
            }
        }
    }

    fn evolve(self, event: RoleEvent) -> Self {
        match (self, event) {
            (_, RoleEvent::RoleCreated(details) | RoleEvent::RoleChanged(details)) => Self::Active(details),
            (Self::Active(details), RoleEvent::RoleRetired {}) => Self::Retired(details),
            (other, RoleEvent::RoleRetired {}) => other,
        }
    }
}

fn checked(details: RoleDetails) -> Result<RoleDetails, Fault> {
    let unsound = details.scopes.iter().enumerate().filter(|(_, scope)| !auth::is_pattern(scope));
    let mut faults: Vec<Fault> = unsound.map(|(index, _)| not_a_scope(&format!("/scopes/{index}"))).collect();
    if details.for_everyone && details.position_id.is_some() {
        let (en, ka) = ("A role is everyone's or a position's, not both.", "როლი ან ყველასია, ან ერთი პოზიციის.");
        faults.push(Fault::invalid("role-holders-contradict", en, ka).at("/position_id"));
    }
    if faults.is_empty() { Ok(details) } else { Err(Fault::all(kernel::Kind::Invalid, faults)) }
}

pub fn not_a_scope(pointer: &str) -> Fault {
    let en = "This is no scope; they look like assets.custody:write, assets.*:read or *:read.";
    let ka = "ეს არ არის უფლება; ნიმუშები: assets.custody:write, assets.*:read, *:read.";
    Fault::invalid("not-a-scope", en, ka).at(pointer)
}

impl Role {
    pub fn details(&self) -> Option<&RoleDetails> {
        match self {
            Self::Unborn => None,
            Self::Active(details) | Self::Retired(details) => Some(details),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::{given, given_nothing};

    fn details(scopes: &[&str]) -> RoleDetails {
        RoleDetails {
            code: "storekeeper".into(),
            name: Localized::new("მესაწყობე", "Storekeeper"),
            scopes: scopes.iter().map(ToString::to_string).collect(),
            position_id: None,
            for_everyone: false,
        }
    }

    #[test]
    fn what_is_no_scope_is_named_by_its_place() {
        given_nothing::<Role>()
            .when(RoleCommand::Create(details(&["assets.*", "everything"])))
            .refused("invalid-input");
    }

    #[test]
    fn a_retired_role_is_not_edited() {
        let created = RoleEvent::RoleCreated(details(&["assets.*"]));
        given::<Role>([created.clone()])
            .when(RoleCommand::Edit(details(&["*:read"])))
            .then([RoleEvent::RoleChanged(details(&["*:read"]))]);
        given::<Role>([created, RoleEvent::RoleRetired {}])
            .when(RoleCommand::Edit(details(&["*:read"])))
            .refused("role-retired");
    }

    #[test]
    fn a_role_is_not_both_everyone_s_and_a_position_s() {
        let both = RoleDetails { position_id: Some(Uuid::from_u128(1)), for_everyone: true, ..details(&["*:read"]) };
        given_nothing::<Role>().when(RoleCommand::Create(both)).refused("invalid-input");
    }
}
