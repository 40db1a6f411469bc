//! Who makes devices.

use event_store::{Aggregate, Context, DomainEvent, Series};
use kernel::Fault;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

kernel::ids! { ManufacturerId }

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub enum Manufacturer {
    #[default]
    Unknown,
    Known(ManufacturerDetails),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ManufacturerDetails {
    /// Unique; upper and lower case are one.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S", example = "MikroTik")]
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500, pattern = r"^https?://\S+$", example = "https://mikrotik.com")]
    pub website: Option<String>,
    /// Where its support is reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 500, example = "support@mikrotik.com")]
    pub support: Option<String>,
}

impl ManufacturerDetails {
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), website: None, support: None }
    }

    fn tidied(mut self) -> Self {
        self.name = self.name.trim().to_owned();
        self
    }
}

#[derive(Clone, Debug)]
pub enum ManufacturerCommand {
    Register(ManufacturerDetails),
    Edit(ManufacturerDetails),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
pub enum ManufacturerEvent {
    #[serde(rename = "manufacturer.registered.v1")]
    ManufacturerRegistered(ManufacturerDetails),
    #[serde(rename = "manufacturer.details_changed.v1")]
    ManufacturerDetailsChanged(ManufacturerDetails),
}

impl DomainEvent for ManufacturerEvent {}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ManufacturerRefusal {
    AlreadyRegistered,
    NotRegistered,
}

impl From<ManufacturerRefusal> for Fault {
    fn from(refusal: ManufacturerRefusal) -> Self {
        match refusal {
            ManufacturerRefusal::AlreadyRegistered => Fault::conflict(
                "manufacturer-already-registered",
                "The manufacturer is already registered.",
                "მწარმოებელი უკვე რეგისტრირებულია.",
            ),
            ManufacturerRefusal::NotRegistered => Fault::conflict(
                "manufacturer-not-registered",
                "The manufacturer is not registered.",
                "მწარმოებელი რეგისტრირებული არ არის.",
            ),
        }
    }
}

impl Aggregate for Manufacturer {
    const KIND: &'static str = "manufacturer";
    const SERIES: Series = Series::Running("MFR");
    type Id = ManufacturerId;
    type Command = ManufacturerCommand;
    type Event = ManufacturerEvent;
    type Refusal = ManufacturerRefusal;

    fn decide(&self, command: ManufacturerCommand, _: &Context) -> Result<Vec<ManufacturerEvent>, ManufacturerRefusal> {
        use ManufacturerCommand::{Edit, Register};
        use ManufacturerEvent::{ManufacturerDetailsChanged, ManufacturerRegistered};
        match (self, command) {
            (Self::Unknown, Register(details)) => Ok(vec![ManufacturerRegistered(details.tidied())]),
            (Self::Known(_), Register(_)) => Err(ManufacturerRefusal::AlreadyRegistered),
            (Self::Known(known), Edit(details)) => {
                let details = details.tidied();
                Ok(if *known == details { vec![] } else { vec![ManufacturerDetailsChanged(details)] })
            }
            (Self::Unknown, Edit(_)) => Err(ManufacturerRefusal::NotRegistered),
        }
    }

    fn evolve(self, event: ManufacturerEvent) -> Self {
        match event {
            ManufacturerEvent::ManufacturerRegistered(details)
            | ManufacturerEvent::ManufacturerDetailsChanged(details) => Self::Known(details),
        }
    }
}

impl Manufacturer {
    pub fn details(&self) -> Option<&ManufacturerDetails> {
        match self {
            Self::Unknown => None,
            Self::Known(details) => Some(details),
        }
    }
    /// What a merge patch is applied to.
    pub fn described(&self) -> ManufacturerDetails {
        self.details().cloned().unwrap_or_else(|| ManufacturerDetails::named(""))
    }
}
