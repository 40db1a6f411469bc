use event_store::{Actor, Sealed};
use kernel::Localized;
use testkit::{Given, given, given_nothing};

use super::*;

fn id() -> VendorId {
    Uuid::from_u128(1).into()
}

fn company() -> VendorDetails {
    VendorDetails {
        kind: VendorKind::LegalPerson,
        identification_code: "204545875".into(),
        name: Localized::new("შპს ქსელი", "Kseli LLC"),
        address: None,
        website: None,
        vat_payer: true,
    }
}

fn register(kind: VendorKind, code: &str) -> VendorCommand {
    let details = VendorDetails { kind, identification_code: code.into(), ..company() };
    VendorCommand::Register { id: id(), details: Box::new(details) }
}

fn registered() -> VendorEvent {
    VendorEvent::VendorRegistered { id: id(), profile: Box::new(VendorProfile::of(company(), id().into())) }
}

fn vendor() -> Given<Vendor> {
    given([registered()])
}

fn until(day: &str) -> Blacklisting {
    Blacklisting { reason: "Late".into(), until: Some(day.parse().unwrap()) }
}

fn contact(name: &str) -> Contact {
    let person = Person { name: name.into(), phone: None, email: None };
    Contact { id: Uuid::from_u128(9), role: None, person: Sealed::new(Uuid::from_u128(9), person) }
}

#[test]
fn legal_persons_have_nine_digits_and_entrepreneurs_eleven() {
    use VendorKind::{Foreign, IndividualEntrepreneur, LegalPerson};
    for (kind, code) in [(LegalPerson, "204545875"), (IndividualEntrepreneur, "01019012345"), (Foreign, "DE129273398")]
    {
        given_nothing::<Vendor>().when(register(kind, code)).then_state();
    }
    let wrong = [(LegalPerson, "01019012345"), (LegalPerson, "20454587A"), (IndividualEntrepreneur, "204545875")];
    for (kind, code) in wrong {
        given_nothing::<Vendor>().when(register(kind, code)).refused("identification-code-invalid");
    }
}

#[test]
fn an_entrepreneurs_code_is_a_personal_number_and_sealed() {
    let person =
        given_nothing::<Vendor>().when(register(VendorKind::IndividualEntrepreneur, "01019012345")).then_state();
    let record = person.record().unwrap();
    assert!(matches!(record.profile.identification_code, IdentificationCode::Personal(_)));
    assert_eq!(person.details().unwrap().identification_code, "01019012345");
    assert!(!format!("{:?}", record.profile).contains("01019012345"));
}

#[test]
fn an_edit_that_changes_nothing_is_no_event() {
    vendor().when(VendorCommand::Edit(Box::new(company()))).then_nothing();
    let code = VendorDetails { identification_code: "1".into(), ..company() };
    vendor().when(VendorCommand::Edit(Box::new(code))).refused("identification-code-invalid");
}

#[test]
fn a_contact_is_kept_once_and_removed_once() {
    let state = vendor().when(VendorCommand::AddContact(contact("ნინო"))).then_state();
    assert_eq!(state.record().unwrap().contacts.len(), 1);
    let known = || given::<Vendor>([registered(), VendorEvent::VendorContactAdded(contact("ნინო"))]);
    known().when(VendorCommand::AddContact(contact("ნინო"))).then_nothing();
    known().when(VendorCommand::RemoveContact { contact_id: Uuid::from_u128(9) }).then_state();
    known().when(VendorCommand::RemoveContact { contact_id: Uuid::from_u128(8) }).refused("vendor-contact-unknown");
}

#[test]
fn a_blacklisted_vendor_is_barred_through_the_last_day() {
    let state = vendor().when(VendorCommand::Blacklist(until("2026-04-30"))).then_state();
    assert!(state.is_barred("2026-04-30".parse().unwrap()));
    assert!(!state.is_barred("2026-05-01".parse().unwrap()));
    assert_eq!(state.deadlines(), [Deadline::new(END_OF_BLACKLISTING, "2026-04-30T20:00:00Z".parse().unwrap())]);
    vendor().when(VendorCommand::Blacklist(until("2026-03-01"))).refused("blacklisting-in-the-past");
}

#[test]
fn a_blacklisting_ends_by_itself_and_not_before() {
    let state = vendor().when(VendorCommand::Blacklist(until("2026-04-30"))).then_state();
    let decide = |at: &str| {
        let context = Context::new(at.parse().unwrap(), Actor::system("timer"));
        state.decide(state.on_deadline(END_OF_BLACKLISTING).unwrap(), &context).unwrap()
    };
    assert_eq!(decide("2026-04-30T19:59:59Z"), []);
    assert_eq!(decide("2026-04-30T20:00:00Z"), [VendorEvent::VendorBlacklistingEnded {}]);
    assert!(state.evolve(VendorEvent::VendorBlacklistingEnded {}).deadlines().is_empty());
}

#[test]
fn a_blacklisting_without_end_is_lifted_by_hand() {
    let forever = Blacklisting { reason: "Fraud".into(), until: None };
    let state = vendor().when(VendorCommand::Blacklist(forever)).then_state();
    assert!(state.is_barred("2099-01-01".parse().unwrap()) && state.deadlines().is_empty());
    vendor().when(VendorCommand::Lift).then_nothing();
}
