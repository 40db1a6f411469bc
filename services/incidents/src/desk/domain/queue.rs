//! A queue: the people who work on one kind of tickets.

use event_store::{Aggregate, Context, DomainEvent, Series};
use kernel::{Fault, Localized};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

kernel::ids! { QueueId }

/// The queue that reactions put tasks into; see [`QueueDetails::technical_support`].
pub const TECHNICAL_SUPPORT: &str = "technical-support";

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub enum Queue {
    #[default]
    Unopened,
    Open(Staffed),
    Retired(Staffed),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Staffed {
    pub details: QueueDetails,
    /// Employees.
    pub members: Vec<Uuid>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueDetails {
    /// Unique; what other parts of the platform call it by.
    pub code: String,
    pub name: Localized,
    /// The org unit that staffs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_id: Option<Uuid>,
}

/// A queue as a ticket refers to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueReference {
    pub id: Uuid,
    #[schema(example = "technical-support")]
    pub code: String,
}

#[derive(Clone, Debug)]
pub enum QueueCommand {
    Open(QueueDetails),
    Edit(QueueDetails),
    AddMember(Uuid),
    RemoveMember(Uuid),
    Retire,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
pub enum QueueEvent {
    #[serde(rename = "queue.opened.v1")]
    QueueOpened(QueueDetails),
    #[serde(rename = "queue.edited.v1")]
    QueueEdited(QueueDetails),
    #[serde(rename = "queue.member_added.v1")]
    QueueMemberAdded { employee_id: Uuid },
    #[serde(rename = "queue.member_removed.v1")]
    QueueMemberRemoved { employee_id: Uuid },
    #[serde(rename = "queue.retired.v1")]
    QueueRetired {},
}

impl DomainEvent for QueueEvent {}

#[derive(Clone, Debug, PartialEq)]
pub enum QueueRefusal {
    AlreadyOpen,
    NotOpen,
    /// Reactions rely on it.
    BuiltIn,
}

impl From<QueueRefusal> for Fault {
    fn from(refusal: QueueRefusal) -> Self {
        match refusal {
            QueueRefusal::AlreadyOpen => {
                Fault::conflict("queue-already-open", "The queue is already there.", "რიგი უკვე არსებობს.")
            }
            QueueRefusal::NotOpen => {
                Fault::conflict("queue-retired", "The queue takes no more tickets.", "რიგი დახურულია.")
            }
            QueueRefusal::BuiltIn => Fault::conflict(
                "queue-built-in",
                "The platform itself puts tasks into this queue: it keeps its code and stays open.",
                "ამ რიგს თავად პლატფორმა იყენებს: მისი კოდი არ იცვლება და რიგი არ იხურება.",
            ),
        }
    }
}

impl QueueDetails {
    /// As it is opened when the first task needs it.
    pub fn technical_support() -> Self {
        Self {
            code: TECHNICAL_SUPPORT.into(),
            name: Localized::new("ტექნიკური მხარდაჭერა", "Technical support"),
            unit_id: None,
        }
    }
}

impl Queue {
    pub fn staffed(&self) -> Option<&Staffed> {
        match self {
            Self::Unopened => None,
            Self::Open(staffed) | Self::Retired(staffed) => Some(staffed),
        }
    }

    pub fn has(&self, employee: Uuid) -> bool {
        self.staffed().is_some_and(|staffed| staffed.members.contains(&employee))
    }
}

impl Staffed {
    fn edit(&self, details: QueueDetails) -> Result<Vec<QueueEvent>, QueueRefusal> {
        match () {
            () if self.details == details => Ok(vec![]),
            () if self.is_built_in() && details.code != self.details.code => Err(QueueRefusal::BuiltIn),
            () => Ok(vec![QueueEvent::QueueEdited(details)]),
        }
    }

    fn is_built_in(&self) -> bool {
        self.details.code == TECHNICAL_SUPPORT
    }

    fn with(mut self, employee: Uuid) -> Self {
        self.members.push(employee);
        self
    }

    fn without(mut self, employee: Uuid) -> Self {
        self.members.retain(|member| *member != employee);
        self
    }
}

impl Aggregate for Queue {
    const KIND: &'static str = "queue";
    const SERIES: Series = Series::Running("QUE");
    type Id = QueueId;
    type Command = QueueCommand;
    type Event = QueueEvent;
    type Refusal = QueueRefusal;

    fn decide(&self, command: QueueCommand, _: &Context) -> Result<Vec<QueueEvent>, QueueRefusal> {
        match (self, command) {
            (Self::Unopened, QueueCommand::Open(details)) => Ok(vec![QueueEvent::QueueOpened(details)]),
            (_, QueueCommand::Open(_)) => Err(QueueRefusal::AlreadyOpen),
            (Self::Open(staffed), QueueCommand::Edit(details)) => staffed.edit(details),
            (Self::Open(staffed), QueueCommand::AddMember(employee)) if staffed.members.contains(&employee) => {
                Ok(vec![])
            }
            (Self::Open(_), QueueCommand::AddMember(employee_id)) => {
                Ok(vec![QueueEvent::QueueMemberAdded { employee_id }])
            }
            (Self::Open(staffed), QueueCommand::RemoveMember(employee)) if !staffed.members.contains(&employee) => {
                Ok(vec![])
            }
            (Self::Open(_), QueueCommand::RemoveMember(employee_id)) => {
                Ok(vec![QueueEvent::QueueMemberRemoved { employee_id }])
            }
            (Self::Open(staffed), QueueCommand::Retire) if staffed.is_built_in() => Err(QueueRefusal::BuiltIn),
            (Self::Open(_), QueueCommand::Retire) => Ok(vec![QueueEvent::QueueRetired {}]),
            (Self::Unopened | Self::Retired(_), _) => Err(QueueRefusal::NotOpen),
        }
    }

    fn evolve(self, event: QueueEvent) -> Self {
        match (self, event) {
            (_, QueueEvent::QueueOpened(details)) => Self::Open(Staffed { details, members: vec![] }),
            (Self::Open(staffed), QueueEvent::QueueEdited(details)) => Self::Open(Staffed { details, ..staffed }),
            (Self::Open(staffed), QueueEvent::QueueMemberAdded { employee_id }) => {
                Self::Open(staffed.with(employee_id))
            }
            (Self::Open(staffed), QueueEvent::QueueMemberRemoved { employee_id }) => {
                Self::Open(staffed.without(employee_id))
            }
            (Self::Open(staffed), QueueEvent::QueueRetired {}) => Self::Retired(staffed),
            (
                other @ (Self::Unopened | Self::Retired(_)),
                QueueEvent::QueueEdited(_)
                | QueueEvent::QueueMemberAdded { .. }
                | QueueEvent::QueueMemberRemoved { .. }
                | QueueEvent::QueueRetired {},
            ) => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use testkit::{given, given_nothing};

    use super::*;

    const NINO: Uuid = Uuid::from_u128(7);

    fn network() -> QueueDetails {
        QueueDetails { code: "network".into(), name: Localized::new("ქსელი", "Network"), unit_id: None }
    }

    fn opened() -> QueueEvent {
        QueueEvent::QueueOpened(network())
    }

    fn joined() -> QueueEvent {
        QueueEvent::QueueMemberAdded { employee_id: NINO }
    }

    #[test]
    fn a_queue_is_opened_once() {
        let _ = given_nothing::<Queue>().when(QueueCommand::Open(network())).then([opened()]);
        given::<Queue>([opened()]).when(QueueCommand::Open(network())).refused("queue-already-open");
    }

    #[test]
    fn people_join_and_leave_once() {
        let queue = given::<Queue>([opened()]).when(QueueCommand::AddMember(NINO)).then([joined()]);
        assert!(queue.has(NINO));
        given::<Queue>([opened(), joined()]).when(QueueCommand::AddMember(NINO)).then_nothing();
        let queue = given::<Queue>([opened(), joined()]).when(QueueCommand::RemoveMember(NINO)).then_state();
        assert!(!queue.has(NINO));
        given::<Queue>([opened()]).when(QueueCommand::RemoveMember(NINO)).then_nothing();
    }

    #[test]
    fn a_retired_queue_takes_nobody_in() {
        let retired = || given::<Queue>([opened(), QueueEvent::QueueRetired {}]);
        retired().when(QueueCommand::AddMember(NINO)).refused("queue-retired");
        retired().when(QueueCommand::Retire).refused("queue-retired");
    }

    #[test]
    fn editing_without_a_change_does_nothing() {
        given::<Queue>([opened()]).when(QueueCommand::Edit(network())).then_nothing();
    }

    #[test]
    fn the_queue_that_reactions_use_stays() {
        let support = || given::<Queue>([QueueEvent::QueueOpened(QueueDetails::technical_support())]);
        support().when(QueueCommand::Retire).refused("queue-built-in");
        support().when(QueueCommand::Edit(network())).refused("queue-built-in");
    }
}
