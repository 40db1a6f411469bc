//! Positions: what a unit has people for, and how many.

use event_store::{Aggregate, Context, DomainEvent, Series};
use kernel::{Fault, Localized};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

kernel::ids! { PositionId }

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub enum Position {
    #[default]
    Unborn,
    Open(PositionDetails),
    Abolished(PositionDetails),
}

/// What is known of a position.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PositionDetails {
    pub title: Localized,
    /// Id of the unit it belongs to.
    pub org_unit_id: Uuid,
    /// How many people it is meant for.
    #[schema(minimum = 1, maximum = 1000, example = 4)]
    pub headcount: i32,
    /// Numbers of the department's functions that it carries.
    #[serde(default)]
    #[schema(example = json!(["3.2.1"]))]
    pub functions: Vec<String>,
}

#[derive(Clone, Debug)]
pub enum PositionCommand {
    Create(PositionDetails),
    Edit(PositionDetails),
    Abolish,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
pub enum PositionEvent {
    #[serde(rename = "position.created.v1")]
    PositionCreated(PositionDetails),
    #[serde(rename = "position.changed.v1")]
    PositionChanged(PositionDetails),
    #[serde(rename = "position.abolished.v1")]
    PositionAbolished {},
}

impl DomainEvent for PositionEvent {}

impl Aggregate for Position {
    const KIND: &'static str = "position";
    const SERIES: Series = Series::Running("POS");
    type Id = PositionId;
    type Command = PositionCommand;
    type Event = PositionEvent;
    type Refusal = Fault;

    fn decide(&self, command: PositionCommand, _: &Context) -> Result<Vec<PositionEvent>, Fault> {
        use {PositionCommand as C, PositionEvent as E};
        match (self, command) {
            (Self::Unborn, C::Create(details)) => Ok(vec![E::PositionCreated(details)]),
            (Self::Open(known), C::Edit(details)) if *known == details => Ok(vec![]),
            (Self::Open(_), C::Edit(details)) => Ok(vec![E::PositionChanged(details)]),
            (Self::Open(_), C::Abolish) => Ok(vec![E::PositionAbolished {}]),
            (Self::Open(_) | Self::Abolished(_), C::Create(_)) => {
                Err(Fault::conflict("position-exists", "The position exists already.", "პოზიცია უკვე არსებობს."))
            }
            (Self::Unborn | Self::Abolished(_), C::Edit(_) | C::Abolish) => {
                Err(Fault::conflict("position-not-open", "The position is abolished.", "პოზიცია გაუქმებულია."))
            }
        }
    }

    fn evolve(self, event: PositionEvent) -> Self {
        match (self, event) {
            (_, PositionEvent::PositionCreated(details) | PositionEvent::PositionChanged(details)) => {
                Self::Open(details)
            }
            (Self::Open(details), PositionEvent::PositionAbolished {}) => Self::Abolished(details),
            (other, PositionEvent::PositionAbolished {}) => other,
        }
    }
}

impl Position {
    pub fn details(&self) -> Option<&PositionDetails> {
        match self {
            Self::Unborn => None,
            Self::Open(details) | Self::Abolished(details) => Some(details),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::given;

    #[test]
    fn an_abolished_position_is_not_edited() {
        let details = PositionDetails {
            title: Localized::new("სპეციალისტი", "Specialist"),
            org_unit_id: Uuid::nil(),
            headcount: 2,
            functions: vec![],
        };
        given::<Position>([PositionEvent::PositionCreated(details.clone()), PositionEvent::PositionAbolished {}])
            .when(PositionCommand::Edit(details))
            .refused("position-not-open");
    }
}
