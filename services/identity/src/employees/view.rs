//! Rows of employees, as functions of state.

use chrono::{DateTime, NaiveDate, Utc};
use event_store::{Entity, Record, Row, Sealed, Unique};
use kernel::person::PersonalNumber;
use kernel::text::searchable;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::domain::{Employee, EmployeeId, Person, UNSAID};

pub mod row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, ToSchema)]
    #[sea_orm(table_name = "employees")]
    #[schema(as = Employee)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: EmployeeId,
        #[schema(example = "EMP-000123")]
        pub number: String,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
        pub status: EmployeeStatus,
        #[schema(example = "10245")]
        pub hr_number: String,
        #[schema(example = "ნინო")]
        pub first_name: String,
        #[schema(example = "ბერიძე")]
        pub last_name: String,
        #[schema(example = "Nino")]
        pub first_name_latin: String,
        #[schema(example = "Beridze")]
        pub last_name_latin: String,
        /// Its last four digits.
        #[schema(example = "*******2345")]
        pub personal_number: Option<String>,
        /// The number itself, so that no two people share it.
        #[serde(skip)]
        pub personal_number_key: Option<String>,
        #[schema(example = "n.beridze@moh.gov.ge")]
        pub email: Option<String>,
        #[schema(example = "+995599123456")]
        pub phone: Option<String>,
        pub position_id: Option<Uuid>,
        pub org_unit_id: Option<Uuid>,
        pub manager_id: Option<Uuid>,
        pub starts_on: NaiveDate,
        /// The announced day of departure.
        pub leaves_on: Option<NaiveDate>,
        pub left_on: Option<NaiveDate>,
        /// The employee: their record is their own.
        pub owner_id: Option<Uuid>,
        #[serde(skip)]
        pub search: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
pub use row::Model as EmployeeRow;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum EmployeeStatus {
    Joiner,
    Active,
    OnLeave,
    Suspended,
    Left,
}

impl Row for EmployeeRow {
    type Table = row::Entity;
    type Active = row::ActiveModel;
    const UNIQUE: &'static [Unique] = &[
        Unique {
            columns: &["hr_number"],
            code: "hr-number-taken",
            en: "Another employee has this HR number.",
            ka: "ეს საკადრო ნომერი სხვა თანამშრომელს აქვს.",
        },
        Unique {
            columns: &["personal_number_key"],
            code: "personal-number-taken",
            en: "Another employee has this personal number.",
            ka: "ეს პირადი ნომერი სხვა თანამშრომელს აქვს.",
        },
    ];
    const INDEXES: &'static [&'static [&'static str]] =
        &[&["status"], &["org_unit_id"], &["position_id"], &["manager_id"], &["last_name"], &["email"]];
}

impl Record for Employee {
    type Row = EmployeeRow;
}

impl From<&Employee> for EmployeeStatus {
    fn from(employee: &Employee) -> Self {
        match employee {
            Employee::Unknown | Employee::Joiner(_) => Self::Joiner,
            Employee::Active(_) => Self::Active,
            Employee::OnLeave { .. } => Self::OnLeave,
            Employee::Suspended { .. } => Self::Suspended,
            Employee::Left { .. } => Self::Left,
        }
    }
}

impl From<&Entity<Employee>> for EmployeeRow {
    fn from(entity: &Entity<Employee>) -> Self {
        let employment = entity.state.employment();
        let person = employment.map(|employment| &employment.person);
        let placement = employment.map(|employment| &employment.placement);
        let name =
            |of: fn(&Person) -> &Sealed<String>| person.map_or_else(|| UNSAID.to_owned(), |person| shown(of(person)));
        let personal_number = person.and_then(|person| person.personal_number.open());
        let email = person.and_then(|person| person.email.as_ref()?.open().cloned());
        Self {
            id: entity.id,
            number: entity.number.clone(),
            version: entity.version,
            created_at: entity.created_at,
            updated_at: entity.updated_at,
            status: (&entity.state).into(),
            search: search(&entity.number, person),
            hr_number: person.map(|person| person.hr_number.clone()).unwrap_or_default(),
            first_name: name(|person| &person.first_name),
            last_name: name(|person| &person.last_name),
            first_name_latin: name(|person| &person.first_name_latin),
            last_name_latin: name(|person| &person.last_name_latin),
            personal_number: personal_number.map(PersonalNumber::masked),
            personal_number_key: personal_number.map(|number| number.as_str().to_owned()),
            email,
            phone: person.and_then(|person| person.phone.as_ref()?.open().cloned()).map(Into::into),
            position_id: placement.and_then(|placement| placement.position_id),
            org_unit_id: placement.map(|placement| placement.org_unit_id),
            manager_id: placement.and_then(|placement| placement.manager_id),
            starts_on: person.map(|person| person.starts_on).unwrap_or_default(),
            leaves_on: employment.and_then(|employment| employment.leaves_on),
            left_on: left_on(&entity.state),
            owner_id: Some(entity.uuid()),
        }
    }
}

fn shown(name: &Sealed<String>) -> String {
    name.open().map_or(UNSAID, String::as_str).to_owned()
}

fn left_on(employee: &Employee) -> Option<NaiveDate> {
    match employee {
        Employee::Left { left_on, .. } => Some(*left_on),
        Employee::Unknown
        | Employee::Joiner(_)
        | Employee::Active(_)
        | Employee::OnLeave { .. }
        | Employee::Suspended { .. } => None,
    }
}

fn search(number: &str, person: Option<&Person>) -> String {
    let Some(person) = person else { return searchable(number) };
    let names = [&person.first_name, &person.last_name, &person.first_name_latin, &person.last_name_latin];
    let personal = names.into_iter().chain(&person.email).filter_map(Sealed::open).map(String::as_str);
    let words: Vec<&str> = [number, &person.hr_number].into_iter().chain(personal).collect();
    searchable(&words.join(" "))
}

#[cfg(test)]
mod tests {
    use event_store::Aggregate;
    use serde_json::{Value, json};

    use super::*;
    use crate::employees::EmployeeEvent;

    const REGISTERED: &str = include_str!("../../tests/golden/employee.registered.v1.json");

    fn row_after(data: &Value) -> EmployeeRow {
        let event = json!({ "type": "employee.registered.v1", "data": data });
        let event: EmployeeEvent = serde_json::from_value(event).unwrap();
        let unborn = Entity::<Employee>::unborn(EmployeeId(Uuid::from_u128(10)));
        let entity = Entity { number: "EMP-000123".into(), state: Employee::default().evolve(event), ..unborn };
        EmployeeRow::from(&entity)
    }

    #[test]
    fn the_representation_shows_no_more_of_a_personal_number_than_its_end() {
        let row = row_after(&serde_json::from_str(REGISTERED).unwrap());
        assert_eq!(row.personal_number_key.as_deref(), Some("01019012345"));
        assert_eq!(row.search, "emp-000123 10245 nino beridze nino beridze n.beridze@moh.gov.ge");
        let shown = serde_json::to_string(&row).unwrap();
        assert!(shown.contains("*******2345") && !shown.contains("01019012345"));
    }

    #[test]
    fn what_was_erased_is_gone_from_the_row() {
        let mut registered: Value = serde_json::from_str(REGISTERED).unwrap();
        let person = registered["person"].as_object_mut().unwrap();
        for member in person.values_mut().filter(|member| member.get("$sealed").is_some()) {
            *member = json!({ "$sealed": { "erased": true } });
        }
        let row = row_after(&registered);
        assert_eq!((row.first_name.as_str(), row.last_name_latin.as_str()), (UNSAID, UNSAID));
        let erased = [row.personal_number, row.personal_number_key, row.email, row.phone];
        assert_eq!(erased, [None, None, None, None]);
        assert_eq!((row.hr_number.as_str(), row.search.as_str()), ("10245", "emp-000123 10245"));
    }
}
