use testkit::{given, given_nothing};

use super::*;
use crate::policy::terms::{Rung, Target, Whom};
use crate::policy::words::Goal;

const AUTHOR: Uuid = Uuid::from_u128(1);
const HEAD: Uuid = Uuid::from_u128(2);

fn policy() -> PolicyText {
    PolicyText {
        title: Localized::new("ინციდენტების მართვის პოლიტიკა", "Incident management policy"),
        terms: PolicyTerms::built_in(),
    }
}

fn longer() -> PolicyText {
    let mut policy = policy();
    policy.terms.reopen_within_days = 14;
    policy
}

fn drafted() -> PolicyEvent {
    PolicyEvent::PolicyDrafted { policy: policy(), author: AUTHOR }
}

fn approved() -> PolicyEvent {
    PolicyEvent::PolicyApproved { approver: HEAD }
}

fn in_force() -> PolicyEvent {
    PolicyEvent::PolicyPutInForce { at: "2026-03-02T05:00:00Z".parse().unwrap() }
}

#[test]
fn a_policy_begins_as_a_draft() {
    let _ = given_nothing::<IncidentPolicy>().by(AUTHOR).when(PolicyCommand::Write(policy())).then([drafted()]);
}

#[test]
fn a_draft_is_approved_by_somebody_else() {
    let _ = given::<IncidentPolicy>([drafted()]).by(HEAD).when(PolicyCommand::Approve).then([approved()]);
}

#[test]
fn nobody_approves_what_they_wrote() {
    given::<IncidentPolicy>([drafted()]).by(AUTHOR).when(PolicyCommand::Approve).refused("policy-own-work");
}

#[test]
fn who_revised_a_draft_wrote_it_too() {
    let revised = PolicyEvent::PolicyRevised { policy: longer(), author: HEAD };
    given::<IncidentPolicy>([drafted(), revised]).by(HEAD).when(PolicyCommand::Approve).refused("policy-own-work");
}

#[test]
fn revising_without_a_change_does_nothing() {
    given::<IncidentPolicy>([drafted()]).when(PolicyCommand::Revise(policy())).then_nothing();
}

#[test]
fn an_approved_policy_is_not_edited_any_more() {
    given::<IncidentPolicy>([drafted(), approved()]).when(PolicyCommand::Revise(longer())).refused("policy-not-draft");
    given::<IncidentPolicy>([drafted(), approved()]).when(PolicyCommand::Withdraw).refused("policy-not-draft");
}

#[test]
fn only_an_approved_policy_comes_into_force() {
    given::<IncidentPolicy>([drafted()]).when(PolicyCommand::PutInForce).refused("policy-not-approved");
    let _ = given::<IncidentPolicy>([drafted(), approved()]).when(PolicyCommand::PutInForce).then([in_force()]);
}

#[test]
fn a_policy_in_force_is_superseded_once() {
    let superseded = given::<IncidentPolicy>([drafted(), approved(), in_force()]).when(PolicyCommand::Supersede);
    let superseded = superseded.then_state();
    assert!(matches!(superseded, IncidentPolicy::Superseded { .. }));
    given::<IncidentPolicy>([drafted()]).when(PolicyCommand::Supersede).refused("policy-not-in-force");
}

#[test]
fn a_withdrawn_draft_is_not_approved() {
    let withdrawn = PolicyEvent::PolicyWithdrawn {};
    given::<IncidentPolicy>([drafted(), withdrawn]).by(HEAD).when(PolicyCommand::Approve).refused("policy-not-draft");
}

#[test]
fn terms_that_cannot_hold_are_refused() {
    let refused = |spoil: fn(&mut PolicyTerms), code| {
        let mut policy = policy();
        spoil(&mut policy.terms);
        given_nothing::<IncidentPolicy>().when(PolicyCommand::Write(policy)).refused(code);
    };
    refused(|terms| terms.calendar.week = Default::default(), "policy-without-hours");
    refused(|terms| terms.calendar.week.monday.reverse(), "policy-hours-disordered");
    refused(
        |terms| terms.targets.low = Target { response_minutes: 60, resolution_minutes: 30 },
        "policy-response-late",
    );
    refused(
        |terms| {
            let rung = Rung { goal: Goal::Response, at_percent: 80, whom: Whom::Queue };
            terms.ladder = vec![rung.clone(), rung];
        },
        "policy-rung-repeated",
    );
}

#[test]
fn the_built_in_policy_holds_its_own_rules() {
    assert!(policy().checked().is_ok());
}
