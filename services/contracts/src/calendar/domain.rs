//! A day off that the Government adds to the public holidays (Labour Code of Georgia, Article 30(3)).

use chrono::NaiveDate;
use event_store::{Aggregate, Context, DomainEvent, Series};
use kernel::{Fault, Localized};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

kernel::ids! { DayOffId }

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub enum DayOff {
    #[default]
    Undeclared,
    Declared(AddedDay),
    Revoked(AddedDay),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddedDay {
    #[schema(example = "2026-05-27")]
    pub date: NaiveDate,
    /// The act that adds it.
    pub reason: Localized,
    /// Whether banks are closed too.
    #[serde(default)]
    pub banks_too: bool,
}

#[derive(Clone, Debug)]
pub enum DayOffCommand {
    Declare(AddedDay),
    Revoke,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
pub enum DayOffEvent {
    #[serde(rename = "day_off.declared.v1")]
    DayOffDeclared(AddedDay),
    #[serde(rename = "day_off.revoked.v1")]
    DayOffRevoked {},
}

impl DomainEvent for DayOffEvent {}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayOffRefusal {
    AlreadyDeclared,
    NotDeclared,
}

impl From<DayOffRefusal> for Fault {
    fn from(refusal: DayOffRefusal) -> Self {
        match refusal {
            DayOffRefusal::AlreadyDeclared => {
                Self::conflict("day-off-declared", "The day off is already declared.", "უქმე დღე უკვე გამოცხადებულია.")
            }
            DayOffRefusal::NotDeclared => {
                Self::conflict("day-off-not-declared", "No day off is declared.", "უქმე დღე გამოცხადებული არ არის.")
            }
        }
    }
}

impl DayOff {
    pub fn day(&self) -> Option<&AddedDay> {
        match self {
            Self::Undeclared => None,
            Self::Declared(day) | Self::Revoked(day) => Some(day),
        }
    }
}

impl Aggregate for DayOff {
    const KIND: &'static str = "day_off";
    const SERIES: Series = Series::Running("DOF");
    type Id = DayOffId;
    type Command = DayOffCommand;
    type Event = DayOffEvent;
    type Refusal = DayOffRefusal;

    fn decide(&self, command: DayOffCommand, _: &Context) -> Result<Vec<DayOffEvent>, DayOffRefusal> {
        match (self, command) {
            (Self::Undeclared, DayOffCommand::Declare(day)) => Ok(vec![DayOffEvent::DayOffDeclared(day)]),
            (Self::Declared(_), DayOffCommand::Revoke) => Ok(vec![DayOffEvent::DayOffRevoked {}]),
            (Self::Revoked(_), DayOffCommand::Revoke) => Ok(vec![]),
            (Self::Declared(_) | Self::Revoked(_), DayOffCommand::Declare(_)) => Err(DayOffRefusal::AlreadyDeclared),
            (Self::Undeclared, DayOffCommand::Revoke) => Err(DayOffRefusal::NotDeclared),
        }
    }

    fn evolve(self, event: DayOffEvent) -> Self {
        match (self, event) {
            (_, DayOffEvent::DayOffDeclared(day)) => Self::Declared(day),
            (Self::Declared(day), DayOffEvent::DayOffRevoked {}) => Self::Revoked(day),
            (other, DayOffEvent::DayOffRevoked {}) => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use testkit::{given, given_nothing};

    use super::*;

    fn added() -> AddedDay {
        let reason = Localized::new("მთავრობის განკარგულება", "Government ordinance");
        AddedDay { date: "2026-05-27".parse().unwrap(), reason, banks_too: false }
    }

    #[test]
    fn a_day_off_is_declared_and_revoked_once() {
        given_nothing::<DayOff>().when(DayOffCommand::Revoke).refused("day-off-not-declared");
        let declared = DayOffEvent::DayOffDeclared(added());
        given_nothing::<DayOff>().when(DayOffCommand::Declare(added())).then([declared.clone()]);
        given::<DayOff>([declared.clone()]).when(DayOffCommand::Declare(added())).refused("day-off-declared");
        given::<DayOff>([declared.clone()]).when(DayOffCommand::Revoke).then([DayOffEvent::DayOffRevoked {}]);
        given::<DayOff>([declared, DayOffEvent::DayOffRevoked {}]).when(DayOffCommand::Revoke).then_nothing();
    }
}
