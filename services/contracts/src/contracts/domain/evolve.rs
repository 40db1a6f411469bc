//! What each event makes of a contract.

use super::{Amendment, Binding, Changes, Contract, ContractEvent, Paper, Standing};
use crate::contracts::expiry::Expiry;

pub fn evolve(contract: Contract, event: ContractEvent) -> Contract {
    use ContractEvent as Event;
    match (contract, event) {
        (_, Event::ContractDrafted(paper)) | (Contract::Draft(_), Event::ContractEdited(paper)) => {
            Contract::Draft(*paper)
        }
        (Contract::Draft(paper), Event::ContractAgreed {}) => Contract::Agreed(paper),
        (Contract::Agreed(paper), Event::ContractReopened {}) => Contract::Draft(paper),
        (Contract::Agreed(paper), Event::ContractSigned { signed_on, entered_on, ends_on }) => {
            Contract::Signed(Binding::new(paper, signed_on, Expiry::agreed(ends_on, entered_on)))
        }
        (Contract::Signed(binding), Event::ContractActivated { .. }) => Contract::Active(binding),
        (Contract::Active(binding), Event::ContractSuspended { reason, .. }) => Contract::Suspended { binding, reason },
        (Contract::Suspended { binding, .. }, Event::ContractResumed { .. }) => Contract::Active(binding),
        (Contract::Active(binding) | Contract::Suspended { binding, .. }, Event::ContractCompleted { on }) => {
            Contract::Completed { binding, on }
        }
        (
            Contract::Signed(binding) | Contract::Active(binding) | Contract::Suspended { binding, .. },
            Event::ContractTerminated { on, reason },
        ) => Contract::Terminated { binding, on, reason },
        (contract, event) => contract.with(|binding| binding.evolve(event)),
    }
}

impl Contract {
    fn with(mut self, change: impl FnOnce(&mut Binding)) -> Self {
        match &mut self {
            Self::Unwritten | Self::Draft(_) | Self::Agreed(_) => {}
            Self::Signed(binding)
            | Self::Active(binding)
            | Self::Suspended { binding, .. }
            | Self::Completed { binding, .. }
            | Self::Terminated { binding, .. } => change(binding),
        }
        self
    }
}

impl Binding {
    fn new(paper: Paper, signed_on: chrono::NaiveDate, expiry: Expiry) -> Self {
        let details = &paper.details;
        Self {
            signed_on,
            amendments: vec![],
            price: details.price,
            subject: details.subject.clone(),
            expiry,
            notice_given_on: None,
            supervisor: details.supervisor.clone(),
            covers: details.covers.clone(),
            paper,
        }
    }

    fn evolve(&mut self, event: ContractEvent) {
        use ContractEvent as Event;
        match event {
            Event::ContractAmendmentDrafted { number, text } => {
                self.amendments.push(Amendment { number, text, standing: Standing::Draft {} });
            }
            Event::ContractAmendmentEdited { number, text } => self.amendment(number, |one| one.text = text),
            Event::ContractAmendmentWithdrawn { number } => {
                self.amendment(number, |one| one.standing = Standing::Withdrawn {});
            }
            Event::ContractAmendmentSigned { number, signed_on, entered_on, changes } => {
                self.amendment(number, |one| one.standing = Standing::Signed { signed_on });
                self.apply(changes, entered_on);
            }
            Event::ContractSupervisorAppointed(supervisor) => self.supervisor = Some(supervisor),
            Event::ContractDevicesCovered { devices } => self.covers.extend(devices),
            Event::ContractDevicesUncovered { devices } => self.covers.retain(|device| !devices.contains(device)),
            Event::ContractNoticeGiven { given_on } => self.notice_given_on = Some(given_on),
            Event::ContractExpiryAnnounced { days_left, .. } => self.expiry.announce(days_left),
            Event::ContractRenewed { ends_on, renewals, entered_on } => {
                self.expiry = self.expiry.renewed(ends_on, renewals, entered_on);
            }
            Event::ContractTermEnded { .. } => self.expiry.over = true,
            // Steps of the contract itself, which lead nowhere from here.
            Event::ContractDrafted(_)
            | Event::ContractEdited(_)
            | Event::ContractAgreed {}
            | Event::ContractReopened {}
            | Event::ContractSigned { .. }
            | Event::ContractActivated { .. }
            | Event::ContractSuspended { .. }
            | Event::ContractResumed { .. }
            | Event::ContractCompleted { .. }
            | Event::ContractTerminated { .. } => {}
        }
    }

    fn amendment(&mut self, number: u32, change: impl FnOnce(&mut Amendment)) {
        if let Some(amendment) = self.amendments.iter_mut().find(|one| one.number == number) {
            change(amendment);
        }
    }

    /// A new end begins its announcements anew, and takes back a notice that was given for the old one.
    fn apply(&mut self, changes: Changes, entered_on: chrono::NaiveDate) {
        let Changes { ends_on, price, subject } = changes;
        self.price = price.unwrap_or(self.price);
        self.subject = subject.unwrap_or_else(|| std::mem::take(&mut self.subject));
        if let Some(ends_on) = ends_on.filter(|ends_on| *ends_on != self.expiry.ends_on) {
            self.expiry = Expiry::agreed(ends_on, entered_on);
            self.notice_given_on = None;
        }
    }
}
