//! A handover act: raised, then accepted or refused by its receiver.

use chrono::{DateTime, Utc};
use event_store::{Aggregate, Context, DomainEvent, Series};
use kernel::{Fault, Kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::act::{Act, ActKind, Settlement};
use crate::register::HandoverId;
use kernel::tbilisi;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub enum Handover {
    #[default]
    Unknown,
    Pending(Act),
    Accepted {
        act: Act,
        accepted_at: DateTime<Utc>,
    },
    Refused {
        act: Act,
        reason: String,
    },
    /// Whoever raised it took it back.
    Cancelled {
        act: Act,
        reason: String,
    },
}

#[derive(Clone, Debug)]
pub enum HandoverCommand {
    Raise(Act),
    Accept,
    Refuse { reason: String },
    Cancel { reason: String },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
pub enum HandoverEvent {
    #[serde(rename = "handover.raised.v1")]
    HandoverRaised(Act),
    #[serde(rename = "handover.accepted.v1")]
    HandoverAccepted { settlement: Settlement, accepted_at: DateTime<Utc> },
    #[serde(rename = "handover.refused.v1")]
    HandoverRefused { settlement: Settlement, reason: String },
    #[serde(rename = "handover.cancelled.v1")]
    HandoverCancelled { settlement: Settlement, reason: String },
}

impl DomainEvent for HandoverEvent {}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandoverRefusal {
    AlreadyRaised,
    NotRaised,
    NotTheReceiver,
    AlreadySettled,
    NothingHanded,
    /// Giver and receiver do not make an act of this kind.
    WrongParties,
}

impl From<HandoverRefusal> for Fault {
    fn from(refusal: HandoverRefusal) -> Self {
        use HandoverRefusal as R;
        let (code, en, ka) = match refusal {
            R::NotTheReceiver => {
                let (en, ka) = (
                    "Only the receiver named in the act may accept or refuse it.",
                    "აქტის დადასტურება ან უარყოფა მხოლოდ მასში მითითებულ მიმღებს შეუძლია.",
                );
                return Fault::new(Kind::Forbidden, "not-the-receiver", en, ka);
            }
            R::AlreadyRaised => (
                "handover-already-raised",
                "This handover act exists already.",
                "ეს მიღება-ჩაბარების აქტი უკვე არსებობს.",
            ),
            R::NotRaised => {
                ("handover-not-raised", "There is no such handover act.", "ასეთი მიღება-ჩაბარების აქტი არ არსებობს.")
            }
            R::AlreadySettled => (
                "handover-already-settled",
                "The handover act was already accepted, refused or cancelled.",
                "მიღება-ჩაბარების აქტი უკვე დადასტურებულია, უარყოფილია ან გაუქმებულია.",
            ),
            R::NothingHanded => (
                "handover-without-devices",
                "A handover act names at least one device.",
                "მიღება-ჩაბარების აქტი მინიმუმ ერთ მოწყობილობას უნდა შეიცავდეს.",
            ),
            R::WrongParties => (
                "handover-wrong-parties",
                "Giver and receiver do not fit this kind of act.",
                "ჩამბარებელი და მიმღები ამ სახის აქტს არ შეესაბამება.",
            ),
        };
        Fault::conflict(code, en, ka)
    }
}

impl Aggregate for Handover {
    const KIND: &'static str = "handover";
    const SERIES: Series = Series::Yearly("ACT");
    type Id = HandoverId;
    type Command = HandoverCommand;
    type Event = HandoverEvent;
    type Refusal = HandoverRefusal;

    fn decide(&self, command: HandoverCommand, context: &Context) -> Result<Vec<HandoverEvent>, HandoverRefusal> {
        use HandoverCommand as C;
        use HandoverEvent as E;
        match (self, command) {
            (Self::Unknown, C::Raise(act)) => raised(act, context),
            (_, C::Raise(_)) => Err(HandoverRefusal::AlreadyRaised),
            (Self::Unknown, _) => Err(HandoverRefusal::NotRaised),
            (Self::Pending(act), C::Accept) if act.is_for(context) => Ok(vec![accepted(act, context)]),
            (Self::Pending(act), C::Refuse { reason }) if act.is_for(context) => {
                Ok(vec![E::HandoverRefused { settlement: act.settled(tbilisi::day(context.now)), reason }])
            }
            (Self::Pending(_), C::Accept | C::Refuse { .. }) => Err(HandoverRefusal::NotTheReceiver),
            (Self::Pending(act), C::Cancel { reason }) => {
                Ok(vec![E::HandoverCancelled { settlement: act.settled(tbilisi::day(context.now)), reason }])
            }
            (
                Self::Accepted { .. } | Self::Refused { .. } | Self::Cancelled { .. },
                C::Accept | C::Refuse { .. } | C::Cancel { .. },
            ) => Err(HandoverRefusal::AlreadySettled),
        }
    }

    fn evolve(self, event: HandoverEvent) -> Self {
        match (self, event) {
            (_, HandoverEvent::HandoverRaised(act)) => Self::Pending(act),
            (Self::Pending(act), HandoverEvent::HandoverAccepted { accepted_at, .. }) => {
                Self::Accepted { act, accepted_at }
            }
            (Self::Pending(act), HandoverEvent::HandoverRefused { reason, .. }) => Self::Refused { act, reason },
            (Self::Pending(act), HandoverEvent::HandoverCancelled { reason, .. }) => Self::Cancelled { act, reason },
            // `decide` settles none but pending acts.
            (
                settled,
                HandoverEvent::HandoverAccepted { .. }
                | HandoverEvent::HandoverRefused { .. }
                | HandoverEvent::HandoverCancelled { .. },
            ) => settled,
        }
    }
}

/// Whoever raises an act of which he is the receiver accepts it thereby.
fn raised(act: Act, context: &Context) -> Result<Vec<HandoverEvent>, HandoverRefusal> {
    if act.devices.is_empty() {
        return Err(HandoverRefusal::NothingHanded);
    }
    let sound = match act.kind {
        ActKind::HandOver => act.giver.is_none() && act.receiver.is_some(),
        ActKind::Transfer => act.giver.is_some() && act.receiver.is_some(),
        ActKind::Return => act.giver.is_some() && act.receiver.is_none(),
    };
    if !sound {
        return Err(HandoverRefusal::WrongParties);
    }
    let acceptance = act.is_for(context).then(|| accepted(&act, context));
    Ok([HandoverEvent::HandoverRaised(act)].into_iter().chain(acceptance).collect())
}

fn accepted(act: &Act, context: &Context) -> HandoverEvent {
    HandoverEvent::HandoverAccepted { settlement: act.settled(tbilisi::day(context.now)), accepted_at: context.now }
}

impl Act {
    fn is_for(&self, context: &Context) -> bool {
        context.actor.employee == Some(self.signatory.employee_id)
    }
}

impl Handover {
    /// `None` only before it is raised.
    pub fn act(&self) -> Option<&Act> {
        match self {
            Self::Unknown => None,
            Self::Pending(act)
            | Self::Accepted { act, .. }
            | Self::Refused { act, .. }
            | Self::Cancelled { act, .. } => Some(act),
        }
    }
}
