//! With services that tell what assets and identity would tell.

use event_store::{Actor, Aggregate, Context, DomainEvent, Entity, Expect, Record, Row, Series, Store};
use incidents::desk::domain::queue::{Queue, QueueCommand, QueueDetails, QueueId};
use incidents::desk::domain::ticket::{Case, Ticket, TicketId};
use incidents::desk::words::{TicketKind, TicketStatus};
use kernel::Fault;
use kernel::clock::ControlledClock;
use kernel::id::Id;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use service::{Capability, Platform, Running, Service, Settings};
use testkit::{TestData, eventually};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::house::{GIORGI, NINO, UNIT, hire};

kernel::ids! { ThingId }

/// Something elsewhere that just tells what it is told to tell.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Thing;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
enum ThingEvent {
    #[serde(rename = "return_request.raised.v1")]
    Raised(Value),
    #[serde(rename = "return_request.completed.v1")]
    Completed(Value),
    #[serde(rename = "employee.left.v1")]
    Left(Value),
}

impl DomainEvent for ThingEvent {}

impl Aggregate for Thing {
    const KIND: &'static str = "thing";
    const SERIES: Series = Series::Running("RET");
    type Id = ThingId;
    type Command = ThingEvent;
    type Event = ThingEvent;
    type Refusal = Fault;

    fn decide(&self, command: ThingEvent, _: &Context) -> Result<Vec<ThingEvent>, Fault> {
        Ok(vec![command])
    }

    fn evolve(self, _: ThingEvent) -> Self {
        self
    }
}

mod row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, ToSchema)]
    #[sea_orm(table_name = "things")]
    #[schema(as = Thing)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ThingId,
        pub number: String,
        pub version: i64,
        pub created_at: chrono::DateTime<chrono::Utc>,
        pub updated_at: chrono::DateTime<chrono::Utc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

impl Row for row::Model {
    type Table = row::Entity;
    type Active = row::ActiveModel;
}

impl Record for Thing {
    type Row = row::Model;
}

impl From<&Entity<Thing>> for row::Model {
    fn from(entity: &Entity<Thing>) -> Self {
        let Entity { id, number, version, created_at, updated_at, .. } = entity.clone();
        Self { id, number, version, created_at, updated_at }
    }
}

struct House {
    incidents: Store,
    assets: Store,
    identity: Store,
    running: Vec<Running>,
    _platform: Platform,
    _data: TestData,
}

impl House {
    async fn open() -> Self {
        let teller = |name| Service::new(name).capability(Capability::new("things").aggregate::<Thing>());
        let (data, clock) = (TestData::new(), ControlledClock::from_now());
        let settings = Settings { data: data.0.clone(), workers: 1, ..Settings::default() };
        let platform = Platform::open(settings, clock.clock()).unwrap();
        let services = vec![incidents::service(), teller("assets"), teller("identity")];
        let running = platform.start(services, |_| "127.0.0.1:0".into()).await.unwrap();
        let store = |name: &str| running.iter().find(|one| one.name == name).unwrap().store.clone();
        let (incidents, assets, identity) = (store("incidents"), store("assets"), store("identity"));
        hire(&incidents, NINO, "EMP-000041", true).await;
        Self { incidents, assets, identity, running, _platform: platform, _data: data }
    }

    async fn close(self) {
        for service in self.running {
            service.stop().await;
        }
    }

    async fn task(&self, what: &str, expected: impl Fn(&Case) -> bool) -> Entity<Ticket> {
        let id = TicketId::from(kernel::id::derived(request().into(), "return-task"));
        eventually(what, async || {
            let ticket = self.incidents.load::<Ticket>(id).await.unwrap()?;
            ticket.state.case().is_some_and(&expected).then_some(ticket)
        })
        .await
    }

    async fn raise_and_await_task(&self) -> Entity<Ticket> {
        tell(&self.assets, request(), ThingEvent::Raised(raised())).await;
        self.task("a task for the desk", |_| true).await
    }
}

async fn tell(store: &Store, id: ThingId, event: ThingEvent) {
    let expect = if store.load::<Thing>(id).await.unwrap().is_some() { Expect::Something } else { Expect::Nothing };
    let context = Context::new(store.clock().now(), Actor::system("test"));
    store.execute::<Thing>(id, expect, event, &context, None).await.unwrap();
}

fn request() -> ThingId {
    Uuid::from_u128(0x91).into()
}

fn raised() -> Value {
    json!({
        "employee_id": NINO,
        "employee_number": "EMP-000041",
        "org_unit_id": UNIT,
        "left_on": "2026-11-30",
        "devices": [{
            "id": Uuid::from_u128(0x81), "number": "DEV-000123", "inventory_number": "70012", "name": "HP EliteBook 840",
        }],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_request_becomes_a_task_of_technical_support_and_ends_with_it() {
    let house = House::open().await;
    let task = house.raise_and_await_task().await;
    let case = task.state.case().unwrap();
    assert_eq!((case.kind, case.requester.employee_id), (TicketKind::Task, NINO));
    assert_eq!(case.queue.as_ref().map(|queue| queue.code.as_str()), Some("technical-support"));
    assert_eq!(case.source.as_ref().and_then(|source| source.number.as_deref()), Some("RET-000001"));
    assert_eq!(case.details.affected_devices[0].reference, "DEV-000123");
    let calendar = &case.policy.terms.calendar;
    assert_eq!(case.clocks.fixed_due, Some(calendar.closing(task.created_at, 3)));

    tell(
        &house.assets,
        request(),
        ThingEvent::Completed(json!({ "employee_id": NINO, "employee_number": "EMP-000041" })),
    )
    .await;
    house.task("the task is resolved", |case| case.status() == TicketStatus::Resolved).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_left_is_flagged_on_open_tickets_and_leaves_the_queues() {
    let house = House::open().await;
    house.raise_and_await_task().await;
    let (queue, context) = (QueueId::generate(), Context::new(house.incidents.clock().now(), Actor::system("test")));
    let network =
        QueueDetails {
            code: "network".into(), name: kernel::Localized::new("ქსელი", "Network"), unit_id: None
        };
    for (expect, command) in [
        (Expect::Nothing, QueueCommand::Open(network)),
        (Expect::Something, QueueCommand::AddMember(NINO)),
        (Expect::Something, QueueCommand::AddMember(GIORGI)),
    ] {
        house.incidents.execute::<Queue>(queue, expect, command, &context, None).await.unwrap();
    }

    tell(&house.identity, NINO.into(), ThingEvent::Left(json!({ "left_on": "2026-11-30", "org_unit_id": UNIT }))).await;
    house.task("the task is flagged", |case| case.requester.left_on.is_some()).await;
    eventually("Nino is out of the queue, Giorgi is not", async || {
        let queue = house.incidents.load::<Queue>(queue).await.unwrap()?.state;
        (!queue.has(NINO) && queue.has(GIORGI)).then_some(())
    })
    .await;
    house.close().await;
}
