use testkit::{Given, given};

use super::*;

const ASSESSOR: Uuid = Uuid::from_u128(5);
const HEAD: Uuid = Uuid::from_u128(6);

fn system() -> AssessedSystem {
    AssessedSystem {
        id: Uuid::from_u128(1).into(),
        number: "SYS-000001".into(),
        name: Localized::new("საქმისწარმოება", "Docflow"),
    }
}

fn answers(score: i32) -> Vec<Answer> {
    QUESTIONS.iter().map(|question| Answer { question: question.code.into(), score, note: None }).collect()
}

fn drafted(answers: Vec<Answer>) -> AssessmentEvent {
    AssessmentEvent::AssessmentDrafted { system: system(), answers, assessor: ASSESSOR }
}

fn submitted() -> Given<Assessment> {
    given::<Assessment>([drafted(answers(2)), AssessmentEvent::AssessmentSubmitted { assessor: ASSESSOR }])
}

fn approved() -> Assessment {
    submitted().by(HEAD).when(AssessmentCommand::Approve).then_state()
}

#[test]
fn nobody_approves_what_they_assessed() {
    submitted().by(ASSESSOR).when(AssessmentCommand::Approve).refused("assessment-own-work");
    let revised = AssessmentEvent::AssessmentRevised { answers: answers(1), assessor: HEAD };
    let events = [drafted(answers(2)), revised, AssessmentEvent::AssessmentSubmitted { assessor: ASSESSOR }];
    given::<Assessment>(events).by(HEAD).when(AssessmentCommand::Approve).refused("assessment-own-work");
}

#[test]
fn an_approval_says_the_tier_and_when_to_ask_again() {
    let state = approved();
    let approval = state.approval().unwrap();
    assert_eq!((approval.requirement.tier, approval.requirement.rto.as_str()), (2, "PT8H"));
    assert_eq!(approval.reassess_on.to_string(), "2027-03-02");
    let due: Vec<_> = state.deadlines();
    assert_eq!(due, [Deadline::new("reassessment", "2027-03-02T05:00:00Z".parse().unwrap())]);
}

#[test]
fn that_it_is_due_is_said_once() {
    let state = approved();
    let command = state.on_deadline("reassessment").unwrap();
    let context = Context::new("2027-03-02T05:00:00Z".parse().unwrap(), event_store::Actor::system("timer"));
    let events = state.decide(command.clone(), &context).unwrap();
    assert_eq!(events.len(), 1);
    let after = events.into_iter().fold(state, Assessment::evolve);
    assert!(after.deadlines().is_empty());
    assert_eq!(after.decide(command, &context).unwrap(), []);
}

#[test]
fn a_superseded_assessment_waits_for_nothing() {
    let state = approved().evolve(AssessmentEvent::AssessmentSuperseded {});
    assert!(state.deadlines().is_empty());
}

#[test]
fn only_a_complete_questionnaire_is_submitted() {
    let draft = given::<Assessment>([drafted(answers(1)[..11].to_vec())]);
    draft.when(AssessmentCommand::Submit).refused("assessment-unanswered");
    given::<Assessment>([drafted(answers(1))]).when(AssessmentCommand::Submit).then_state();
}

#[test]
fn each_known_question_is_answered_once() {
    let draft = |answers| AssessmentCommand::Draft { system: system(), answers };
    let unknown = Answer { question: "z-1".into(), score: 0, note: None };
    given::<Assessment>([]).when(draft(vec![unknown])).refused("question-unknown");
    given::<Assessment>([]).when(draft([answers(1), answers(2)].concat())).refused("question-answered-twice");
}

#[test]
fn what_was_given_back_is_revised_and_submitted_again() {
    let remarks = "Say why.".to_owned();
    let back = submitted().when(AssessmentCommand::GiveBack { remarks: remarks.clone() });
    let state = back.then([AssessmentEvent::AssessmentGivenBack { remarks }]);
    assert_eq!(state.paper().unwrap().remarks.as_deref(), Some("Say why."));
    submitted().when(AssessmentCommand::Revise(answers(3))).refused("assessment-not-draft");
    given::<Assessment>([drafted(answers(2))]).when(AssessmentCommand::Revise(answers(2))).then_nothing();
    given::<Assessment>([drafted(answers(2))]).when(AssessmentCommand::Approve).refused("assessment-not-submitted");
}
