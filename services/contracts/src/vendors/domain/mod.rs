//! A vendor: in good standing or blacklisted, with the people to call.

mod details;
mod refusal;
#[cfg(test)]
mod tests;

use chrono::{Days, NaiveDate};
use event_store::{Aggregate, Context, Deadline, DomainEvent, Series};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub use details::{Blacklisting, Contact, IdentificationCode, Person, VendorDetails, VendorKind, VendorProfile};
pub use refusal::VendorRefusal;

use kernel::tbilisi::{day, start_of};

kernel::ids! { VendorId }

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub enum Vendor {
    #[default]
    Unknown,
    InGoodStanding(Record),
    Blacklisted {
        record: Record,
        blacklisting: Blacklisting,
        since: NaiveDate,
    },
}

/// What is kept of a vendor in any standing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// Its own id: what personal data are sealed for.
    pub id: VendorId,
    pub profile: VendorProfile,
    pub contacts: Vec<Contact>,
}

#[derive(Clone, Debug)]
pub enum VendorCommand {
    Register {
        id: VendorId,
        details: Box<VendorDetails>,
    },
    Edit(Box<VendorDetails>),
    AddContact(Contact),
    RemoveContact {
        contact_id: Uuid,
    },
    Blacklist(Blacklisting),
    Lift,
    /// The time is over.
    EndBlacklisting,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
pub enum VendorEvent {
    #[serde(rename = "vendor.registered.v1")]
    VendorRegistered { id: VendorId, profile: Box<VendorProfile> },
    #[serde(rename = "vendor.details_changed.v1")]
    VendorDetailsChanged { profile: Box<VendorProfile> },
    #[serde(rename = "vendor.contact_added.v1")]
    VendorContactAdded(Contact),
    #[serde(rename = "vendor.contact_removed.v1")]
    VendorContactRemoved { contact_id: Uuid },
    #[serde(rename = "vendor.blacklisted.v1")]
    VendorBlacklisted { since: NaiveDate, blacklisting: Blacklisting },
    #[serde(rename = "vendor.blacklisting_lifted.v1")]
    VendorBlacklistingLifted {},
    #[serde(rename = "vendor.blacklisting_ended.v1")]
    VendorBlacklistingEnded {},
}

impl DomainEvent for VendorEvent {}

const END_OF_BLACKLISTING: &str = "end-of-blacklisting";

impl Vendor {
    pub fn record(&self) -> Option<&Record> {
        match self {
            Self::Unknown => None,
            Self::InGoodStanding(record) | Self::Blacklisted { record, .. } => Some(record),
        }
    }

    pub fn details(&self) -> Option<VendorDetails> {
        Some(self.record()?.profile.details())
    }

    pub fn blacklisting(&self) -> Option<(&Blacklisting, NaiveDate)> {
        match self {
            Self::Blacklisted { blacklisting, since, .. } => Some((blacklisting, *since)),
            Self::Unknown | Self::InGoodStanding(_) => None,
        }
    }

    /// Whether it gets no contracts on this day.
    pub fn is_barred(&self, on: NaiveDate) -> bool {
        self.blacklisting().is_some_and(|(blacklisting, _)| blacklisting.until.is_none_or(|until| on <= until))
    }

    fn with(mut self, change: impl FnOnce(&mut Record)) -> Self {
        match &mut self {
            Self::Unknown => {}
            Self::InGoodStanding(record) | Self::Blacklisted { record, .. } => change(record),
        }
        self
    }

    fn freed(self) -> Self {
        match self {
            Self::Blacklisted { record, .. } => Self::InGoodStanding(record),
            other => other,
        }
    }
}

impl Aggregate for Vendor {
    const KIND: &'static str = "vendor";
    const SERIES: Series = Series::Running("VEN");
    type Id = VendorId;
    type Command = VendorCommand;
    type Event = VendorEvent;
    type Refusal = VendorRefusal;

    fn decide(&self, command: VendorCommand, context: &Context) -> Result<Vec<VendorEvent>, VendorRefusal> {
        use VendorCommand as Command;
        let today = day(context.now);
        match (self, command) {
            (Self::Unknown, Command::Register { id, details }) => {
                let profile = Box::new(checked(*details, id)?);
                Ok(vec![VendorEvent::VendorRegistered { id, profile }])
            }
            (Self::Unknown, _) => Err(VendorRefusal::NotRegistered),
            (_, Command::Register { .. }) => Err(VendorRefusal::AlreadyRegistered),
            (Self::InGoodStanding(record) | Self::Blacklisted { record, .. }, Command::Edit(details)) => {
                record.edit(*details)
            }
            (Self::InGoodStanding(record) | Self::Blacklisted { record, .. }, Command::AddContact(contact)) => {
                Ok(record.add(contact))
            }
            (
                Self::InGoodStanding(record) | Self::Blacklisted { record, .. },
                Command::RemoveContact { contact_id },
            ) => record.remove(contact_id),
            (Self::Blacklisted { blacklisting, .. }, Command::Blacklist(again)) if *blacklisting == again => Ok(vec![]),
            (_, Command::Blacklist(blacklisting)) if blacklisting.until.is_some_and(|until| until < today) => {
                Err(VendorRefusal::BlacklistedInThePast)
            }
            (_, Command::Blacklist(blacklisting)) => {
                Ok(vec![VendorEvent::VendorBlacklisted { since: today, blacklisting }])
            }
            (Self::InGoodStanding(_), Command::Lift | Command::EndBlacklisting) => Ok(vec![]),
            (Self::Blacklisted { .. }, Command::Lift) => Ok(vec![VendorEvent::VendorBlacklistingLifted {}]),
            (Self::Blacklisted { .. }, Command::EndBlacklisting) if self.is_barred(today) => Ok(vec![]),
            (Self::Blacklisted { .. }, Command::EndBlacklisting) => Ok(vec![VendorEvent::VendorBlacklistingEnded {}]),
        }
    }

    fn evolve(self, event: VendorEvent) -> Self {
        match event {
            VendorEvent::VendorRegistered { id, profile } => {
                Self::InGoodStanding(Record { id, profile: *profile, contacts: vec![] })
            }
            VendorEvent::VendorDetailsChanged { profile } => self.with(|record| record.profile = *profile),
            VendorEvent::VendorContactAdded(contact) => self.with(|record| record.contacts.push(contact)),
            VendorEvent::VendorContactRemoved { contact_id } => {
                self.with(|record| record.contacts.retain(|contact| contact.id != contact_id))
            }
            VendorEvent::VendorBlacklisted { since, blacklisting } => match self {
                Self::Unknown => Self::Unknown,
                Self::InGoodStanding(record) | Self::Blacklisted { record, .. } => {
                    Self::Blacklisted { record, blacklisting, since }
                }
            },
            VendorEvent::VendorBlacklistingLifted {} | VendorEvent::VendorBlacklistingEnded {} => self.freed(),
        }
    }

    fn deadlines(&self) -> Vec<Deadline> {
        let until = self.blacklisting().and_then(|(blacklisting, _)| blacklisting.until);
        let over = until.and_then(|until| until.checked_add_days(Days::new(1)));
        over.map(|day| Deadline::new(END_OF_BLACKLISTING, start_of(day))).into_iter().collect()
    }

    fn on_deadline(&self, name: &str) -> Option<VendorCommand> {
        (name == END_OF_BLACKLISTING).then_some(VendorCommand::EndBlacklisting)
    }
}

impl Record {
    fn edit(&self, details: VendorDetails) -> Result<Vec<VendorEvent>, VendorRefusal> {
        if self.profile.details() == details {
            return Ok(vec![]);
        }
        Ok(vec![VendorEvent::VendorDetailsChanged { profile: Box::new(checked(details, self.id)?) }])
    }

    fn add(&self, contact: Contact) -> Vec<VendorEvent> {
        let known =
            self.contacts.iter().any(|one| one.role == contact.role && one.person.open() == contact.person.open());
        if known { vec![] } else { vec![VendorEvent::VendorContactAdded(contact)] }
    }

    fn remove(&self, contact_id: Uuid) -> Result<Vec<VendorEvent>, VendorRefusal> {
        let known = self.contacts.iter().any(|contact| contact.id == contact_id);
        let removed = || vec![VendorEvent::VendorContactRemoved { contact_id }];
        known.then(removed).ok_or(VendorRefusal::UnknownContact)
    }
}

fn checked(details: VendorDetails, id: VendorId) -> Result<VendorProfile, VendorRefusal> {
    let fits = details.kind.allows(&details.identification_code);
    fits.then(|| VendorProfile::of(details, id.into())).ok_or(VendorRefusal::InvalidCode)
}
