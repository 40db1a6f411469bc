use event_store::Actor;
use kernel::{Localized, Money};
use testkit::{Given, given, given_nothing};
use uuid::Uuid;

use super::*;
use crate::calendar::term::{Term, TermUnit};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// 2026 from March to December.
fn details() -> ContractDetails {
    let name = Localized::new("შპს ქსელი", "Kseli LLC");
    ContractDetails {
        kind: ContractKind::Server,
        vendor: ContractVendor { id: Uuid::from_u128(1).into(), number: "VEN-000001".into(), name },
        subject: "სერვერები".into(),
        procurement: None,
        price: Price { net: Money::gel(100_000), vat_percent: 18 },
        budget_line: None,
        supervisor: None,
        period: Period { starts_on: day("2026-03-01"), ends_on: Some(day("2026-12-31")), term: None },
        renewal: Renewal::default(),
        covers: vec![],
    }
}

fn tacit() -> ContractDetails {
    let renewal = Renewal { kind: RenewalKind::Tacit, months: Some(12), notice_days: Some(30) };
    ContractDetails { renewal, ..details() }
}

fn drafting(details: ContractDetails) -> Box<Drafting> {
    Box::new(Drafting { details, vendor_barred: false, calendar: WorkCalendar::default() })
}

fn agreed(details: ContractDetails) -> Vec<ContractEvent> {
    let paper = Paper { ends_on: day("2026-12-31"), details };
    vec![ContractEvent::ContractDrafted(Box::new(paper)), ContractEvent::ContractAgreed {}]
}

fn active(details: ContractDetails) -> Vec<ContractEvent> {
    let (signed_on, ends_on) = (day("2026-02-27"), day("2026-12-31"));
    let signed = ContractEvent::ContractSigned { signed_on, entered_on: signed_on, ends_on };
    [agreed(details), vec![signed, ContractEvent::ContractActivated { on: day("2026-03-01") }]].concat()
}

fn running() -> Given<Contract> {
    given(active(details()))
}

fn amending(changes: Changes) -> AmendmentText {
    AmendmentText { rationale: Rationale::DurationExtension, justification: "Late parts".into(), changes }
}

fn until(ends_on: &str) -> AmendmentText {
    amending(Changes { ends_on: Some(day(ends_on)), ..Changes::default() })
}

fn amended(text: AmendmentText) -> Vec<ContractEvent> {
    [active(details()), vec![ContractEvent::ContractAmendmentDrafted { number: 1, text }]].concat()
}

/// What a due timer does at an instant.
fn fire(contract: &Contract, name: &str, at: &str) -> Vec<ContractEvent> {
    let context = Context::new(at.parse().unwrap(), Actor::system("timer"));
    contract.decide(contract.on_deadline(name).unwrap(), &context).unwrap()
}

fn timers(contract: &Contract) -> Vec<String> {
    contract.deadlines().into_iter().map(|deadline| deadline.name).collect()
}

#[test]
fn a_draft_is_agreed_and_signed_and_then_not_edited() {
    given_nothing::<Contract>().when(ContractCommand::Draft(drafting(details()))).then_state();
    let sign = || ContractCommand::Sign { signed_on: day("2026-02-27"), vendor_barred: false };
    given::<Contract>(agreed(details())[..1].to_vec()).when(sign()).refused("contract-not-agreed");
    let signed = given::<Contract>(agreed(details())).when(sign()).then_state();
    assert!(signed.in_force().is_some());
    given::<Contract>(agreed(details())).when(ContractCommand::Edit(drafting(tacit()))).refused("contract-not-draft");
    running().when(ContractCommand::Edit(drafting(tacit()))).refused("contract-not-draft");
    running().when(sign()).refused("contract-not-agreed");
}

#[test]
fn a_contract_ends_on_a_day_or_after_a_term() {
    let draft = |period| ContractCommand::Draft(drafting(ContractDetails { period, ..details() }));
    let starts_on = day("2026-01-31");
    let term = Some(Term { length: 1, unit: TermUnit::Months });
    let state = given_nothing::<Contract>().when(draft(Period { starts_on, ends_on: None, term })).then_state();
    assert_eq!(state.ends_on(), Some(day("2026-03-02")));
    let both = Period { starts_on, ends_on: Some(starts_on), term };
    given_nothing::<Contract>().when(draft(both)).refused("contract-end-or-term");
    let neither = Period { starts_on, ends_on: None, term: None };
    given_nothing::<Contract>().when(draft(neither)).refused("contract-end-or-term");
    let backwards = Period { starts_on, ends_on: Some(day("2026-01-30")), term: None };
    given_nothing::<Contract>().when(draft(backwards)).refused("contract-ends-before-start");
}

#[test]
fn a_barred_vendor_gets_no_contract() {
    let barred = Drafting { vendor_barred: true, ..*drafting(details()) };
    given_nothing::<Contract>().when(ContractCommand::Draft(Box::new(barred))).refused("vendor-blacklisted");
    let sign = ContractCommand::Sign { signed_on: day("2026-02-27"), vendor_barred: true };
    given::<Contract>(agreed(details())).when(sign).refused("vendor-blacklisted");
}

#[test]
fn a_signature_is_not_from_the_future() {
    let sign = |signed_on| ContractCommand::Sign { signed_on: day(signed_on), vendor_barred: false };
    given::<Contract>(agreed(details())).when(sign("2026-03-03")).refused("signed-in-future");
    let late = given::<Contract>(agreed(details())).at("2027-02-01T05:00:00Z");
    late.when(sign("2027-01-01")).refused("signed-after-end");
}

#[test]
fn renewal_says_what_it_needs() {
    let draft = |kind, months, notice_days| {
        let renewal = Renewal { kind, months, notice_days };
        given_nothing::<Contract>().when(ContractCommand::Draft(drafting(ContractDetails { renewal, ..details() })))
    };
    draft(RenewalKind::Tacit, Some(12), None).then_state();
    draft(RenewalKind::Express, None, Some(30)).then_state();
    draft(RenewalKind::Tacit, None, Some(30)).refused("renewal-unclear");
    draft(RenewalKind::Express, Some(12), None).refused("renewal-unclear");
    draft(RenewalKind::None, None, Some(30)).refused("renewal-unclear");
}

#[test]
fn a_signed_contract_begins_by_itself_on_its_first_day() {
    let signed = agreed(details()).into_iter().chain([ContractEvent::ContractSigned {
        signed_on: day("2026-02-27"),
        entered_on: day("2026-02-27"),
        ends_on: day("2026-12-31"),
    }]);
    let state = given::<Contract>(signed).state();
    let start = state.deadlines().into_iter().find(|deadline| deadline.name == START).unwrap();
    assert_eq!(start.due_at.to_rfc3339(), "2026-02-28T20:00:00+00:00");
    let events = fire(&state, START, "2026-02-28T20:00:00Z");
    assert_eq!(events, [ContractEvent::ContractActivated { on: day("2026-03-01") }]);
}

#[test]
fn each_announcement_of_the_end_fires_once() {
    let mut state = running().state();
    assert_eq!(timers(&state), ["expiry-90", "expiry-60", "expiry-30", "expiry-7", "end"]);
    for (days, at) in [(90, "2026-10-02"), (60, "2026-11-01"), (30, "2026-12-01"), (7, "2026-12-24")] {
        let (name, at) = (format!("expiry-{days}"), format!("{at}T05:00:00Z"));
        let events = fire(&state, &name, &at);
        let expected =
            ContractEvent::ContractExpiryAnnounced { days_left: days, ends_on: day("2026-12-31"), supervisor: None };
        assert_eq!(events, [expected]);
        state = events.into_iter().fold(state, Contract::evolve);
        assert_eq!(fire(&state, &name, &at), []);
    }
    assert_eq!(timers(&state), ["end"]);
}

#[test]
fn an_amended_end_is_announced_anew() {
    let sign = ContractCommand::SignAmendment { number: 1, signed_on: day("2026-03-02") };
    let announced =
        ContractEvent::ContractExpiryAnnounced { days_left: 90, ends_on: day("2026-12-31"), supervisor: None };
    let events = [amended(until("2027-02-28")), vec![announced]].concat();
    let state = given::<Contract>(events).at("2026-10-05T05:00:00Z").when(sign).then_state();
    assert_eq!(state.ends_on(), Some(day("2027-02-28")));
    assert_eq!(timers(&state), ["expiry-90", "expiry-60", "expiry-30", "expiry-7", "end"]);
    assert_eq!(state.deadlines()[0].due_at.to_rfc3339(), "2026-11-30T05:00:00+00:00");
}

#[test]
fn nothing_is_changed_before_an_amendment_is_signed() {
    let state = given::<Contract>(amended(until("2027-02-28"))).state();
    assert_eq!(state.ends_on(), Some(day("2026-12-31")));
    let price = Price { net: Money::gel(90_000), vat_percent: 18 };
    let changes = Changes { ends_on: None, price: Some(price), subject: Some("ახალი".into()) };
    let sign = ContractCommand::SignAmendment { number: 1, signed_on: day("2026-03-02") };
    let state = given::<Contract>(amended(amending(changes))).when(sign).then_state();
    let binding = state.binding().unwrap();
    assert_eq!((binding.price, binding.subject.as_str(), binding.expiry.ends_on), (price, "ახალი", day("2026-12-31")));
    assert_eq!(state.paper().unwrap().details, details());
}

#[test]
fn a_signed_amendment_is_for_good() {
    let sign = |signed_on| ContractCommand::SignAmendment { number: 1, signed_on: day(signed_on) };
    let drafted = || given::<Contract>(amended(until("2027-02-28")));
    drafted().when(sign("2026-02-26")).refused("signed-before-former");
    drafted().when(sign("2026-03-03")).refused("signed-in-future");
    let (signed_on, entered_on) = (day("2026-03-02"), day("2026-03-02"));
    let changes = until("2027-02-28").changes;
    let signed = ContractEvent::ContractAmendmentSigned { number: 1, signed_on, entered_on, changes };
    let after = || given::<Contract>([amended(until("2027-02-28")), vec![signed.clone()]].concat());
    after().when(sign("2026-03-02")).refused("amendment-not-draft");
    let edit = ContractCommand::EditAmendment { number: 1, text: until("2027-03-31") };
    after().when(edit).refused("amendment-not-draft");
    after().when(ContractCommand::WithdrawAmendment { number: 2 }).refused("amendment-unknown");
    let next = after().when(ContractCommand::DraftAmendment(until("2027-03-31"))).then_state();
    assert_eq!(next.binding().unwrap().amendments[1].number, 2);
}

#[test]
fn an_amendment_changes_something_sensible() {
    let draft = |changes| running().when(ContractCommand::DraftAmendment(amending(changes)));
    draft(Changes::default()).refused("amendment-empty");
    draft(Changes { ends_on: Some(day("2026-02-28")), ..Changes::default() }).refused("amended-end-in-past");
    let euro = Price { net: Money::new(1, kernel::money::Currency::Eur), vat_percent: 0 };
    draft(Changes { price: Some(euro), ..Changes::default() }).refused("amendment-other-currency");
    given::<Contract>(agreed(details()))
        .when(ContractCommand::DraftAmendment(until("2027-01-01")))
        .refused("contract-not-in-force");
}

#[test]
fn a_tacit_contract_renews_itself_unless_notice_was_given_in_time() {
    let state = given::<Contract>(active(tacit())).state();
    let events = fire(&state, END, "2026-12-31T20:00:00Z");
    let (ends_on, entered_on) = (day("2027-12-31"), day("2027-01-01"));
    assert_eq!(events, [ContractEvent::ContractRenewed { ends_on, renewals: 1, entered_on }]);
    let renewed = events.into_iter().fold(state, Contract::evolve);
    assert_eq!(timers(&renewed), ["expiry-90", "expiry-60", "expiry-30", "expiry-7", "end"]);

    let notice = |given_on| ContractCommand::GiveNotice { given_on: day(given_on) };
    let late = given::<Contract>(active(tacit())).at("2026-12-05T05:00:00Z");
    late.when(notice("2026-12-02")).refused("notice-too-late");
    let state = given::<Contract>(active(tacit())).at("2026-12-05T05:00:00Z").when(notice("2026-12-01")).then_state();
    let over = fire(&state, END, "2026-12-31T20:00:00Z");
    assert_eq!(over, [ContractEvent::ContractTermEnded { ends_on: day("2026-12-31") }]);
    running().when(notice("2026-03-01")).refused("contract-not-tacit");
}

#[test]
fn notice_of_a_renewed_contract_counts_from_its_new_end() {
    let renewed =
        ContractEvent::ContractRenewed { ends_on: day("2027-12-31"), renewals: 1, entered_on: day("2027-01-01") };
    let state = given::<Contract>([active(tacit()), vec![renewed]].concat()).state();
    let renewal = state.paper().unwrap().details.renewal;
    assert_eq!(renewal.notice_on(state.ends_on().unwrap()), Some(day("2027-12-01")));
}

#[test]
fn an_ended_term_is_said_once_and_never_early() {
    let state = running().state();
    assert_eq!(fire(&state, END, "2026-12-31T19:59:59Z"), []);
    let events = fire(&state, END, "2026-12-31T20:00:00Z");
    let state = events.into_iter().fold(state, Contract::evolve);
    assert!(state.deadlines().is_empty());
    assert_eq!(fire(&state, END, "2026-12-31T20:00:01Z"), []);
}

#[test]
fn what_is_over_waits_for_nothing() {
    let completed = running().when(ContractCommand::Complete).then_state();
    assert!(completed.deadlines().is_empty());
    assert_eq!(fire(&completed, "expiry-90", "2026-10-02T05:00:00Z"), []);
    let terminated = running().when(ContractCommand::Terminate { reason: "Breach".into() }).then_state();
    assert!(terminated.deadlines().is_empty());
    let paused = running().when(ContractCommand::Suspend { reason: "Flood".into() }).then_state();
    assert_eq!(timers(&paused).len(), 5);
}

#[test]
fn what_is_so_already_is_no_event() {
    running().when(ContractCommand::Activate).then_nothing();
    running().when(ContractCommand::Resume).then_nothing();
    running().when(ContractCommand::Uncover(vec!["DEV-000009".into()])).then_nothing();
    given::<Contract>(agreed(details())).when(ContractCommand::Agree).then_nothing();
    let draft = agreed(details())[..1].to_vec();
    given::<Contract>(draft).when(ContractCommand::Edit(drafting(details()))).then_nothing();
}

#[test]
fn a_covered_device_has_a_name_and_is_found_by_any() {
    let device = CoveredDevice {
        id: Some(Uuid::from_u128(3)),
        number: Some("DEV-000123".into()),
        inventory_number: None,
        serial: None,
        from: None,
        until: None,
    };
    let state = running().when(ContractCommand::Cover(vec![device.clone()])).then_state();
    assert!(state.covers()[0].is_called("dev-000123") && state.covers()[0].is_called(&Uuid::from_u128(3).to_string()));
    let events =
        [active(details()), vec![ContractEvent::ContractDevicesCovered { devices: vec![device.clone()] }]].concat();
    given::<Contract>(events.clone()).when(ContractCommand::Cover(vec![device.clone()])).then_nothing();
    let state = given::<Contract>(events).when(ContractCommand::Uncover(vec!["DEV-000123".into()])).then_state();
    assert!(state.covers().is_empty());
    let nameless = CoveredDevice { id: None, number: None, ..device };
    running().when(ContractCommand::Cover(vec![nameless])).refused("device-without-name");
}
