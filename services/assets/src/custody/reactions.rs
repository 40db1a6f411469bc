//! Who leaves must bring back what he holds; what comes back is noted.

use event_store::{Expect, Failure, Store, Unit};
use events::assets::HandoverAccepted;
use events::identity::{EmployeeLeft, EmployeeMoved};
use kernel::id::derived;
use messaging::{Reaction, Received};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::domain::{Demand, Outstanding, ReturnRequest, ReturnRequestCommand, ReturnRequestId};
use super::holdings::held_by;
use super::view::{ReturnRequestStatus, return_request_row as row};
use crate::register::{Device, DeviceCommand, DeviceRow};

pub fn all() -> Vec<Reaction> {
    vec![
        Reaction::on("demand-return", demand_return),
        Reaction::on("note-returned", note_returned),
        Reaction::on("follow-holder", follow_holder),
    ]
}

/// A leaver who holds nothing is asked for nothing, and nobody is asked twice for the same leaving.
async fn demand_return(left: EmployeeLeft, received: Received) -> Result<Unit, Failure> {
    let Received { store, context, event_id, subject: employee_id, .. } = received;
    let id = ReturnRequestId::from(derived(event_id, "return-request"));
    let held = held_by(&employee_id.to_string()).all(&store.database().reader).await?;
    if held.is_empty() || store.load::<ReturnRequest>(id).await?.is_some() {
        return Ok(Unit::new());
    }
    let raise = ReturnRequestCommand::Raise(Demand::of(employee_id, &left, held));
    Ok(Unit::new().change(store.decide::<ReturnRequest>(id, Expect::Nothing, raise, &context).await?))
}

impl Demand {
    fn of(employee_id: Uuid, left: &EmployeeLeft, held: Vec<DeviceRow>) -> Self {
        let first = held.first();
        Self {
            employee_id,
            employee_number: first.and_then(|device| device.holder_number.clone()).unwrap_or_default(),
            org_unit_id: left.org_unit_id.or(first.and_then(|device| device.org_unit_id)),
            left_on: left.left_on,
            devices: held.into_iter().map(Outstanding::from).collect(),
        }
    }
}

/// A device is back when whoever took it accepted the act.
async fn note_returned(accepted: HandoverAccepted, received: Received) -> Result<Unit, Failure> {
    let settlement = accepted.settlement;
    let Some(giver) = settlement.giver.and_then(|giver| giver.id) else { return Ok(Unit::new()) };
    let mut unit = Unit::new();
    for id in open_requests(&received.store, giver).await? {
        let device_ids = settlement.device_ids.iter().copied().map(Into::into).collect();
        let command = ReturnRequestCommand::NoteReturned { device_ids, on: settlement.on };
        let noted = received.store.decide::<ReturnRequest>(id, Expect::Something, command, &received.context).await?;
        unit = unit.change(noted);
    }
    Ok(unit)
}

/// Whoever may see an employee's unit may see what he holds.
async fn follow_holder(moved: EmployeeMoved, received: Received) -> Result<Unit, Failure> {
    let Received { store, context, subject: employee_id, .. } = received;
    let mut unit = Unit::new();
    for device in held_by(&employee_id.to_string()).all(&store.database().reader).await? {
        let command = DeviceCommand::FollowHolder { employee_id, org_unit_id: moved.org_unit_id };
        unit = unit.change(store.decide::<Device>(device.id, Expect::Something, command, &context).await?);
    }
    Ok(unit)
}

async fn open_requests(store: &Store, employee_id: Uuid) -> Result<Vec<ReturnRequestId>, Failure> {
    let open = row::Entity::find()
        .filter(row::Column::EmployeeId.eq(employee_id))
        .filter(row::Column::Status.eq(ReturnRequestStatus::Open));
    Ok(open.all(&store.database().reader).await?.into_iter().map(|request| request.id).collect())
}

impl From<DeviceRow> for Outstanding {
    fn from(device: DeviceRow) -> Self {
        Self {
            id: device.id,
            number: device.number,
            inventory_number: device.inventory_number,
            name: format!("{} {}", device.manufacturer, device.model),
            outcome: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use event_store::{Actor, Context, MIGRATIONS};
    use events::assets::{Holder, Settlement};
    use kernel::Clock;
    use kernel::id::Id;
    use messaging::CloudEvent;
    use testkit::TestDatabase;

    use super::*;
    use crate::catalogue::AttributeSchema;
    use crate::register::{Arrival, DeviceDetails, DeviceId, Handing, Holder as DeviceHolder, TypeFacts};

    const NINO: Uuid = Uuid::from_u128(10);

    struct Office {
        store: Store,
        _database: TestDatabase,
    }

    impl Office {
        async fn open() -> Self {
            let database = testkit::sqlite();
            let connection = database.connect().await;
            connection.migrate(MIGRATIONS).await.unwrap();
            let store = Store::open("assets", connection, [7; 32], Clock::system());
            store.ensure_read_model::<Device>().await.unwrap();
            store.ensure_read_model::<ReturnRequest>().await.unwrap();
            Self { store, _database: database }
        }

        fn context(&self) -> Context {
            Context::new(self.store.clock().now(), Actor::system("test"))
        }

        /// A device that Nino holds.
        async fn device_with_nino(&self) -> DeviceId {
            let (id, context) = (DeviceId::generate(), self.context());
            let register = DeviceCommand::Register {
                arrival: Arrival::InStock,
                device_type: TypeFacts::unknown(),
                details: DeviceDetails { inventory_number: Some("ს-1".into()), ..DeviceDetails::default() },
                schema: AttributeSchema::default(),
            };
            let to = DeviceHolder::Employee { id: NINO, number: "EMP-000010".into(), org_unit_id: None };
            let on = kernel::tbilisi::day(context.now);
            let handing = Handing { to, act_id: Uuid::from_u128(1).into(), on, awaits_acceptance: false };
            self.store.execute::<Device>(id, Expect::Nothing, register, &context, None).await.unwrap();
            let assign = DeviceCommand::Assign(handing);
            self.store.execute::<Device>(id, Expect::Something, assign, &context, None).await.unwrap();
            id
        }

        /// The circumstances of an event about `subject`.
        async fn received(&self, subject: Uuid) -> Received {
            let stored = self.store.tail(0, 1).await.unwrap().events.remove(0);
            let event = CloudEvent::of("identity", &stored);
            let (store, context) = (self.store.clone(), self.context());
            Received { event_id: kernel::id::random(), subject, event, store, context }
        }

        async fn leave(&self, employee: Uuid) {
            let left = EmployeeLeft { left_on: "2026-03-01".parse().unwrap(), org_unit_id: None };
            let unit = demand_return(left, self.received(employee).await).await.unwrap();
            self.store.commit(unit).await.unwrap();
        }

        async fn requests(&self) -> Vec<super::super::ReturnRequestRow> {
            row::Entity::find().all(&self.store.database().reader).await.unwrap()
        }
    }

    #[tokio::test]
    async fn a_leaver_is_asked_for_what_he_holds_until_it_is_back() {
        let office = Office::open().await;
        let device = office.device_with_nino().await;
        office.leave(NINO).await;
        let request = office.requests().await.remove(0);
        assert_eq!((request.status, request.outstanding), (ReturnRequestStatus::Open, 1));
        assert_eq!(request.employee_number, "EMP-000010");

        let settlement = Settlement {
            kind: "return".into(),
            giver: Some(Holder { kind: "employee".into(), id: Some(NINO) }),
            receiver: None,
            device_ids: vec![device.into()],
            on: "2026-03-02".parse().unwrap(),
        };
        let accepted = HandoverAccepted { settlement };
        let unit = note_returned(accepted, office.received(Uuid::nil()).await).await.unwrap();
        office.store.commit(unit).await.unwrap();
        assert_eq!(office.requests().await.remove(0).status, ReturnRequestStatus::Done);
    }

    #[tokio::test]
    async fn devices_move_with_their_holder() {
        let office = Office::open().await;
        let device = office.device_with_nino().await;
        let moved = EmployeeMoved { org_unit_id: Some(Uuid::from_u128(200)) };
        let unit = follow_holder(moved, office.received(NINO).await).await.unwrap();
        office.store.commit(unit).await.unwrap();
        let device = office.store.load::<Device>(device).await.unwrap().unwrap();
        assert_eq!(DeviceRow::from(&device).org_unit_id, Some(Uuid::from_u128(200)));
    }

    #[tokio::test]
    async fn a_leaver_who_holds_nothing_is_asked_for_nothing() {
        let office = Office::open().await;
        office.device_with_nino().await;
        office.leave(Uuid::from_u128(99)).await;
        assert!(office.requests().await.is_empty());
    }
}
