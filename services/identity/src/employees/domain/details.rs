//! What is known of a person: in clear where it is typed in, sealed where it is kept.

use chrono::NaiveDate;
use event_store::Sealed;
use kernel::person::{PersonalNumber, Phone};
use kernel::text::transliterated;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::employee::EmployeeId;

/// What stands where a name was erased.
pub const UNSAID: &str = "—";

/// What may be corrected of an employee.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmployeeDetails {
    /// HR's own number of the person; unique.
    #[schema(min_length = 1, max_length = 32, pattern = r"^\S(.*\S)?$", example = "10245")]
    pub hr_number: String,
    pub personal_number: PersonalNumber,
    /// As the person writes it, in Georgian.
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S(.*\S)?$", example = "ნინო")]
    pub first_name: String,
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S(.*\S)?$", example = "ბერიძე")]
    pub last_name: String,
    /// The national romanisation, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100, pattern = r"^[A-Za-z]([A-Za-z' .-]*[A-Za-z.])?$", example = "Nino")]
    pub first_name_latin: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100, pattern = r"^[A-Za-z]([A-Za-z' .-]*[A-Za-z.])?$", example = "Beridze")]
    pub last_name_latin: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = Email, max_length = 254, example = "n.beridze@moh.gov.ge")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, pattern = r"^\+[1-9]\d{6,14}$", example = "+995599123456")]
    pub phone: Option<Phone>,
    /// The first day of service.
    pub starts_on: NaiveDate,
}

/// The same as the log keeps it: whatever is personal is sealed with the person's key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Person {
    #[schema(example = "10245")]
    pub hr_number: String,
    pub personal_number: Sealed<PersonalNumber>,
    pub first_name: Sealed<String>,
    pub last_name: Sealed<String>,
    pub first_name_latin: Sealed<String>,
    pub last_name_latin: Sealed<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Sealed<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Sealed<Phone>>,
    pub starts_on: NaiveDate,
}

impl EmployeeDetails {
    pub fn sealed(self, id: EmployeeId) -> Person {
        let first_name_latin = self.first_name_latin.unwrap_or_else(|| romanised(&self.first_name));
        let last_name_latin = self.last_name_latin.unwrap_or_else(|| romanised(&self.last_name));
        Person {
            hr_number: self.hr_number,
            personal_number: Sealed::new(id, self.personal_number),
            first_name: Sealed::new(id, self.first_name),
            last_name: Sealed::new(id, self.last_name),
            first_name_latin: Sealed::new(id, first_name_latin),
            last_name_latin: Sealed::new(id, last_name_latin),
            email: self.email.map(|email| Sealed::new(id, email)),
            phone: self.phone.map(|phone| Sealed::new(id, phone)),
            starts_on: self.starts_on,
        }
    }
}

impl Person {
    /// Whether the person's key is gone, and with it all that was personal.
    pub fn is_erased(&self) -> bool {
        self.personal_number.open().is_none()
    }

    /// What a change starts from; `None` once the person is erased.
    pub fn details(&self) -> Option<EmployeeDetails> {
        let (first_name, last_name) = (self.first_name.open()?, self.last_name.open()?);
        Some(EmployeeDetails {
            hr_number: self.hr_number.clone(),
            personal_number: self.personal_number.open()?.clone(),
            first_name: first_name.clone(),
            last_name: last_name.clone(),
            first_name_latin: unless_romanised(self.first_name_latin.open()?, first_name),
            last_name_latin: unless_romanised(self.last_name_latin.open()?, last_name),
            email: self.email.as_ref().and_then(Sealed::open).cloned(),
            phone: self.phone.as_ref().and_then(Sealed::open).cloned(),
            starts_on: self.starts_on,
        })
    }

    /// First and last name, as the person writes them.
    pub fn name(&self) -> String {
        let said = |name: &Sealed<String>| name.open().map_or(UNSAID, String::as_str).to_owned();
        format!("{} {}", said(&self.first_name), said(&self.last_name))
    }
}

/// A spelling of the person's own; the usual one follows the name when that changes.
fn unless_romanised(latin: &str, name: &str) -> Option<String> {
    (latin != romanised(name)).then(|| latin.to_owned())
}

/// „ანა-მარია“ → "Ana-Maria".
fn romanised(name: &str) -> String {
    let mut begins = true;
    let capitalise = |letter: char| {
        let capital = std::mem::replace(&mut begins, !letter.is_alphanumeric());
        if capital { letter.to_uppercase().next().unwrap_or(letter) } else { letter }
    };
    transliterated(name).chars().map(capitalise).collect()
}
