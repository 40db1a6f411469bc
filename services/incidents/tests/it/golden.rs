use incidents::desk::domain::queue::QueueEvent;
use incidents::desk::domain::ticket::TicketEvent;
use incidents::policy::domain::PolicyEvent;
use testkit::golden::check;

const FOLDER: &str = "tests/golden";

#[test]
fn every_released_event_of_a_ticket_still_reads() {
    check::<TicketEvent>(FOLDER, "ticket");
}

#[test]
fn every_released_event_of_a_queue_still_reads() {
    check::<QueueEvent>(FOLDER, "queue");
}

#[test]
fn every_released_event_of_a_policy_still_reads() {
    check::<PolicyEvent>(FOLDER, "policy");
}

#[test]
fn what_others_read_of_our_events_is_there() {
    fn reads<E: events::Published>() {
        let path = format!("{FOLDER}/{}.json", E::NAME);
        let text = std::fs::read_to_string(path).unwrap();
        assert!(serde_json::from_str::<E>(&text).is_ok(), "{}", E::NAME);
    }
    reads::<events::incidents::TicketReported>();
    reads::<events::incidents::TicketResolved>();
    reads::<events::incidents::TicketClosed>();
    reads::<events::incidents::TicketResolutionMissed>();
    reads::<events::incidents::PolicyPutInForce>();
}
