//! Units, positions and people by what requests and files call them.
//!
//! Identity asks its own rows: its copy of the directory follows them with a delay.

use event_store::row::column;
use event_store::{Entity, Failure, Record, Row, RowChange, Store};
use kernel::id::Id;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use service::web::{Caller, Visible};
use uuid::Uuid;

use super::domain::{Employee, EmployeeId, ManagerFacts, Place, Placement, PositionFacts, UnitFacts, under_one_roof};
use super::named::{Found, Named};
use crate::organisation::{OrgUnit, Position};

/// Looks things up for somebody who may see `visible`.
#[derive(Clone, Copy)]
pub struct Lookup<'a> {
    pub store: &'a Store,
    pub visible: &'a Visible,
}

impl<'a> Lookup<'a> {
    pub fn of(caller: &'a Caller, store: &'a Store) -> Self {
        Self { store, visible: &caller.visible }
    }

    /// The place that is `named`; what is not named stays as it was `before`.
    pub async fn place(&self, named: Named<'_>, before: Option<&Placement>) -> Result<Place, Failure> {
        let found = Found {
            unit: match named.org_unit {
                Some(text) => self.unit(text).await?,
                None => None,
            },
            position: match named.position {
                Some(text) => self.position(text).await?,
                None => None,
            },
            manager: match named.manager {
                Some(text) => self.manager(text).await?,
                None => None,
            },
        };
        Ok(named.place(found, before).map_err(under_one_roof)?)
    }

    async fn unit(&self, text: &str) -> Result<Option<UnitFacts>, Failure> {
        let found = self.named::<OrgUnit>(text, &["number", "code"]).await?;
        let open = |unit: &OrgUnit| matches!(unit, OrgUnit::Open(_));
        Ok(found.map(|unit| UnitFacts { id: unit.uuid(), is_open: open(&unit.state) }))
    }

    async fn position(&self, text: &str) -> Result<Option<PositionFacts>, Failure> {
        let found = self.named::<Position>(text, &["number"]).await?;
        Ok(found.and_then(|position| {
            let org_unit_id = position.state.details()?.org_unit_id;
            Some(PositionFacts {
                id: position.uuid(),
                org_unit_id,
                is_open: matches!(position.state, Position::Open(_)),
            })
        }))
    }

    async fn manager(&self, text: &str) -> Result<Option<ManagerFacts>, Failure> {
        let found = match self.named::<Employee>(text, &["number"]).await? {
            Some(found) => Some(found),
            None => self.with_hr_number(text).await?.filter(|found| self.sees(found)),
        };
        let Some(manager) = found else { return Ok(None) };
        let line = line_of(self.store, manager.id).await?;
        Ok(Some(ManagerFacts { id: manager.uuid(), has_left: manager.state.has_left(), line }))
    }

    /// The employee with this HR number, whoever asks.
    pub async fn with_hr_number(&self, hr_number: &str) -> Result<Option<Entity<Employee>>, Failure> {
        match id_where::<Employee>(self.store, "hr_number", hr_number).await? {
            Some(id) => self.store.load(id).await,
            None => Ok(None),
        }
    }

    async fn named<A: Record>(&self, text: &str, columns: &[&str]) -> Result<Option<Entity<A>>, Failure> {
        let mut id = text.parse::<Uuid>().ok().map(A::Id::from);
        for column in columns {
            if id.is_none() {
                id = id_where::<A>(self.store, column, &text.to_uppercase()).await?;
            }
        }
        let Some(id) = id else { return Ok(None) };
        Ok(self.store.load::<A>(id).await?.filter(|found| self.sees(found)))
    }

    fn sees<A: Record>(&self, entity: &Entity<A>) -> bool {
        self.visible.shows(&RowChange::put(<A::Row>::from(entity)))
    }
}

async fn id_where<A: Record>(store: &Store, name: &str, text: &str) -> Result<Option<A::Id>, Failure> {
    let (Some(id), Some(column)) = (column::<A::Row>("id"), column::<A::Row>(name)) else { return Ok(None) };
    let found = <<A::Row as Row>::Table as EntityTrait>::find().select_only().column(id).filter(column.eq(text));
    let found: Option<Uuid> = found.into_tuple().one(&store.database().reader).await?;
    Ok(found.map(A::Id::from))
}

/// The employee, and everybody above.
async fn line_of(store: &Store, from: EmployeeId) -> Result<Vec<Uuid>, Failure> {
    let mut line = vec![];
    let mut next = Some(from.uuid());
    while let Some(id) = next.filter(|id| !line.contains(id)) {
        line.push(id);
        let above = store.load::<Employee>(id.into()).await?;
        next = above.and_then(|employee| employee.state.employment()?.placement.manager_id);
    }
    Ok(line)
}
