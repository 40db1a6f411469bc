//! Grants: a role held by a user, over a part of the organisation, perhaps for a time.

use auth::Within;
use chrono::{DateTime, Utc};
use event_store::{Aggregate, Context, Deadline, DomainEvent, Series};
use kernel::Fault;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

kernel::ids! { GrantId }

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub enum Grant {
    #[default]
    Unborn,
    InForce(GrantFacts),
    Revoked(GrantFacts),
    Lapsed(GrantFacts),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GrantFacts {
    pub user_id: Uuid,
    pub role_id: Uuid,
    #[schema(example = "support-specialist")]
    pub role: String,
    /// `everywhere`, `own` or the id of an org unit.
    #[schema(value_type = String, example = "everywhere")]
    pub within: Within,
    pub until: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug)]
pub enum GrantCommand {
    Give(GrantFacts),
    Revoke,
    Lapse,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
pub enum GrantEvent {
    #[serde(rename = "grant.given.v1")]
    GrantGiven(GrantFacts),
    #[serde(rename = "grant.revoked.v1")]
    GrantRevoked {},
    #[serde(rename = "grant.lapsed.v1")]
    GrantLapsed {},
}

impl DomainEvent for GrantEvent {}

#[derive(Clone, Copy, Debug)]
pub enum GrantRefusal {
    Exists,
    NotInForce,
    EndsBeforeItBegins,
}

impl From<GrantRefusal> for Fault {
    fn from(refusal: GrantRefusal) -> Self {
        match refusal {
            GrantRefusal::Exists => {
                Self::conflict("grant-exists", "The grant exists already.", "უფლებამოსილება უკვე გაცემულია.")
            }
            GrantRefusal::NotInForce => Self::conflict(
                "grant-not-in-force",
                "The grant is not in force any more.",
                "უფლებამოსილება აღარ მოქმედებს.",
            ),
            GrantRefusal::EndsBeforeItBegins => {
                Self::invalid("until-past", "The end must lie ahead.", "დასასრული მომავალში უნდა იყოს.").at("/until")
            }
        }
    }
}

impl Aggregate for Grant {
    const KIND: &'static str = "grant";
    const SERIES: Series = Series::Running("GRN");
    type Id = GrantId;
    type Command = GrantCommand;
    type Event = GrantEvent;
    type Refusal = GrantRefusal;

    fn decide(&self, command: GrantCommand, context: &Context) -> Result<Vec<GrantEvent>, GrantRefusal> {
        use {GrantCommand as C, GrantEvent as E, GrantRefusal as R};
        match (self, command) {
            (Self::Unborn, C::Give(facts)) if facts.until.is_some_and(|until| until <= context.now) => {
                Err(R::EndsBeforeItBegins)
            }
            (Self::Unborn, C::Give(facts)) => Ok(vec![E::GrantGiven(facts)]),
            (Self::InForce(_), C::Revoke) => Ok(vec![E::GrantRevoked {}]),
            (Self::InForce(facts), C::Lapse) if facts.until.is_some_and(|until| until <= context.now) => {
                Ok(vec![E::GrantLapsed {}])
            }
            // The timer of an end that is not, or no longer, there.
            (Self::InForce(_) | Self::Revoked(_) | Self::Lapsed(_), C::Lapse) => Ok(vec![]),
            (Self::InForce(_) | Self::Revoked(_) | Self::Lapsed(_), C::Give(_)) => Err(R::Exists),
            (Self::Unborn | Self::Revoked(_) | Self::Lapsed(_), C::Revoke) | (Self::Unborn, C::Lapse) => {
                Err(R::NotInForce)
            }
        }
    }

    fn evolve(self, event: GrantEvent) -> Self {
        match (self, event) {
            (_, GrantEvent::GrantGiven(facts)) => Self::InForce(facts),
            (Self::InForce(facts), GrantEvent::GrantRevoked {}) => Self::Revoked(facts),
            (Self::InForce(facts), GrantEvent::GrantLapsed {}) => Self::Lapsed(facts),
            (other, GrantEvent::GrantRevoked {} | GrantEvent::GrantLapsed {}) => other,
        }
    }

    fn deadlines(&self) -> Vec<Deadline> {
        match self {
            Self::InForce(GrantFacts { until: Some(until), .. }) => vec![Deadline::new("lapse", *until)],
            Self::Unborn | Self::InForce(_) | Self::Revoked(_) | Self::Lapsed(_) => vec![],
        }
    }

    fn on_deadline(&self, _: &str) -> Option<GrantCommand> {
        Some(GrantCommand::Lapse)
    }
}

impl Grant {
    pub fn facts(&self) -> Option<&GrantFacts> {
        match self {
            Self::Unborn => None,
            Self::InForce(facts) | Self::Revoked(facts) | Self::Lapsed(facts) => Some(facts),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::{given, given_nothing};

    fn facts(until: Option<&str>) -> GrantFacts {
        GrantFacts {
            user_id: Uuid::from_u128(1),
            role_id: Uuid::from_u128(2),
            role: "storekeeper".into(),
            within: Within::Everywhere,
            until: until.map(|until| until.parse().unwrap()),
        }
    }

    #[test]
    fn a_grant_lapses_when_its_time_is_over_and_not_before() {
        let given_until = GrantEvent::GrantGiven(facts(Some("2026-03-10T00:00:00Z")));
        given::<Grant>([given_until.clone()]).at("2026-03-09T00:00:00Z").when(GrantCommand::Lapse).then_nothing();
        given::<Grant>([given_until])
            .at("2026-03-10T00:00:00Z")
            .when(GrantCommand::Lapse)
            .then([GrantEvent::GrantLapsed {}]);
    }

    #[test]
    fn a_grant_does_not_end_before_it_begins() {
        given_nothing::<Grant>().when(GrantCommand::Give(facts(Some("2026-03-01T00:00:00Z")))).refused("until-past");
    }

    #[test]
    fn a_revoked_grant_is_not_revoked_again() {
        let events = [GrantEvent::GrantGiven(facts(None)), GrantEvent::GrantRevoked {}];
        given::<Grant>(events).when(GrantCommand::Revoke).refused("grant-not-in-force");
    }
}
