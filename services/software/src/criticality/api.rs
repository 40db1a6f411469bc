//! Assessing systems, and approving what others assessed.

use actix_web::web::Json;
use event_store::{Change, Context, Expect, Unit};
use kernel::Localized;
use serde::{Deserialize, Serialize};
use service::web::{
    Caller, Collection, Commands, Key, MergePatch, Problem, Reference, Reply, Routes, Valid, get, patch, post,
};
use utoipa::ToSchema;

use super::domain::{AssessedSystem, Assessment, AssessmentCommand, AssessmentId};
use super::questionnaire::{Answer, Dimension, QUESTIONS};
use super::tier::{Requirement, table};
use super::view::AssessmentRow;
use crate::catalogue::domain::{Classification, System, SystemCommand, SystemId};

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(show_questionnaire)
        .service(show_criticality)
        .service(draft)
        .service(revise)
        .service(submit)
        .service(give_back)
        .service(approve)
        .service(Collection::<Assessment>::at("/assessments"));
}

/// What is asked, and what follows from the answers.
#[derive(Debug, Serialize, ToSchema)]
struct Questionnaire {
    questions: Vec<AskedQuestion>,
    /// The highest answer makes the tier: 3 is tier 1, 0 is tier 4.
    tiers: Vec<Requirement>,
}

#[derive(Debug, Serialize, ToSchema)]
struct AskedQuestion {
    #[schema(example = "a-tolerance")]
    code: String,
    dimension: Dimension,
    text: Localized,
    /// What each score means, from 0 to 3.
    scores: Vec<Localized>,
}

/// The questionnaire with the meaning of every score, and the table of tiers.
#[utoipa::path(responses((status = 200, body = Questionnaire)))]
#[get("/questionnaire")]
async fn show_questionnaire(_: Caller) -> Json<Questionnaire> {
    let asked = QUESTIONS.iter().map(|question| AskedQuestion {
        code: question.code.to_owned(),
        dimension: question.dimension,
        text: Localized::new(question.ka, question.en),
        scores: question.options.iter().map(|(ka, en)| Localized::new(*ka, *en)).collect(),
    });
    Json(Questionnaire { questions: asked.collect(), tiers: table() })
}

/// How critical a system is now.
#[derive(Debug, Serialize, ToSchema)]
struct Criticality {
    system_id: SystemId,
    #[schema(example = "SYS-000012")]
    system_number: String,
    /// None until an assessment is approved.
    classification: Option<Classification>,
}

/// The current tier of a system, with its RTO and RPO.
#[utoipa::path(responses((status = 200, body = Criticality)))]
#[get("/systems/{id}/criticality")]
async fn show_criticality(
    id: Key<System>,
    caller: Caller,
    systems: Commands<System>,
) -> Result<Json<Criticality>, Problem> {
    let system = systems.entity(&caller, &id).await?;
    let classification = system.state.entry().and_then(|entry| entry.classification.clone());
    Ok(Json(Criticality { system_id: system.id, system_number: system.number, classification }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DraftAssessment {
    #[schema(example = "SYS-000012")]
    system: Reference,
    #[serde(default)]
    #[schema(max_items = 50)]
    answers: Vec<Answer>,
}

/// The answers of a draft.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AssessmentAnswers {
    #[schema(max_items = 50)]
    answers: Vec<Answer>,
}

/// Begin to assess a system.
#[utoipa::path(
    operation_id = "draft_assessment",
    request_body = DraftAssessment,
    responses((status = 201, body = AssessmentRow)),
)]
#[post("/assessments")]
async fn draft(
    caller: Caller,
    body: Valid<DraftAssessment>,
    assessments: Commands<Assessment>,
    systems: Commands<System>,
) -> Reply<Assessment> {
    let DraftAssessment { system, answers } = body.into_inner();
    let system = systems.resolve(&caller, &system, "/system").await?;
    let name = system.state.details().name;
    let system = AssessedSystem { id: system.id, number: system.number, name };
    assessments.create(&caller, AssessmentCommand::Draft { system, answers }).await
}

/// Change the answers of a draft.
#[utoipa::path(
    operation_id = "revise_assessment",
    request_body(content = AssessmentAnswers, content_type = "application/merge-patch+json"),
    responses((status = 200, body = AssessmentRow)),
)]
#[patch("/assessments/{id}")]
async fn revise(
    id: Key<Assessment>,
    caller: Caller,
    patch: MergePatch<AssessmentAnswers>,
    assessments: Commands<Assessment>,
) -> Reply<Assessment> {
    let answers = |assessment: &Assessment| AssessmentAnswers {
        answers: assessment.paper().map(|paper| paper.answers.clone()).unwrap_or_default(),
    };
    assessments.patch(&caller, &id, patch, answers, |edited| AssessmentCommand::Revise(edited.answers)).await
}

/// Submit a draft for approval.
#[utoipa::path(operation_id = "submit_assessment", responses((status = 200, body = AssessmentRow)))]
#[post("/assessments/{id}/submit")]
async fn submit(id: Key<Assessment>, caller: Caller, assessments: Commands<Assessment>) -> Reply<Assessment> {
    assessments.execute(&caller, &id, AssessmentCommand::Submit).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GiveBackAssessment {
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S", example = "დაასაბუთეთ ხელმისაწვდომობის შეფასება.")]
    remarks: String,
}

/// Give a submitted assessment back for revision.
#[utoipa::path(
    operation_id = "give_back_assessment",
    security(("token" = ["software.criticality:approve"])),
    request_body = GiveBackAssessment,
    responses((status = 200, body = AssessmentRow)),
)]
#[post("/assessments/{id}/give-back")]
async fn give_back(
    id: Key<Assessment>,
    caller: Caller,
    body: Valid<GiveBackAssessment>,
    assessments: Commands<Assessment>,
) -> Reply<Assessment> {
    let GiveBackAssessment { remarks } = body.into_inner();
    assessments.execute(&caller, &id, AssessmentCommand::GiveBack { remarks }).await
}

/// Approve what others assessed: it is the system's tier from now on, and supersedes the former assessment.
#[utoipa::path(
    operation_id = "approve_assessment",
    security(("token" = ["software.criticality:approve"])),
    responses((status = 200, body = AssessmentRow)),
)]
#[post("/assessments/{id}/approve")]
async fn approve(id: Key<Assessment>, caller: Caller, assessments: Commands<Assessment>) -> Reply<Assessment> {
    let own = assessments.entity(&caller, &id).await?.id;
    let store = assessments.store();
    let classify = async |approved: &Change<Assessment>, context: &Context, unit: Unit| {
        let Some(approval) = approved.after.state.approval() else { return Ok(unit) };
        let classification = Classification {
            assessment_id: own.into(),
            tier: approval.requirement.tier,
            rto: approval.requirement.rto.clone(),
            rpo: approval.requirement.rpo.clone(),
            reassess_on: approval.reassess_on,
        };
        let command = SystemCommand::Classify(classification);
        let classified = store.decide::<System>(approval.system_id, Expect::Something, command, context).await?;
        let former = classified.before.state.entry().and_then(|entry| entry.classification.as_ref());
        let former = former.map(|former| AssessmentId::from(former.assessment_id)).filter(|former| *former != own);
        let unit = unit.change(classified);
        match former {
            Some(former) => {
                let supersede = AssessmentCommand::Supersede;
                Ok(unit.change(store.decide::<Assessment>(former, Expect::Something, supersede, context).await?))
            }
            None => Ok::<_, Problem>(unit),
        }
    };
    assessments.together(&caller, own, caller.facts.expect(), AssessmentCommand::Approve, classify).await
}
