//! Everybody and everything that HR's file can speak of, as known at one moment.

use std::collections::HashMap;

use chrono::Duration;
use event_store::{Entity, Failure, Store};
use sea_orm::EntityTrait;
use uuid::Uuid;

use crate::employees::{Employee, EmployeeId, PositionFacts, UnitFacts};
use crate::organisation::{OrgUnitRow, OrganisationStatus, PositionRow, position_row, unit_row};

#[derive(Default)]
pub struct Staff {
    people: Vec<Entity<Employee>>,
    by_id: HashMap<EmployeeId, usize>,
    by_hr_number: HashMap<String, EmployeeId>,
    by_personal_number: HashMap<String, EmployeeId>,
    by_number: HashMap<String, EmployeeId>,
    units: HashMap<String, UnitFacts>,
    positions: HashMap<String, PositionFacts>,
}

impl Staff {
    pub async fn load(store: &Store) -> Result<Self, Failure> {
        let rows = &store.database().reader;
        // The clock of another replica may be ahead of this one's.
        let people = store.fold_until::<Employee>(store.clock().now() + Duration::hours(1)).await?;
        let mut people: Vec<_> = people.into_values().collect();
        people.sort_by(|one, other| one.number.cmp(&other.number));
        let (units, positions) =
            (unit_row::Entity::find().all(rows).await?, position_row::Entity::find().all(rows).await?);
        Ok(Self::of(people, &units, &positions))
    }

    pub fn of(people: Vec<Entity<Employee>>, units: &[OrgUnitRow], positions: &[PositionRow]) -> Self {
        let mut staff = Self::default();
        for (index, entity) in people.iter().enumerate() {
            staff.by_id.insert(entity.id, index);
            staff.by_number.insert(entity.number.clone(), entity.id);
            let Some(employment) = entity.state.employment() else { continue };
            staff.by_hr_number.insert(employment.person.hr_number.clone(), entity.id);
            let number = employment.person.personal_number.open();
            staff.by_personal_number.extend(number.map(|number| (number.as_str().to_owned(), entity.id)));
        }
        for unit in units {
            let facts = UnitFacts { id: unit.id.0, is_open: unit.status == OrganisationStatus::Open };
            let names = [unit.id.to_string(), unit.number.clone(), unit.code.clone()];
            staff.units.extend(names.map(|name| (name.to_uppercase(), facts.clone())));
        }
        for position in positions {
            let is_open = position.status == OrganisationStatus::Open;
            let facts =
                PositionFacts { id: position.id.0, org_unit_id: position.org_unit_id.unwrap_or_default(), is_open };
            let names = [position.id.to_string(), position.number.clone()];
            staff.positions.extend(names.map(|name| (name.to_uppercase(), facts.clone())));
        }
        staff.people = people;
        staff
    }

    pub fn people(&self) -> &[Entity<Employee>] {
        &self.people
    }

    pub fn get(&self, id: EmployeeId) -> Option<&Entity<Employee>> {
        self.by_id.get(&id).map(|index| &self.people[*index])
    }

    pub fn with_hr_number(&self, hr_number: &str) -> Option<&Entity<Employee>> {
        self.get(*self.by_hr_number.get(hr_number)?)
    }

    pub fn with_personal_number(&self, number: &str) -> Option<EmployeeId> {
        self.by_personal_number.get(number).copied()
    }

    /// Somebody known by id, number or HR number.
    pub fn named(&self, text: &str) -> Option<&Entity<Employee>> {
        let by_id = text.parse::<Uuid>().ok().map(EmployeeId);
        let id = by_id.or_else(|| self.by_number.get(&text.to_uppercase()).copied());
        id.and_then(|id| self.get(id)).or_else(|| self.with_hr_number(text))
    }

    pub fn unit(&self, text: &str) -> Option<UnitFacts> {
        self.units.get(&text.to_uppercase()).cloned()
    }

    pub fn position(&self, text: &str) -> Option<PositionFacts> {
        self.positions.get(&text.to_uppercase()).cloned()
    }

    pub fn manager_of(&self, id: EmployeeId) -> Option<EmployeeId> {
        let manager = self.get(id)?.state.employment()?.placement.manager_id;
        manager.map(EmployeeId)
    }

    /// People in service: who started and has not left.
    pub fn in_service(&self) -> impl Iterator<Item = &Entity<Employee>> {
        self.people.iter().filter(|entity| match entity.state {
            Employee::Active(_) | Employee::OnLeave { .. } | Employee::Suspended { .. } => true,
            Employee::Unknown | Employee::Joiner(_) | Employee::Left { .. } => false,
        })
    }
}
