//! An incident policy: drafted, approved by somebody else, in force until the next one.

use chrono::{DateTime, Utc};
use event_store::{Aggregate, Context, DomainEvent, Series};
use kernel::{Fault, Localized};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::terms::{PolicyInForce, PolicyTerms};

kernel::ids! { PolicyId }

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub enum IncidentPolicy {
    #[default]
    Unwritten,
    Draft(Writing),
    Withdrawn(PolicyText),
    Approved {
        policy: PolicyText,
        approved_by: Uuid,
    },
    InForce {
        policy: PolicyText,
        approved_by: Uuid,
        since: DateTime<Utc>,
    },
    Superseded {
        policy: PolicyText,
        approved_by: Uuid,
        since: DateTime<Utc>,
        until: DateTime<Utc>,
    },
}

/// Title and terms: what is drafted and approved as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyText {
    pub title: Localized,
    pub terms: PolicyTerms,
}

/// A draft remembers everyone who wrote on it: none of them may approve it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Writing {
    pub policy: PolicyText,
    pub authors: Vec<Uuid>,
}

#[derive(Clone, Debug)]
pub enum PolicyCommand {
    Write(PolicyText),
    Revise(PolicyText),
    Withdraw,
    Approve,
    PutInForce,
    /// Another policy came into force.
    Supersede,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
pub enum PolicyEvent {
    #[serde(rename = "policy.drafted.v1")]
    PolicyDrafted { policy: PolicyText, author: Uuid },
    #[serde(rename = "policy.revised.v1")]
    PolicyRevised { policy: PolicyText, author: Uuid },
    #[serde(rename = "policy.withdrawn.v1")]
    PolicyWithdrawn {},
    #[serde(rename = "policy.approved.v1")]
    PolicyApproved { approver: Uuid },
    #[serde(rename = "policy.put_in_force.v1")]
    PolicyPutInForce { at: DateTime<Utc> },
    #[serde(rename = "policy.superseded.v1")]
    PolicySuperseded { at: DateTime<Utc> },
}

impl DomainEvent for PolicyEvent {}

#[derive(Clone, Debug, PartialEq)]
pub enum PolicyRefusal {
    /// Only a draft can be written on, withdrawn or approved.
    NotDraft,
    NotApproved,
    NotInForce,
    OwnWork,
    NoWorkingHours,
    HoursOutOfOrder,
    ResponseAfterResolution,
    RungTwice,
}

impl From<PolicyRefusal> for Fault {
    fn from(refusal: PolicyRefusal) -> Self {
        match refusal {
            PolicyRefusal::NotDraft => Fault::conflict(
                "policy-not-draft",
                "The policy is not a draft any more.",
                "პოლიტიკა პროექტი აღარ არის.",
            ),
            PolicyRefusal::NotApproved => Fault::conflict(
                "policy-not-approved",
                "Only an approved policy can be put in force.",
                "ძალაში შედის მხოლოდ დამტკიცებული პოლიტიკა.",
            ),
            PolicyRefusal::NotInForce => {
                Fault::conflict("policy-not-in-force", "The policy is not in force.", "პოლიტიკა ძალაში არ არის.")
            }
            PolicyRefusal::OwnWork => Fault::conflict(
                "policy-own-work",
                "Whoever wrote on a policy cannot approve it.",
                "პოლიტიკის ავტორი მას ვერ დაამტკიცებს.",
            ),
            PolicyRefusal::NoWorkingHours => Fault::invalid(
                "policy-without-hours",
                "The week needs working hours.",
                "კვირაში უნდა იყოს სამუშაო საათები.",
            )
            .at("/terms/calendar/week"),
            PolicyRefusal::HoursOutOfOrder => Fault::invalid(
                "policy-hours-disordered",
                "Opening hours end after they begin and do not overlap.",
                "სამუშაო საათები უნდა იყოს თანმიმდევრული და არ უნდა გადაიფაროს.",
            )
            .at("/terms/calendar/week"),
            PolicyRefusal::ResponseAfterResolution => Fault::invalid(
                "policy-response-late",
                "A response cannot be due after the resolution.",
                "რეაგირების ვადა გადაწყვეტის ვადაზე გრძელი ვერ იქნება.",
            )
            .at("/terms/targets"),
            PolicyRefusal::RungTwice => Fault::invalid(
                "policy-rung-repeated",
                "The ladder has the same step twice.",
                "ესკალაციის საფეხური მეორდება.",
            )
            .at("/terms/ladder"),
        }
    }
}

impl PolicyText {
    /// What holds as long as nothing was approved.
    pub fn built_in() -> Self {
        let PolicyInForce { title, terms, .. } = PolicyInForce::built_in();
        Self { title, terms }
    }

    /// Rules that no schema can say.
    fn checked(self) -> Result<Self, PolicyRefusal> {
        let terms = &self.terms;
        let late = |target: &super::terms::Target| target.response_minutes > target.resolution_minutes;
        let repeated = (1..terms.ladder.len()).any(|index| terms.ladder[..index].contains(&terms.ladder[index]));
        match () {
            () if terms.calendar.week.is_empty() => Err(PolicyRefusal::NoWorkingHours),
            () if !terms.calendar.week.is_in_order() => Err(PolicyRefusal::HoursOutOfOrder),
            () if terms.targets.all().iter().any(late) => Err(PolicyRefusal::ResponseAfterResolution),
            () if repeated => Err(PolicyRefusal::RungTwice),
            () => Ok(self),
        }
    }
}

impl IncidentPolicy {
    /// What the policy says, whatever became of it.
    pub fn text(&self) -> Option<&PolicyText> {
        match self {
            Self::Unwritten => None,
            Self::Draft(writing) => Some(&writing.policy),
            Self::Withdrawn(policy)
            | Self::Approved { policy, .. }
            | Self::InForce { policy, .. }
            | Self::Superseded { policy, .. } => Some(policy),
        }
    }
}

impl Aggregate for IncidentPolicy {
    const KIND: &'static str = "policy";
    const SERIES: Series = Series::Running("POL");
    type Id = PolicyId;
    type Command = PolicyCommand;
    type Event = PolicyEvent;
    type Refusal = PolicyRefusal;

    fn decide(&self, command: PolicyCommand, context: &Context) -> Result<Vec<PolicyEvent>, PolicyRefusal> {
        let (actor, now) = (context.actor.id, context.now);
        match (self, command) {
            (Self::Unwritten, PolicyCommand::Write(policy)) => {
                Ok(vec![PolicyEvent::PolicyDrafted { policy: policy.checked()?, author: actor }])
            }
            (Self::Draft(writing), PolicyCommand::Revise(policy)) if writing.policy == policy => Ok(vec![]),
            (Self::Draft(_), PolicyCommand::Revise(policy)) => {
                Ok(vec![PolicyEvent::PolicyRevised { policy: policy.checked()?, author: actor }])
            }
            (Self::Draft(_), PolicyCommand::Withdraw) => Ok(vec![PolicyEvent::PolicyWithdrawn {}]),
            (Self::Draft(writing), PolicyCommand::Approve) if writing.authors.contains(&actor) => {
                Err(PolicyRefusal::OwnWork)
            }
            (Self::Draft(_), PolicyCommand::Approve) => Ok(vec![PolicyEvent::PolicyApproved { approver: actor }]),
            (Self::Approved { .. }, PolicyCommand::PutInForce) => Ok(vec![PolicyEvent::PolicyPutInForce { at: now }]),
            (Self::InForce { .. }, PolicyCommand::Supersede) => Ok(vec![PolicyEvent::PolicySuperseded { at: now }]),
            (
                _,
                PolicyCommand::Write(_) | PolicyCommand::Revise(_) | PolicyCommand::Withdraw | PolicyCommand::Approve,
            ) => Err(PolicyRefusal::NotDraft),
            (_, PolicyCommand::PutInForce) => Err(PolicyRefusal::NotApproved),
            (_, PolicyCommand::Supersede) => Err(PolicyRefusal::NotInForce),
        }
    }

    fn evolve(self, event: PolicyEvent) -> Self {
        match (self, event) {
            (_, PolicyEvent::PolicyDrafted { policy, author }) => {
                Self::Draft(Writing { policy, authors: vec![author] })
            }
            (Self::Draft(writing), PolicyEvent::PolicyRevised { policy, author }) => {
                Self::Draft(writing.revised(policy, author))
            }
            (Self::Draft(writing), PolicyEvent::PolicyWithdrawn {}) => Self::Withdrawn(writing.policy),
            (Self::Draft(writing), PolicyEvent::PolicyApproved { approver }) => {
                Self::Approved { policy: writing.policy, approved_by: approver }
            }
            (Self::Approved { policy, approved_by }, PolicyEvent::PolicyPutInForce { at }) => {
                Self::InForce { policy, approved_by, since: at }
            }
            (Self::InForce { policy, approved_by, since }, PolicyEvent::PolicySuperseded { at }) => {
                Self::Superseded { policy, approved_by, since, until: at }
            }
            (
                other,
                PolicyEvent::PolicyRevised { .. }
                | PolicyEvent::PolicyWithdrawn {}
                | PolicyEvent::PolicyApproved { .. }
                | PolicyEvent::PolicyPutInForce { .. }
                | PolicyEvent::PolicySuperseded { .. },
            ) => other,
        }
    }
}

impl Writing {
    fn revised(mut self, policy: PolicyText, author: Uuid) -> Self {
        if !self.authors.contains(&author) {
            self.authors.push(author);
        }
        Self { policy, ..self }
    }
}

#[cfg(test)]
mod tests;
