use chrono::{DateTime, Duration, Utc};
use event_store::{Actor, Context, Expect};
use incidents::desk::domain::ticket::{NewTicket, Text, Ticket, TicketCommand, TicketEvent, TicketId};
use incidents::desk::words::{Category, Channel, TicketKind};
use incidents::policy::terms::PolicyInForce;
use incidents::policy::words::{Goal, Level};
use kernel::clock::ControlledClock;
use kernel::id::Id;
use serde_json::{Value, json};
use service::{Platform, Running, Settings};
use testkit::{TestData, TestService, eventually};

use crate::house::{NINO, UNIT, act, desk, fixed, house, path, reported};

/// Tokens live ten minutes, so each look needs a caller of its own.
async fn now(house: &TestService, ticket: &Value) -> Value {
    desk(house).get(&format!("/v1/tickets/{}", ticket["id"].as_str().unwrap())).expect(200).await
}

fn advance_to(clock: &ControlledClock, moment: DateTime<Utc>) {
    clock.advance(moment - clock.now() + Duration::seconds(1));
}

fn instant(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unanswered_ticket_is_escalated_and_then_missed_once_each() {
    let house = house().await;
    let ticket = reported(&house).await;
    advance_to(&house.clock, instant(&ticket["response_due_at"]));
    eventually("the response is missed and escalated", async || {
        let ticket = now(&house, &ticket).await;
        (ticket["response_missed"] == true && ticket["escalated"] == true).then_some(())
    })
    .await;
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    let history = desk(&house).get(&path(&ticket, "history")).expect(200).await;
    let mut kinds: Vec<_> = history["items"].as_array().unwrap().iter().map(|item| item["type"].to_string()).collect();
    kinds.sort();
    let expected = ["ticket.escalated.v1", "ticket.escalated.v1", "ticket.reported.v1", "ticket.response_missed.v1"];
    assert_eq!(kinds, expected.map(|kind| json!(kind).to_string()));
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_solved_ticket_closes_by_itself_after_the_days_of_the_policy() {
    let house = house().await;
    let ticket = reported(&house).await;
    act(&desk(&house), &ticket, "resolve", fixed()).await;
    house.clock.advance(Duration::days(5) + Duration::minutes(1));
    let closed = eventually("it closes", async || {
        let ticket = now(&house, &ticket).await;
        (ticket["status"] == "closed").then_some(ticket)
    });
    assert_eq!(closed.await["closed_because"], "lapsed");
    house.stop().await;
}

async fn start(data: &TestData, clock: &ControlledClock) -> (Platform, Running) {
    let settings = Settings { data: data.0.clone(), workers: 1, ..Settings::default() };
    let platform = Platform::open(settings, clock.clock()).unwrap();
    let mut running = platform.start(vec![incidents::service()], |_| "127.0.0.1:0".into()).await.unwrap();
    (platform, running.remove(0))
}

fn report(id: TicketId) -> TicketCommand {
    TicketCommand::Report(Box::new(NewTicket {
        id: id.into(),
        kind: TicketKind::Incident,
        channel: Channel::Phone,
        requester: NINO,
        org_unit: Some(UNIT),
        text: Text {
            title: "ქსელი არ მუშაობს".into(),
            description: String::new(),
            category: Category::Network,
            reported_for: None,
            affected_devices: vec![],
            affected_systems: vec![],
        },
        impact: Level::High,
        urgency: Level::High,
        queue: None,
        source: None,
        due_at: None,
        policy: PolicyInForce::built_in(),
    }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_that_falls_into_an_outage_is_kept_afterwards() {
    let (data, clock, id) = (TestData::new(), ControlledClock::from_now(), TicketId::generate());
    let (platform, running) = start(&data, &clock).await;
    let context = Context::new(clock.now(), Actor::system("test"));
    let ticket = running.store.execute::<Ticket>(id, Expect::Nothing, report(id), &context, None).await.unwrap();
    running.kill().await;
    drop(platform);
    let due = ticket.state.case().unwrap().due(Goal::Response).unwrap();
    advance_to(&clock, due);

    let (_platform, running) = start(&data, &clock).await;
    let ticket = eventually("the response is missed", async || {
        let ticket = running.store.load::<Ticket>(id).await.unwrap()?;
        ticket.state.case()?.missed_at(Goal::Response).is_some().then_some(ticket)
    });
    assert_eq!(ticket.await.state.case().unwrap().missed_at(Goal::Response), Some(due));
    let missed = running.store.stream(id.into()).await.unwrap();
    let missed = missed.iter().filter(|event| {
        matches!(event_store::decode::<TicketEvent>(event), Ok(TicketEvent::TicketResponseMissed { .. }))
    });
    assert_eq!(missed.count(), 1);
    running.stop().await;
}
