//! Units, positions and people by what requests and files call them.
//!
//! Identity asks its own rows: its copy of the directory follows them with a delay.

use event_store::row::column;
use event_store::{Entity, Failure, Record, Row, RowChange, Store};
use kernel::Fault;
use kernel::id::Id;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use service::web::{Caller, Reference, Visible};
use uuid::Uuid;

use super::domain::{Employee, EmployeeId, ManagerFacts, Place, Placement, PositionFacts, UnitFacts, under_one_roof};
use super::import::required;
use crate::organisation::{OrgUnit, Position};

/// What a request or a row says of somebody's place.
#[derive(Clone, Copy, Debug, Default)]
pub struct Named<'a> {
    /// Id, number or code.
    pub org_unit: Option<&'a str>,
    /// Id or number.
    pub position: Option<&'a str>,
    /// Id, number or HR number.
    pub manager: Option<&'a str>,
}

impl<'a> Named<'a> {
    pub fn by(org_unit: &'a Reference, position: Option<&'a Reference>, manager: Option<&'a Reference>) -> Self {
        let text = |reference: &'a Reference| reference.0.as_str();
        Self { org_unit: Some(text(org_unit)), position: position.map(text), manager: manager.map(text) }
    }
}

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
        let mut faults = vec![];
        let kept = before.map(Place::kept);
        let unit = match named.org_unit {
            Some(text) => noted(self.unit(text).await?.ok_or_else(|| Reference::unknown("/org_unit")), &mut faults),
            None => {
                noted(kept.as_ref().map(|kept| kept.unit.clone()).ok_or_else(|| required("/org_unit")), &mut faults)
            }
        };
        let moves = unit.as_ref().map(|unit| unit.id) != before.map(|before| before.org_unit_id);
        let position = match named.position {
            Some(text) => noted(self.position(text).await?.ok_or_else(|| Reference::unknown("/position")), &mut faults),
            // A position stays behind with its unit.
            None => kept.as_ref().and_then(|kept| kept.position.clone()).filter(|_| !moves),
        };
        let manager = match named.manager {
            Some(text) => noted(self.manager(text).await?.ok_or_else(|| Reference::unknown("/manager")), &mut faults),
            None => kept.and_then(|kept| kept.manager),
        };
        match unit {
            Some(unit) if faults.is_empty() => Ok(Place { unit, position, manager }),
            _ => Err(under_one_roof(faults).into()),
        }
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

fn noted<T>(found: Result<T, Fault>, faults: &mut Vec<Fault>) -> Option<T> {
    found.map_err(|fault| faults.push(fault)).ok()
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
