//! An assessment: drafted, submitted, approved by somebody else, superseded by the next.

mod refusal;
#[cfg(test)]
mod tests;

use chrono::NaiveDate;
use event_store::{Aggregate, Context, Deadline, DomainEvent, Series};
use kernel::Localized;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub use refusal::AssessmentRefusal;

use super::questionnaire::{Answer, QUESTIONS, question};
use super::tier::{Levels, Requirement};
use crate::catalogue::domain::SystemId;
use kernel::tbilisi::{day, morning_of};

kernel::ids! { AssessmentId }

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub enum Assessment {
    #[default]
    Unwritten,
    Draft(Paper),
    Submitted(Paper),
    Approved {
        paper: Paper,
        approval: Approval,
        /// Whether it was said that the system is to be assessed again.
        due_announced: bool,
    },
    Superseded {
        paper: Paper,
        approval: Approval,
    },
}

/// What is assessed, by whom, with what answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    pub system: AssessedSystem,
    pub answers: Vec<Answer>,
    /// Everyone who wrote on it or submitted it: none of them may approve it.
    pub assessors: Vec<Uuid>,
    /// Why it was last given back.
    pub remarks: Option<String>,
}

/// The system, as far as an assessment needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AssessedSystem {
    pub id: SystemId,
    #[schema(example = "SYS-000012")]
    pub number: String,
    pub name: Localized,
}

/// What an approval established.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Approval {
    pub system_id: SystemId,
    pub levels: Levels,
    pub requirement: Requirement,
    pub approver: Uuid,
    pub on: NaiveDate,
    /// The system is to be assessed again by this day.
    pub reassess_on: NaiveDate,
}

#[derive(Clone, Debug)]
pub enum AssessmentCommand {
    Draft {
        system: AssessedSystem,
        answers: Vec<Answer>,
    },
    Revise(Vec<Answer>),
    Submit,
    GiveBack {
        remarks: String,
    },
    Approve,
    /// Another assessment of the same system was approved.
    Supersede,
    AnnounceDue,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
pub enum AssessmentEvent {
    #[serde(rename = "assessment.drafted.v1")]
    AssessmentDrafted { system: AssessedSystem, answers: Vec<Answer>, assessor: Uuid },
    #[serde(rename = "assessment.revised.v1")]
    AssessmentRevised { answers: Vec<Answer>, assessor: Uuid },
    #[serde(rename = "assessment.submitted.v1")]
    AssessmentSubmitted { assessor: Uuid },
    #[serde(rename = "assessment.given_back.v1")]
    AssessmentGivenBack { remarks: String },
    #[serde(rename = "assessment.approved.v1")]
    AssessmentApproved(Approval),
    #[serde(rename = "assessment.superseded.v1")]
    AssessmentSuperseded {},
    #[serde(rename = "assessment.due.v1")]
    AssessmentDue { system_id: SystemId, tier: i32, reassess_on: NaiveDate },
}

impl DomainEvent for AssessmentEvent {}

/// The deadline by which a system is to be assessed again.
const REASSESSMENT: &str = "reassessment";

impl Assessment {
    pub fn paper(&self) -> Option<&Paper> {
        match self {
            Self::Unwritten => None,
            Self::Draft(paper)
            | Self::Submitted(paper)
            | Self::Approved { paper, .. }
            | Self::Superseded { paper, .. } => Some(paper),
        }
    }

    pub fn approval(&self) -> Option<&Approval> {
        match self {
            Self::Approved { approval, .. } | Self::Superseded { approval, .. } => Some(approval),
            Self::Unwritten | Self::Draft(_) | Self::Submitted(_) => None,
        }
    }

    pub fn due_announced(&self) -> bool {
        matches!(self, Self::Approved { due_announced: true, .. })
    }
}

impl Aggregate for Assessment {
    const KIND: &'static str = "assessment";
    const SERIES: Series = Series::Yearly("CRT");
    type Id = AssessmentId;
    type Command = AssessmentCommand;
    type Event = AssessmentEvent;
    type Refusal = AssessmentRefusal;

    fn decide(&self, command: AssessmentCommand, context: &Context) -> Result<Vec<AssessmentEvent>, AssessmentRefusal> {
        use AssessmentCommand as Command;
        let actor = context.actor.id;
        match (self, command) {
            (Self::Unwritten, Command::Draft { system, answers }) => {
                Ok(vec![AssessmentEvent::AssessmentDrafted { system, answers: checked(answers)?, assessor: actor }])
            }
            (Self::Draft(paper), Command::Revise(answers)) if paper.answers == answers => Ok(vec![]),
            (Self::Draft(_), Command::Revise(answers)) => {
                Ok(vec![AssessmentEvent::AssessmentRevised { answers: checked(answers)?, assessor: actor }])
            }
            (Self::Draft(paper), Command::Submit) if !paper.is_complete() => Err(AssessmentRefusal::Unanswered),
            (Self::Draft(_), Command::Submit) => Ok(vec![AssessmentEvent::AssessmentSubmitted { assessor: actor }]),
            (Self::Submitted(_), Command::Submit) => Ok(vec![]),
            (Self::Submitted(_), Command::GiveBack { remarks }) => {
                Ok(vec![AssessmentEvent::AssessmentGivenBack { remarks }])
            }
            (Self::Submitted(paper), Command::Approve) if paper.assessors.contains(&actor) => {
                Err(AssessmentRefusal::OwnWork)
            }
            (Self::Submitted(paper), Command::Approve) => Ok(vec![paper.approved(context)]),
            (Self::Approved { .. }, Command::Supersede) => Ok(vec![AssessmentEvent::AssessmentSuperseded {}]),
            (Self::Superseded { .. }, Command::Supersede) => Ok(vec![]),
            (Self::Approved { due_announced: true, .. }, Command::AnnounceDue) => Ok(vec![]),
            (Self::Approved { approval, .. }, Command::AnnounceDue) => Ok(vec![approval.due()]),
            (_, Command::Draft { .. } | Command::Revise(_) | Command::Submit) => Err(AssessmentRefusal::NotDraft),
            (_, Command::GiveBack { .. } | Command::Approve) => Err(AssessmentRefusal::NotSubmitted),
            (_, Command::Supersede | Command::AnnounceDue) => Err(AssessmentRefusal::NotApproved),
        }
    }

    fn evolve(self, event: AssessmentEvent) -> Self {
        match (self, event) {
            (_, AssessmentEvent::AssessmentDrafted { system, answers, assessor }) => {
                Self::Draft(Paper { system, answers, assessors: vec![assessor], remarks: None })
            }
            (Self::Draft(paper), AssessmentEvent::AssessmentRevised { answers, assessor }) => {
                Self::Draft(Paper { answers, ..paper.by(assessor) })
            }
            (Self::Draft(paper), AssessmentEvent::AssessmentSubmitted { assessor }) => {
                Self::Submitted(Paper { remarks: None, ..paper.by(assessor) })
            }
            (Self::Submitted(paper), AssessmentEvent::AssessmentGivenBack { remarks }) => {
                Self::Draft(Paper { remarks: Some(remarks), ..paper })
            }
            (Self::Submitted(paper), AssessmentEvent::AssessmentApproved(approval)) => {
                Self::Approved { paper, approval, due_announced: false }
            }
            (Self::Approved { paper, approval, .. }, AssessmentEvent::AssessmentSuperseded {}) => {
                Self::Superseded { paper, approval }
            }
            (Self::Approved { paper, approval, .. }, AssessmentEvent::AssessmentDue { .. }) => {
                Self::Approved { paper, approval, due_announced: true }
            }
            (
                other,
                AssessmentEvent::AssessmentRevised { .. }
                | AssessmentEvent::AssessmentSubmitted { .. }
                | AssessmentEvent::AssessmentGivenBack { .. }
                | AssessmentEvent::AssessmentApproved(_)
                | AssessmentEvent::AssessmentSuperseded {}
                | AssessmentEvent::AssessmentDue { .. },
            ) => other,
        }
    }

    fn deadlines(&self) -> Vec<Deadline> {
        match self {
            Self::Approved { approval, due_announced: false, .. } => {
                vec![Deadline::new(REASSESSMENT, morning_of(approval.reassess_on))]
            }
            _ => vec![],
        }
    }

    fn on_deadline(&self, name: &str) -> Option<AssessmentCommand> {
        (name == REASSESSMENT).then_some(AssessmentCommand::AnnounceDue)
    }
}

impl Paper {
    fn by(mut self, assessor: Uuid) -> Self {
        if !self.assessors.contains(&assessor) {
            self.assessors.push(assessor);
        }
        self
    }

    fn is_complete(&self) -> bool {
        QUESTIONS.iter().all(|question| self.answers.iter().any(|answer| answer.question == question.code))
    }

    fn approved(&self, context: &Context) -> AssessmentEvent {
        let (levels, on) = (Levels::of(&self.answers), day(context.now));
        let requirement = levels.requirement();
        let reassess_on = requirement.reassess_on(on);
        let approver = context.actor.id;
        let system_id = self.system.id;
        AssessmentEvent::AssessmentApproved(Approval { system_id, levels, requirement, approver, on, reassess_on })
    }
}

impl Approval {
    fn due(&self) -> AssessmentEvent {
        let (system_id, tier) = (self.system_id, self.requirement.tier);
        AssessmentEvent::AssessmentDue { system_id, tier, reassess_on: self.reassess_on }
    }
}

/// Known questions, each answered once.
fn checked(answers: Vec<Answer>) -> Result<Vec<Answer>, AssessmentRefusal> {
    for (index, answer) in answers.iter().enumerate() {
        if question(&answer.question).is_none() {
            return Err(AssessmentRefusal::UnknownQuestion(index));
        }
        if answers[..index].iter().any(|former| former.question == answer.question) {
            return Err(AssessmentRefusal::AnsweredTwice(index));
        }
    }
    Ok(answers)
}
