//! Employees from files: one row for each, known by HR's number.

use async_trait::async_trait;
use chrono::NaiveDate;
use event_store::{Entity, Failure};
use kernel::Fault;
use kernel::id::Id;
use kernel::person::{PersonalNumber, Phone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{ImportContext, ImportRow, Imported};

use super::domain::{Employee, EmployeeCommand, EmployeeDetails, EmployeeId, EmployeeRefusal, Place, under_one_roof};
use super::lookup::Lookup;
use super::named::Named;

/// An employee as a line of a table. What a line leaves out stays as it is.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmployeeImportRow {
    #[schema(min_length = 1, max_length = 32, pattern = r"^\S(.*\S)?$", example = "10245")]
    pub hr_number: String,
    /// A new employee needs it, and a name, a unit and a first day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, pattern = r"^\d{11}$", example = "01019012345")]
    pub personal_number: Option<PersonalNumber>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S(.*\S)?$", example = "ნინო")]
    pub first_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S(.*\S)?$", example = "ბერიძე")]
    pub last_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100, pattern = r"^[A-Za-z]([A-Za-z' .-]*[A-Za-z.])?$", example = "Nino")]
    pub first_name_latin: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100, pattern = r"^[A-Za-z]([A-Za-z' .-]*[A-Za-z.])?$", example = "Beridze")]
    pub last_name_latin: Option<String>,
    /// Id, number or code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 64, example = "IT-SUPPORT")]
    pub org_unit: Option<String>,
    /// Id or number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 64, example = "POS-000007")]
    pub position: Option<String>,
    /// Id, number or HR number; perhaps of somebody further down the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 64, example = "10200")]
    pub manager: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = Email, max_length = 254, example = "n.beridze@moh.gov.ge")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, pattern = r"^\+[1-9]\d{6,14}$", example = "+995599123456")]
    pub phone: Option<Phone>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_on: Option<NaiveDate>,
}

#[async_trait]
impl ImportRow for EmployeeImportRow {
    type Aggregate = Employee;

    async fn apply(self, context: &ImportContext) -> Result<Imported, Fault> {
        self.bring_in(context).await.map_err(Failure::fault)
    }
}

impl EmployeeImportRow {
    async fn bring_in(mut self, context: &ImportContext) -> Result<Imported, Failure> {
        let lookup = Lookup { store: &context.store, visible: &context.visible };
        let known = lookup.with_hr_number(&self.hr_number).await?;
        self.trust_the_file(context, &lookup).await?;
        let outcome = match &known {
            Some(known) => {
                context.upsert().apply::<Employee>(Some(known.id), self.change(known, &lookup).await?).await?
            }
            None => {
                let id = EmployeeId::generate();
                context.upsert().begin::<Employee>(id, self.register(id, &lookup).await?).await?
            }
        };
        Ok(outcome.1)
    }

    /// A dry run keeps nobody, so a manager from further down the file cannot be found: being in the file must do.
    async fn trust_the_file(&mut self, context: &ImportContext, lookup: &Lookup<'_>) -> Result<(), Failure> {
        let Some(manager) = self.manager.as_deref().filter(|_| context.dry_run) else { return Ok(()) };
        if context.file_has("hr_number", manager) && lookup.with_hr_number(manager).await?.is_none() {
            self.manager = None;
        }
        Ok(())
    }

    async fn register(&self, id: EmployeeId, lookup: &Lookup<'_>) -> Result<EmployeeCommand, Failure> {
        let (details, place) = both(self.over(None), lookup.place(self.named(), None).await)?;
        Ok(EmployeeCommand::Register { id, details: Box::new(details), place })
    }

    async fn change(&self, known: &Entity<Employee>, lookup: &Lookup<'_>) -> Result<EmployeeCommand, Failure> {
        let employment = known.state.employment().ok_or_else(Fault::internal)?;
        let before = employment.person.details().ok_or(EmployeeRefusal::Erased).map_err(Fault::from)?;
        let place = lookup.place(self.named(), Some(&employment.placement)).await;
        let (details, place) = both(self.over(Some(before)), place)?;
        Ok(EmployeeCommand::All(vec![
            EmployeeCommand::Edit { id: known.id, details: Box::new(details) },
            EmployeeCommand::Move { id: known.id, place },
        ]))
    }

    pub fn named(&self) -> Named<'_> {
        Named {
            org_unit: self.org_unit.as_deref(),
            position: self.position.as_deref(),
            manager: self.manager.as_deref(),
        }
    }

    /// What the row says, and for the rest what was known; names everything that a new employee lacks.
    pub fn over(&self, known: Option<EmployeeDetails>) -> Result<EmployeeDetails, Vec<Fault>> {
        if let Some(known) = known {
            return Ok(self.laid_over(known));
        }
        match (&self.personal_number, &self.first_name, &self.last_name, self.starts_on) {
            (Some(personal_number), Some(first_name), Some(last_name), Some(starts_on)) => Ok(EmployeeDetails {
                hr_number: self.hr_number.clone(),
                personal_number: personal_number.clone(),
                first_name: first_name.clone(),
                last_name: last_name.clone(),
                first_name_latin: self.first_name_latin.clone(),
                last_name_latin: self.last_name_latin.clone(),
                email: self.email.clone(),
                phone: self.phone.clone(),
                starts_on,
            }),
            _ => Err(self.lacking()),
        }
    }

    fn laid_over(&self, known: EmployeeDetails) -> EmployeeDetails {
        EmployeeDetails {
            hr_number: known.hr_number,
            personal_number: self.personal_number.clone().unwrap_or(known.personal_number),
            first_name: self.first_name.clone().unwrap_or(known.first_name),
            last_name: self.last_name.clone().unwrap_or(known.last_name),
            first_name_latin: self.first_name_latin.clone().or(known.first_name_latin),
            last_name_latin: self.last_name_latin.clone().or(known.last_name_latin),
            email: self.email.clone().or(known.email),
            phone: self.phone.clone().or(known.phone),
            starts_on: self.starts_on.unwrap_or(known.starts_on),
        }
    }

    fn lacking(&self) -> Vec<Fault> {
        let members = [
            ("/personal_number", self.personal_number.is_some()),
            ("/first_name", self.first_name.is_some()),
            ("/last_name", self.last_name.is_some()),
            ("/starts_on", self.starts_on.is_some()),
        ];
        members.into_iter().filter(|(_, said)| !said).map(|(pointer, _)| required(pointer)).collect()
    }
}

/// Both, or the faults of both.
fn both(
    details: Result<EmployeeDetails, Vec<Fault>>,
    place: Result<Place, Failure>,
) -> Result<(EmployeeDetails, Place), Failure> {
    match (details, place) {
        (Ok(details), Ok(place)) => Ok((details, place)),
        (Ok(_), Err(failure)) => Err(failure),
        (Err(faults), Ok(_)) => Err(under_one_roof(faults).into()),
        (Err(mut faults), Err(Failure::Refused(fault))) => {
            if fault.parts.is_empty() {
                faults.push(fault)
            } else {
                faults.extend(fault.parts)
            }
            Err(under_one_roof(faults).into())
        }
        (Err(_), Err(failure)) => Err(failure),
    }
}

/// What a new employee cannot do without.
pub fn required(pointer: &str) -> Fault {
    Fault::invalid("required", "A new employee needs this.", "ახალი თანამშრომლისთვის ეს სავალდებულოა.").at(pointer)
}
