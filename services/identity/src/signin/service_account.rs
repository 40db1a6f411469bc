//! Service accounts: other systems, which come in by client credentials (RFC 6749 §4.4).

use auth::Within;
use chrono::{DateTime, Utc};
use event_store::{Aggregate, Context, DomainEvent, Series};
use kernel::Fault;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

kernel::ids! { ServiceAccountId }

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub enum ServiceAccount {
    #[default]
    Unborn,
    Active(AccountFacts),
    Disabled(AccountFacts),
}

/// What is known of a service account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AccountFacts {
    #[schema(example = "attendance-system")]
    pub name: String,
    #[schema(example = json!(["identity.employees:read"]))]
    pub scopes: Vec<String>,
    /// `everywhere` or the id of an org unit.
    #[schema(value_type = String, example = "everywhere")]
    pub within: Within,
    /// No token is given after this instant.
    pub expires_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug)]
pub enum ServiceAccountCommand {
    Create(AccountFacts),
    RotateSecret,
    Disable,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
pub enum ServiceAccountEvent {
    #[serde(rename = "service_account.created.v1")]
    ServiceAccountCreated(AccountFacts),
    #[serde(rename = "service_account.secret_rotated.v1")]
    SecretRotated {},
    #[serde(rename = "service_account.disabled.v1")]
    ServiceAccountDisabled {},
}

impl DomainEvent for ServiceAccountEvent {}

impl Aggregate for ServiceAccount {
    const KIND: &'static str = "service_account";
    const SERIES: Series = Series::Running("SVC");
    type Id = ServiceAccountId;
    type Command = ServiceAccountCommand;
    type Event = ServiceAccountEvent;
    type Refusal = Fault;

    fn decide(&self, command: ServiceAccountCommand, context: &Context) -> Result<Vec<ServiceAccountEvent>, Fault> {
        use {ServiceAccountCommand as C, ServiceAccountEvent as E};
        match (self, command) {
            (Self::Unborn, C::Create(facts)) => Ok(vec![E::ServiceAccountCreated(checked(facts, context.now)?)]),
            (Self::Active(_) | Self::Disabled(_), C::Create(_)) => {
                Err(Fault::conflict("service-account-exists", "It exists already.", "ანგარიში უკვე არსებობს."))
            }
            (Self::Active(_), C::RotateSecret) => Ok(vec![E::SecretRotated {}]),
            (Self::Active(_), C::Disable) => Ok(vec![E::ServiceAccountDisabled {}]),
            (Self::Unborn | Self::Disabled(_), C::RotateSecret | C::Disable) => Err(Fault::conflict(
                "service-account-disabled",
                "The service account is disabled.",
                "ანგარიში გათიშულია.",
            )),
        }
    }

    fn evolve(self, event: ServiceAccountEvent) -> Self {
        use ServiceAccountEvent as E;
        match (self, event) {
            (_, E::ServiceAccountCreated(facts)) => Self::Active(facts),
            (Self::Active(facts), E::ServiceAccountDisabled {}) => Self::Disabled(facts),
            (other, E::SecretRotated {} | E::ServiceAccountDisabled {}) => other,
        }
    }
}

fn checked(facts: AccountFacts, now: DateTime<Utc>) -> Result<AccountFacts, Fault> {
    let unsound = facts.scopes.iter().enumerate().filter(|(_, scope)| !auth::is_pattern(scope));
    let mut faults: Vec<Fault> =
        unsound.map(|(index, _)| crate::access::not_a_scope(&format!("/scopes/{index}"))).collect();
    if facts.within == Within::Own {
        let (en, ka) = ("A service account has nothing of its own.", "სისტემურ ანგარიშს საკუთარი ჩანაწერები არ აქვს.");
        faults.push(Fault::invalid("place-own", en, ka).at("/place"));
    }
    if facts.expires_at.is_some_and(|expires_at| expires_at <= now) {
        faults.push(
            Fault::invalid("expires-past", "The end must lie ahead.", "დასასრული მომავალში უნდა იყოს.")
                .at("/expires_at"),
        );
    }
    if faults.is_empty() { Ok(facts) } else { Err(Fault::all(kernel::Kind::Invalid, faults)) }
}

impl ServiceAccount {
    pub fn facts(&self) -> Option<&AccountFacts> {
        match self {
            Self::Unborn => None,
            Self::Active(facts) | Self::Disabled(facts) => Some(facts),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::{given, given_nothing};

    fn facts() -> AccountFacts {
        AccountFacts {
            name: "attendance-system".into(),
            scopes: vec!["identity.employees:read".into()],
            within: Within::Everywhere,
            expires_at: None,
        }
    }

    #[test]
    fn every_fault_of_a_new_account_is_named() {
        let wrong = AccountFacts {
            scopes: vec!["employees".into()],
            within: Within::Own,
            expires_at: "2026-01-01T00:00:00Z".parse().ok(),
            ..facts()
        };
        let refused = ServiceAccount::Unborn.decide(
            ServiceAccountCommand::Create(wrong),
            &Context::new("2026-03-01T00:00:00Z".parse().unwrap(), event_store::Actor::system("test")),
        );
        let codes: Vec<_> = refused.unwrap_err().parts.into_iter().map(|part| part.code).collect();
        assert_eq!(codes, ["not-a-scope", "place-own", "expires-past"]);
    }

    #[test]
    fn a_disabled_account_gets_no_new_secret() {
        given_nothing::<ServiceAccount>().when(ServiceAccountCommand::Create(facts())).then_state();
        let events =
            [ServiceAccountEvent::ServiceAccountCreated(facts()), ServiceAccountEvent::ServiceAccountDisabled {}];
        given::<ServiceAccount>(events).when(ServiceAccountCommand::RotateSecret).refused("service-account-disabled");
    }
}
