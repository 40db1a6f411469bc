//! A contract: drafted, agreed, signed, active, suspended, completed or terminated.

mod amendment;
mod decide;
mod details;
mod evolve;
mod paper;
mod refusal;
#[cfg(test)]
mod tests;

use chrono::NaiveDate;
use event_store::{Aggregate, Context, Deadline, DomainEvent, Series};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use amendment::{Amendment, AmendmentText, Changes, Rationale, Standing};
pub use details::{
    ContractDetails, ContractKind, ContractVendor, CoveredDevice, Period, Procurement, Renewal, RenewalKind, Supervisor,
};
pub use paper::Paper;
pub use refusal::ContractRefusal;

use super::expiry::{Expiry, days_of};
use super::price::Price;
use crate::calendar::term::WorkCalendar;
use kernel::tbilisi::start_of;

kernel::ids! { ContractId }

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub enum Contract {
    #[default]
    Unwritten,
    Draft(Paper),
    Agreed(Paper),
    Signed(Binding),
    Active(Binding),
    Suspended {
        binding: Binding,
        reason: String,
    },
    Completed {
        binding: Binding,
        on: NaiveDate,
    },
    Terminated {
        binding: Binding,
        on: NaiveDate,
        reason: String,
    },
}

/// A signed contract: the paper as it was signed, and what holds by now.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Binding {
    pub paper: Paper,
    pub signed_on: NaiveDate,
    pub amendments: Vec<Amendment>,
    /// By the last amendment that changed it.
    pub price: Price,
    pub subject: String,
    pub expiry: Expiry,
    /// Notice that it is not to be renewed.
    pub notice_given_on: Option<NaiveDate>,
    pub supervisor: Option<Supervisor>,
    pub covers: Vec<CoveredDevice>,
}

#[derive(Clone, Debug)]
pub enum ContractCommand {
    Draft(Box<Drafting>),
    Edit(Box<Drafting>),
    Agree,
    Reopen,
    Sign {
        signed_on: NaiveDate,
        vendor_barred: bool,
    },
    Activate,
    Suspend {
        reason: String,
    },
    Resume,
    Complete,
    Terminate {
        reason: String,
    },
    DraftAmendment(AmendmentText),
    EditAmendment {
        number: u32,
        text: AmendmentText,
    },
    SignAmendment {
        number: u32,
        signed_on: NaiveDate,
    },
    WithdrawAmendment {
        number: u32,
    },
    AppointSupervisor(Supervisor),
    Cover(Vec<CoveredDevice>),
    /// Devices by any of their names.
    Uncover(Vec<String>),
    GiveNotice {
        given_on: NaiveDate,
    },
    AnnounceExpiry {
        days: i64,
    },
    EndTerm,
}

/// What is drafted, and the facts it is checked by.
#[derive(Clone, Debug)]
pub struct Drafting {
    pub details: ContractDetails,
    pub vendor_barred: bool,
    pub calendar: WorkCalendar,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
pub enum ContractEvent {
    #[serde(rename = "contract.drafted.v1")]
    ContractDrafted(Box<Paper>),
    #[serde(rename = "contract.edited.v1")]
    ContractEdited(Box<Paper>),
    #[serde(rename = "contract.agreed.v1")]
    ContractAgreed {},
    #[serde(rename = "contract.reopened.v1")]
    ContractReopened {},
    /// `entered_on`: the day it became known here.
    #[serde(rename = "contract.signed.v1")]
    ContractSigned { signed_on: NaiveDate, entered_on: NaiveDate, ends_on: NaiveDate },
    #[serde(rename = "contract.activated.v1")]
    ContractActivated { on: NaiveDate },
    #[serde(rename = "contract.suspended.v1")]
    ContractSuspended { on: NaiveDate, reason: String },
    #[serde(rename = "contract.resumed.v1")]
    ContractResumed { on: NaiveDate },
    #[serde(rename = "contract.completed.v1")]
    ContractCompleted { on: NaiveDate },
    #[serde(rename = "contract.terminated.v1")]
    ContractTerminated { on: NaiveDate, reason: String },
    #[serde(rename = "contract.amendment_drafted.v1")]
    ContractAmendmentDrafted { number: u32, text: AmendmentText },
    #[serde(rename = "contract.amendment_edited.v1")]
    ContractAmendmentEdited { number: u32, text: AmendmentText },
    #[serde(rename = "contract.amendment_signed.v1")]
    ContractAmendmentSigned { number: u32, signed_on: NaiveDate, entered_on: NaiveDate, changes: Changes },
    #[serde(rename = "contract.amendment_withdrawn.v1")]
    ContractAmendmentWithdrawn { number: u32 },
    #[serde(rename = "contract.supervisor_appointed.v1")]
    ContractSupervisorAppointed(Supervisor),
    #[serde(rename = "contract.devices_covered.v1")]
    ContractDevicesCovered { devices: Vec<CoveredDevice> },
    #[serde(rename = "contract.devices_uncovered.v1")]
    ContractDevicesUncovered { devices: Vec<CoveredDevice> },
    #[serde(rename = "contract.notice_given.v1")]
    ContractNoticeGiven { given_on: NaiveDate },
    #[serde(rename = "contract.expiry_announced.v1")]
    ContractExpiryAnnounced {
        days_left: i64,
        ends_on: NaiveDate,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        supervisor: Option<Supervisor>,
    },
    #[serde(rename = "contract.renewed.v1")]
    ContractRenewed { ends_on: NaiveDate, renewals: u32, entered_on: NaiveDate },
    /// The last day has passed, and nothing renewed it.
    #[serde(rename = "contract.term_ended.v1")]
    ContractTermEnded { ends_on: NaiveDate },
}

impl DomainEvent for ContractEvent {}

const START: &str = "start";
const END: &str = "end";

impl Contract {
    /// As it was drafted or signed; amendments do not change it.
    pub fn paper(&self) -> Option<&Paper> {
        match self {
            Self::Unwritten => None,
            Self::Draft(paper) | Self::Agreed(paper) => Some(paper),
            _ => self.binding().map(|binding| &binding.paper),
        }
    }

    pub fn binding(&self) -> Option<&Binding> {
        match self {
            Self::Unwritten | Self::Draft(_) | Self::Agreed(_) => None,
            Self::Signed(binding)
            | Self::Active(binding)
            | Self::Suspended { binding, .. }
            | Self::Completed { binding, .. }
            | Self::Terminated { binding, .. } => Some(binding),
        }
    }

    /// Signed, and neither completed nor terminated.
    pub fn in_force(&self) -> Option<&Binding> {
        match self {
            Self::Signed(binding) | Self::Active(binding) | Self::Suspended { binding, .. } => Some(binding),
            _ => None,
        }
    }

    /// The last day, amended and renewed.
    pub fn ends_on(&self) -> Option<NaiveDate> {
        let signed = self.binding().map(|binding| binding.expiry.ends_on);
        signed.or_else(|| self.paper().map(|paper| paper.ends_on))
    }

    pub fn supervisor(&self) -> Option<&Supervisor> {
        match self.binding() {
            Some(binding) => binding.supervisor.as_ref(),
            None => self.paper().and_then(|paper| paper.details.supervisor.as_ref()),
        }
    }

    pub fn covers(&self) -> &[CoveredDevice] {
        match self.binding() {
            Some(binding) => &binding.covers,
            None => self.paper().map_or(&[], |paper| &paper.details.covers),
        }
    }
}

impl Aggregate for Contract {
    const KIND: &'static str = "contract";
    const SERIES: Series = Series::Yearly("CON");
    type Id = ContractId;
    type Command = ContractCommand;
    type Event = ContractEvent;
    type Refusal = ContractRefusal;

    fn decide(&self, command: ContractCommand, context: &Context) -> Result<Vec<ContractEvent>, ContractRefusal> {
        decide::decide(self, command, context)
    }

    fn evolve(self, event: ContractEvent) -> Self {
        evolve::evolve(self, event)
    }

    fn deadlines(&self) -> Vec<Deadline> {
        let Some(binding) = self.in_force() else { return vec![] };
        let mut deadlines = binding.expiry.announcements();
        match self {
            Self::Signed(_) => deadlines.push(Deadline::new(START, start_of(binding.paper.details.period.starts_on))),
            _ => deadlines.extend(binding.expiry.end().map(|end| Deadline::new(END, end))),
        }
        deadlines
    }

    fn on_deadline(&self, name: &str) -> Option<ContractCommand> {
        match name {
            START => Some(ContractCommand::Activate),
            END => Some(ContractCommand::EndTerm),
            _ => days_of(name).map(|days| ContractCommand::AnnounceExpiry { days }),
        }
    }
}
