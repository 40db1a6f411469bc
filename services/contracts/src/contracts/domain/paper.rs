//! The text of a contract, with the end that its period comes to.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ContractDetails, ContractRefusal, CoveredDevice, Drafting, Period, Renewal, RenewalKind};
use crate::calendar::term::{LAST_YEAR, WorkCalendar};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Paper {
    pub details: ContractDetails,
    /// The last day: as said, or as the term comes to.
    pub ends_on: NaiveDate,
}

impl Paper {
    /// Rules that no schema can say.
    pub fn checked(drafting: Drafting) -> Result<Self, ContractRefusal> {
        let Drafting { details, vendor_barred, calendar } = drafting;
        if vendor_barred {
            return Err(ContractRefusal::VendorBarred);
        }
        if details.price.net.is_negative() {
            return Err(ContractRefusal::NegativeValue);
        }
        check_renewal(&details.renewal)?;
        check_covers(&details.covers)?;
        let ends_on = end_of(&details.period, &calendar)?;
        Ok(Self { details, ends_on })
    }
}

fn end_of(period: &Period, calendar: &WorkCalendar) -> Result<NaiveDate, ContractRefusal> {
    let end = match (period.ends_on, period.term) {
        (Some(end), None) => end,
        (None, Some(term)) => calendar.term_end(period.starts_on, term).ok_or(ContractRefusal::EndsTooLate)?,
        (Some(_), Some(_)) | (None, None) => return Err(ContractRefusal::EndOrTerm),
    };
    match () {
        () if end < period.starts_on => Err(ContractRefusal::EndsBeforeItStarts),
        () if end.year() > LAST_YEAR => Err(ContractRefusal::EndsTooLate),
        () => Ok(end),
    }
}

fn check_renewal(renewal: &Renewal) -> Result<(), ContractRefusal> {
    match (renewal.kind, renewal.months, renewal.notice_days) {
        (RenewalKind::None, None, None) | (RenewalKind::Tacit, Some(1..), _) | (RenewalKind::Express, None, _) => {
            Ok(())
        }
        _ => Err(ContractRefusal::RenewalUnclear),
    }
}

/// Each device has a name, and its cover ends after it begins.
pub fn check_covers(devices: &[CoveredDevice]) -> Result<(), ContractRefusal> {
    for (index, device) in devices.iter().enumerate() {
        let backwards = device.from.zip(device.until).is_some_and(|(from, until)| until < from);
        match () {
            () if device.names().is_empty() => return Err(ContractRefusal::NamelessDevice(index)),
            () if backwards => return Err(ContractRefusal::CoverBackwards(index)),
            () => {}
        }
    }
    Ok(())
}
