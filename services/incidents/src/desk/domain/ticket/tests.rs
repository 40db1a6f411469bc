use event_store::{Aggregate, Sealed};
use testkit::{Given, given, given_nothing};

use super::*;
use crate::desk::samples::{GIORGI, NINO, TICKET, details, report, reported, support, triaged};
use crate::policy::terms::Whom;

fn text() -> Text {
    Text {
        title: "პრინტერი არ ბეჭდავს".into(),
        description: "ოთახი 412, ქაღალდი არ იჭედება.".into(),
        category: Category::Printing,
        reported_for: None,
        affected_devices: vec![Affected { reference: "DEV-000123".into(), id: None }],
        affected_systems: vec![],
    }
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// 09:30 in Tbilisi on the day of the report.
const HALF_PAST: &str = "2026-03-02T05:30:00Z";

fn responded() -> TicketEvent {
    TicketEvent::TicketResponded { at: instant(HALF_PAST) }
}

fn assigned() -> TicketEvent {
    TicketEvent::TicketAssigned { assignee: GIORGI }
}

fn in_progress() -> Given<Ticket> {
    given([reported(), triaged(), assigned(), responded(), TicketEvent::TicketStarted {}])
}

fn waiting(reason: WaitReason) -> Vec<TicketEvent> {
    let wait = Wait { reason, until: None, at: instant("2026-03-02T06:00:00Z") };
    vec![reported(), triaged(), assigned(), responded(), TicketEvent::TicketStarted {}, TicketEvent::TicketPaused(wait)]
}

fn solution(at: &str) -> Solution {
    Solution {
        outcome: Outcome::Fixed, text: Sealed::new(NINO, "კარტრიჯი გამოიცვალა".into()), at: instant(at)
    }
}

fn resolved() -> Vec<TicketEvent> {
    vec![reported(), triaged(), responded(), TicketEvent::TicketResolved(solution("2026-03-02T07:00:00Z"))]
}

fn closed() -> Vec<TicketEvent> {
    let closed = TicketEvent::TicketClosed { because: ClosedBecause::Confirmed, at: instant("2026-03-02T08:00:00Z") };
    resolved().into_iter().chain([closed]).collect()
}

fn resolve() -> TicketCommand {
    TicketCommand::Resolve {
        outcome: Outcome::Fixed, text: "კარტრიჯი გამოიცვალა".into()
    }
}

fn say(text: &str, internal: bool) -> TicketCommand {
    TicketCommand::Comment { id: Uuid::from_u128(5), text: text.into(), internal }
}

fn names(state: &Ticket) -> Vec<String> {
    state.deadlines().into_iter().map(|deadline| deadline.name).collect()
}

#[test]
fn a_report_takes_its_priority_from_the_policy_and_seals_what_was_written() {
    let facts = report();
    let ticket = NewTicket {
        id: TICKET,
        kind: facts.kind,
        channel: facts.channel,
        requester: NINO,
        org_unit: facts.org_unit_id,
        text: text(),
        impact: Level::Medium,
        urgency: Level::Medium,
        queue: None,
        source: None,
        due_at: None,
        policy: facts.policy,
    };
    let _ = given_nothing::<Ticket>().when(TicketCommand::Report(Box::new(ticket))).then([reported()]);
}

#[test]
fn editing_without_a_change_does_nothing() {
    given::<Ticket>([reported()]).when(TicketCommand::Edit(text())).then_nothing();
}

#[test]
fn an_edit_keeps_the_id_of_a_device_that_was_known() {
    let mut known = report();
    known.details.affected_devices[0].id = Some(Uuid::from_u128(77));
    let known = TicketEvent::TicketReported(Box::new(known));
    given::<Ticket>([known]).when(TicketCommand::Edit(text())).then_nothing();
}

#[test]
fn triage_sets_queue_and_priority() {
    let triage = Triage { queue: support(), impact: Level::High, urgency: Level::High, category: None };
    let assessment = Assessment { impact: Level::High, urgency: Level::High, priority: Priority::Critical };
    let ticket = given::<Ticket>([reported()])
        .when(TicketCommand::Triage(triage))
        .then([triaged(), TicketEvent::TicketReassessed(assessment)]);
    assert_eq!(ticket.case().unwrap().due(Goal::Response), Some(instant("2026-03-02T05:15:00Z")));
}

#[test]
fn work_begins_after_triage() {
    given::<Ticket>([reported()]).when(TicketCommand::Start).refused("ticket-not-triaged");
    in_progress().when(TicketCommand::Start).refused("ticket-already-started");
}

#[test]
fn whoever_starts_an_unassigned_ticket_is_its_assignee_and_responds() {
    let _ = given::<Ticket>([reported(), triaged()]).at(HALF_PAST).by(GIORGI).when(TicketCommand::Start).then([
        responded(),
        assigned(),
        TicketEvent::TicketStarted {},
    ]);
}

#[test]
fn only_the_people_of_the_queue_are_assigned() {
    let assign = |in_queue| TicketCommand::Assign { to: Duty { employee: GIORGI, in_queue } };
    given::<Ticket>([reported(), triaged()]).when(assign(false)).refused("assignee-not-in-queue");
    let _ = given::<Ticket>([reported(), triaged()]).when(assign(true)).then([assigned()]);
    in_progress().when(assign(true)).then_nothing();
}

#[test]
fn another_queue_means_nobody_works_on_it_yet() {
    let other = QueueReference { id: Uuid::from_u128(0x72), code: "network".into() };
    let ticket = in_progress().when(TicketCommand::Route { to: other }).then_state();
    assert_eq!(ticket.case().map(|case| (case.assignee, case.status())), Some((None, TicketStatus::Triaged)));
    in_progress().when(TicketCommand::Route { to: support() }).then_nothing();
}

#[test]
fn waiting_stops_the_clock_and_resuming_moves_the_deadline() {
    let due = |events: Vec<TicketEvent>| given::<Ticket>(events).state().case().unwrap().due(Goal::Resolution);
    let waits = waiting(WaitReason::Vendor);
    assert_eq!(due(waits.clone()), None);
    let resumed = TicketEvent::TicketResumed { at: instant("2026-03-02T07:00:00Z") };
    // 24 working hours end on Thursday at closing, since Tuesday is Mother's Day; the hour of waiting comes on top.
    assert_eq!(due(vec![reported()]), Some(instant("2026-03-05T14:00:00Z")));
    assert_eq!(due(waits.into_iter().chain([resumed]).collect()), Some(instant("2026-03-06T06:00:00Z")));
}

#[test]
fn the_answer_of_the_requester_resumes_the_work() {
    let at = instant("2026-03-02T06:20:00Z");
    let comment = Comment {
        id: Uuid::from_u128(5),
        author: Some(NINO),
        text: Sealed::new(NINO, "ოთახში ვარ".into()),
        at,
        internal: false,
    };
    let _ = given::<Ticket>(waiting(WaitReason::Requester))
        .at("2026-03-02T06:20:00Z")
        .by(NINO)
        .when(say("ოთახში ვარ", false))
        .then([TicketEvent::TicketCommented(comment), TicketEvent::TicketResumed { at }]);
}

#[test]
fn a_wait_for_a_vendor_does_not_end_with_a_comment() {
    let ticket = given::<Ticket>(waiting(WaitReason::Vendor)).by(NINO).when(say("?", false)).then_state();
    assert_eq!(ticket.case().map(Case::status), Some(TicketStatus::Waiting));
}

#[test]
fn a_wait_with_an_end_ends_by_itself() {
    let until = Some(instant("2026-03-02T08:00:00Z"));
    let wait = Wait { reason: WaitReason::SpareParts, until, at: instant("2026-03-02T06:00:00Z") };
    let events = [reported(), triaged(), responded(), TicketEvent::TicketPaused(wait)];
    let ticket = given::<Ticket>(events.clone()).state();
    assert!(names(&ticket).contains(&"wait-over".to_owned()));
    assert!(matches!(ticket.on_deadline("wait-over"), Some(TicketCommand::ResumeAfterWait)));
    given::<Ticket>(events.clone()).at("2026-03-02T07:59:59Z").when(TicketCommand::ResumeAfterWait).then_nothing();
    let resumed = TicketEvent::TicketResumed { at: instant("2026-03-02T08:00:00Z") };
    let _ = given::<Ticket>(events).at("2026-03-02T08:00:00Z").when(TicketCommand::ResumeAfterWait).then([resumed]);
}

#[test]
fn a_wait_cannot_end_in_the_past() {
    let past = Some(instant("2026-03-02T04:00:00Z"));
    let wait = TicketCommand::Wait { reason: WaitReason::Other, until: past, note: None };
    in_progress().when(wait).refused("wait-in-past");
}

#[test]
fn a_solved_ticket_is_edited_only_after_reopening() {
    given::<Ticket>(resolved()).when(TicketCommand::Edit(text())).refused("ticket-not-open");
    given::<Ticket>(resolved()).when(resolve()).refused("ticket-not-open");
    in_progress().when(TicketCommand::Close).refused("ticket-not-resolved");
}

#[test]
fn it_is_reopened_within_the_days_of_the_policy() {
    let reopen = || TicketCommand::Reopen { why: "ისევ არ ბეჭდავს".into() };
    let ticket = given::<Ticket>(closed()).at("2026-03-09T07:00:00Z").when(reopen()).then_state();
    assert_eq!(ticket.case().map(|case| (case.status(), case.reopened)), Some((TicketStatus::Triaged, 1)));
    given::<Ticket>(closed()).at("2026-03-09T07:00:01Z").when(reopen()).refused("ticket-reopening-late");
}

#[test]
fn the_time_while_it_counted_as_solved_does_not_count_after_a_reopening() {
    let solved_for_a_week = TicketEvent::TicketReopened {
        why: Sealed::new(NINO, "ისევ".into()),
        at: instant("2026-03-09T07:00:00Z"),
    };
    let ticket = given::<Ticket>(closed().into_iter().chain([solved_for_a_week])).state();
    let case = ticket.case().unwrap();
    // Two of 24 working hours were used up; 22 more from 11:00 on Monday: 6 + 8 + 8.
    assert_eq!(case.due(Goal::Resolution), Some(instant("2026-03-11T14:00:00Z")));
}

#[test]
fn a_solved_ticket_closes_by_itself() {
    let ticket = given::<Ticket>(resolved()).state();
    let lapse = instant("2026-03-07T07:00:00Z");
    assert_eq!(ticket.deadlines(), [Deadline::new("lapse", lapse)]);
    let lapsed = TicketEvent::TicketClosed { because: ClosedBecause::Lapsed, at: lapse };
    let ticket = given::<Ticket>(resolved()).at("2026-03-07T07:00:00Z").when(TicketCommand::Lapse).then([lapsed]);
    assert_eq!(ticket.deadlines(), []);
}

#[test]
fn a_missed_response_is_recorded_once() {
    let missed = TicketEvent::TicketResponseMissed { due_at: instant("2026-03-02T09:00:00Z") };
    let ticket = given::<Ticket>([reported()]).state();
    assert!(names(&ticket).contains(&"response-missed".to_owned()));
    given::<Ticket>([reported()]).at("2026-03-02T08:59:59Z").when(TicketCommand::Miss(Goal::Response)).then_nothing();
    let late = || given::<Ticket>([reported()]).at("2026-03-02T09:00:00Z");
    let ticket = late().when(TicketCommand::Miss(Goal::Response)).then([missed.clone()]);
    assert!(!names(&ticket).contains(&"response-missed".to_owned()));
    let again = given::<Ticket>([reported(), missed]).at("2026-03-02T10:00:00Z");
    again.when(TicketCommand::Miss(Goal::Response)).then_nothing();
}

#[test]
fn the_ladder_is_climbed_step_by_step_and_each_step_once() {
    let half = TicketEvent::TicketEscalated { goal: Goal::Response, at_percent: 50, whom: vec![Whom::Queue] };
    let ticket = given::<Ticket>([reported()]).state();
    let command = ticket.on_deadline("response-escalation-50").unwrap();
    given::<Ticket>([reported()]).at("2026-03-02T06:59:59Z").when(command.clone()).then_nothing();
    let _ = given::<Ticket>([reported()]).at("2026-03-02T07:00:00Z").when(command.clone()).then([half.clone()]);
    given::<Ticket>([reported(), half]).at("2026-03-02T08:00:00Z").when(command).then_nothing();
}

#[test]
fn who_answers_late_has_missed_the_target_even_before_the_timer_says_so() {
    let missed = TicketEvent::TicketResponseMissed { due_at: instant("2026-03-02T09:00:00Z") };
    let decided = given::<Ticket>([reported(), triaged(), assigned()]).at("2026-03-02T12:00:00Z");
    let responded = TicketEvent::TicketResponded { at: instant("2026-03-02T12:00:00Z") };
    let _ = decided.when(TicketCommand::Start).then([missed, responded, TicketEvent::TicketStarted {}]);
}

#[test]
fn a_solved_ticket_waits_for_no_target() {
    assert_eq!(names(&given::<Ticket>(resolved()).state()), ["lapse"]);
}

#[test]
fn a_task_has_a_deadline_of_its_own_that_a_wait_moves() {
    let mut task = report();
    task.kind = TicketKind::Task;
    task.queue = Some(support());
    task.due_at = Some(instant("2026-03-06T14:00:00Z"));
    let task = given::<Ticket>([TicketEvent::TicketReported(Box::new(task))]).state();
    let case = task.case().unwrap();
    assert_eq!(case.due(Goal::Resolution), Some(instant("2026-03-06T14:00:00Z")));
    assert_eq!(case.status(), TicketStatus::Triaged);
}

#[test]
fn only_the_requester_rates_and_only_what_was_solved() {
    let rate = || TicketCommand::Rate { score: 5, remark: None };
    given::<Ticket>(resolved()).by(GIORGI).when(rate()).refused("not-the-requester");
    in_progress().by(NINO).when(rate()).refused("ticket-not-resolved");
    let rated = TicketEvent::TicketRated(Satisfaction { score: 5, remark: None });
    let _ = given::<Ticket>(resolved()).by(NINO).when(rate()).then([rated.clone()]);
    given::<Ticket>(closed().into_iter().chain([rated])).by(NINO).when(rate()).then_nothing();
}

#[test]
fn an_internal_comment_is_a_note_and_no_response() {
    let noted = given::<Ticket>([reported()]).by(GIORGI).when(say("იგივე იყო გუშინ", true)).then_state();
    let case = noted.case().unwrap();
    assert!(case.comments[0].internal);
    assert_eq!(case.reached(Goal::Response), None);
}

#[test]
fn a_closed_ticket_takes_notes_but_no_comments() {
    given::<Ticket>(closed()).by(NINO).when(say("გმადლობთ", false)).refused("ticket-closed");
    let _ = given::<Ticket>(closed()).by(GIORGI).when(say("გარანტია მოთხოვნილია", true)).then_state();
}

#[test]
fn work_is_logged_in_minutes_and_not_ahead_of_time() {
    let log = |day: &str| TicketCommand::LogWork {
        id: Uuid::from_u128(6),
        minutes: 25,
        worked_on: day.parse().unwrap(),
        note: None,
    };
    let ticket = in_progress().when(log("2026-03-02")).then_state();
    assert_eq!(ticket.case().map(Case::minutes_spent), Some(25));
    in_progress().when(log("2026-03-03")).refused("work-in-future");
}

#[test]
fn a_ticket_is_neither_its_own_parent_nor_its_own_duplicate() {
    let itself = || TicketReference { id: TICKET, number: "INC-2026-000001".into() };
    let other = TicketReference { id: Uuid::from_u128(0x52), number: "INC-2026-000002".into() };
    in_progress().when(TicketCommand::SetParent { parent: itself(), parent_of: None }).refused("ticket-own-relative");
    in_progress().when(TicketCommand::MarkDuplicate { of: itself() }).refused("ticket-own-relative");
    let loops = TicketCommand::SetParent { parent: other, parent_of: Some(TICKET) };
    in_progress().when(loops).refused("ticket-parent-loop");
}

#[test]
fn a_duplicate_is_closed_and_not_reopened() {
    let of = TicketReference { id: Uuid::from_u128(0x52), number: "INC-2026-000002".into() };
    let merged = in_progress().when(TicketCommand::MarkDuplicate { of: of.clone() }).then_state();
    assert_eq!(merged.case().map(Case::status), Some(TicketStatus::Closed));
    let merged = TicketEvent::TicketMarkedDuplicate { of, at: instant("2026-03-02T06:00:00Z") };
    let reopen = TicketCommand::Reopen { why: "სხვა რამეა".into() };
    given::<Ticket>([reported(), merged]).when(reopen).refused("ticket-duplicate");
}

#[test]
fn watching_twice_is_watching_once() {
    let watched = TicketEvent::TicketWatched { employee_id: GIORGI };
    let watch = || TicketCommand::Watch { employee: GIORGI };
    let _ = given::<Ticket>([reported()]).when(watch()).then([watched.clone()]);
    given::<Ticket>([reported(), watched]).when(watch()).then_nothing();
    given::<Ticket>([reported()]).when(TicketCommand::Unwatch { employee: GIORGI }).then_nothing();
}

#[test]
fn a_leavers_tickets_are_flagged_and_their_work_is_released() {
    let on: NaiveDate = "2026-03-31".parse().unwrap();
    let flagged = TicketEvent::TicketRequesterLeft { left_on: on };
    let _ = in_progress().when(TicketCommand::EmployeeLeft { employee: NINO, on }).then([flagged.clone()]);
    given::<Ticket>([reported(), flagged]).when(TicketCommand::EmployeeLeft { employee: NINO, on }).then_nothing();
    let released = TicketEvent::TicketReleased { assignee: GIORGI };
    let _ = in_progress().when(TicketCommand::EmployeeLeft { employee: GIORGI, on }).then([released]);
    given::<Ticket>(resolved()).when(TicketCommand::EmployeeLeft { employee: NINO, on }).then_nothing();
}

#[test]
fn what_is_written_on_a_ticket_belongs_to_its_requester() {
    assert!(matches!(details().title, Sealed::Open { subject, .. } if subject == NINO));
    let ticket = in_progress().by(GIORGI).when(say("მოვდივარ", false)).then_state();
    assert!(matches!(ticket.case().unwrap().comments[0].text, Sealed::Open { subject, .. } if subject == NINO));
}
