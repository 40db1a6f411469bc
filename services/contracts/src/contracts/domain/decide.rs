//! The rule table of contracts.

use chrono::{Datelike, NaiveDate};
use event_store::Context;

use super::paper::check_covers;
use super::{
    Amendment, AmendmentText, Binding, Contract, ContractCommand, ContractEvent, ContractRefusal, CoveredDevice,
    Drafting, Paper, Standing, Supervisor,
};
use crate::calendar::term::LAST_YEAR;
use kernel::tbilisi::day;

type Decision = Result<Vec<ContractEvent>, ContractRefusal>;

pub fn decide(contract: &Contract, command: ContractCommand, context: &Context) -> Decision {
    use ContractCommand as Command;
    let on = day(context.now);
    match (contract, command) {
        (Contract::Unwritten, Command::Draft(drafting)) => {
            Ok(vec![ContractEvent::ContractDrafted(Box::new(Paper::checked(*drafting)?))])
        }
        (Contract::Draft(paper), Command::Edit(drafting)) => edit(paper, *drafting),
        (Contract::Draft(_), Command::Agree) => Ok(vec![ContractEvent::ContractAgreed {}]),
        (Contract::Agreed(_), Command::Reopen) => Ok(vec![ContractEvent::ContractReopened {}]),
        (Contract::Agreed(_), Command::Sign { vendor_barred: true, .. }) => Err(ContractRefusal::VendorBarred),
        (Contract::Agreed(paper), Command::Sign { signed_on, .. }) => sign(paper, signed_on, on),
        (Contract::Agreed(_), Command::Agree)
        | (Contract::Draft(_), Command::Reopen)
        | (Contract::Active(_), Command::Activate | Command::Resume)
        | (Contract::Suspended { .. }, Command::Suspend { .. })
        | (Contract::Completed { .. }, Command::Complete)
        | (Contract::Terminated { .. }, Command::Terminate { .. }) => Ok(vec![]),
        (Contract::Signed(_), Command::Activate) => Ok(vec![ContractEvent::ContractActivated { on }]),
        (Contract::Active(_), Command::Suspend { reason }) => Ok(vec![ContractEvent::ContractSuspended { on, reason }]),
        (Contract::Suspended { .. }, Command::Resume) => Ok(vec![ContractEvent::ContractResumed { on }]),
        (Contract::Active(_) | Contract::Suspended { .. }, Command::Complete) => {
            Ok(vec![ContractEvent::ContractCompleted { on }])
        }
        (Contract::Signed(_) | Contract::Active(_) | Contract::Suspended { .. }, Command::Terminate { reason }) => {
            Ok(vec![ContractEvent::ContractTerminated { on, reason }])
        }
        (Contract::Active(binding) | Contract::Suspended { binding, .. }, Command::EndTerm) => {
            Ok(end_term(binding, on))
        }
        // Its timer came too late.
        (_, Command::EndTerm | Command::AnnounceExpiry { .. }) if contract.in_force().is_none() => Ok(vec![]),
        (Contract::Signed(_), Command::EndTerm) => Ok(vec![]),
        (
            _,
            Command::DraftAmendment(_)
            | Command::EditAmendment { .. }
            | Command::SignAmendment { .. }
            | Command::WithdrawAmendment { .. }
            | Command::AppointSupervisor(_)
            | Command::Cover(_)
            | Command::Uncover(_)
            | Command::GiveNotice { .. },
        ) if contract.in_force().is_none() => Err(ContractRefusal::NotInForce),
        (Contract::Signed(binding) | Contract::Active(binding) | Contract::Suspended { binding, .. }, command) => {
            binding.decide(command, on)
        }
        (_, Command::Draft(_)) => Err(ContractRefusal::AlreadyDrafted),
        (_, Command::Edit(_) | Command::Agree | Command::Reopen) => Err(ContractRefusal::NotDraft),
        (_, Command::Sign { .. }) => Err(ContractRefusal::NotAgreed),
        (_, _) => Err(ContractRefusal::WrongState),
    }
}

fn edit(paper: &Paper, drafting: Drafting) -> Decision {
    let edited = Paper::checked(drafting)?;
    Ok(if *paper == edited { vec![] } else { vec![ContractEvent::ContractEdited(Box::new(edited))] })
}

fn sign(paper: &Paper, signed_on: NaiveDate, today: NaiveDate) -> Decision {
    match () {
        () if signed_on > today => Err(ContractRefusal::SignedInTheFuture),
        () if signed_on > paper.ends_on => Err(ContractRefusal::SignedAfterItsEnd),
        () => Ok(vec![ContractEvent::ContractSigned { signed_on, entered_on: today, ends_on: paper.ends_on }]),
    }
}

/// Tacitly renewed unless notice was given; else over.
fn end_term(binding: &Binding, today: NaiveDate) -> Vec<ContractEvent> {
    let expiry = &binding.expiry;
    if expiry.over || today <= expiry.ends_on {
        return vec![];
    }
    let months = binding.paper.details.renewal.tacit_months().filter(|_| binding.notice_given_on.is_none());
    let renewed = months.and_then(|months| expiry.next_end(months, today)).filter(|(end, _)| end.year() <= LAST_YEAR);
    match renewed {
        Some((ends_on, renewals)) => vec![ContractEvent::ContractRenewed { ends_on, renewals, entered_on: today }],
        None => vec![ContractEvent::ContractTermEnded { ends_on: expiry.ends_on }],
    }
}

impl Binding {
    /// What can be done with a contract that is in force, whether active or not.
    fn decide(&self, command: ContractCommand, today: NaiveDate) -> Decision {
        use ContractCommand as Command;
        match command {
            Command::DraftAmendment(text) => self.draft_amendment(text),
            Command::EditAmendment { number, text } => self.edit_amendment(number, text),
            Command::SignAmendment { number, signed_on } => self.sign_amendment(number, signed_on, today),
            Command::WithdrawAmendment { number } => self.withdraw_amendment(number),
            Command::AppointSupervisor(supervisor) => Ok(self.appoint(supervisor)),
            Command::Cover(devices) => self.cover(devices),
            Command::Uncover(names) => self.uncover(&names),
            Command::GiveNotice { given_on } => self.give_notice(given_on, today),
            Command::AnnounceExpiry { days } => Ok(self.announce(days, today)),
            Command::Edit(_) | Command::Agree | Command::Reopen => Err(ContractRefusal::NotDraft),
            Command::Draft(_) => Err(ContractRefusal::AlreadyDrafted),
            Command::Sign { .. } => Err(ContractRefusal::NotAgreed),
            Command::Activate
            | Command::Suspend { .. }
            | Command::Resume
            | Command::Complete
            | Command::Terminate { .. }
            | Command::EndTerm => Err(ContractRefusal::WrongState),
        }
    }

    fn draft_amendment(&self, text: AmendmentText) -> Decision {
        self.check_amendment(&text)?;
        let number = u32::try_from(self.amendments.len()).unwrap_or(u32::MAX) + 1;
        Ok(vec![ContractEvent::ContractAmendmentDrafted { number, text }])
    }

    fn edit_amendment(&self, number: u32, text: AmendmentText) -> Decision {
        let draft = self.draft(number)?;
        self.check_amendment(&text)?;
        Ok(if draft.text == text { vec![] } else { vec![ContractEvent::ContractAmendmentEdited { number, text }] })
    }

    fn sign_amendment(&self, number: u32, signed_on: NaiveDate, today: NaiveDate) -> Decision {
        let draft = self.draft(number)?;
        self.check_amendment(&draft.text)?;
        let signed = |amendment: &Amendment| match amendment.standing {
            Standing::Signed { signed_on } => Some(signed_on),
            Standing::Draft {} | Standing::Withdrawn {} => None,
        };
        let former = self.amendments.iter().filter_map(signed).max().unwrap_or(self.signed_on);
        let changes = draft.text.changes.clone();
        match () {
            () if signed_on > today => Err(ContractRefusal::SignedInTheFuture),
            () if signed_on < former => Err(ContractRefusal::SignedBeforeTheFormer),
            () if changes.ends_on.is_some_and(|end| end < signed_on) => Err(ContractRefusal::AmendedEndInThePast),
            () => Ok(vec![ContractEvent::ContractAmendmentSigned { number, signed_on, entered_on: today, changes }]),
        }
    }

    fn withdraw_amendment(&self, number: u32) -> Decision {
        self.draft(number).map(|_| vec![ContractEvent::ContractAmendmentWithdrawn { number }])
    }

    fn draft(&self, number: u32) -> Result<&Amendment, ContractRefusal> {
        let known = self.amendments.iter().find(|one| one.number == number).ok_or(ContractRefusal::UnknownAmendment)?;
        if known.standing == (Standing::Draft {}) { Ok(known) } else { Err(ContractRefusal::AmendmentNotDraft) }
    }

    fn check_amendment(&self, text: &AmendmentText) -> Result<(), ContractRefusal> {
        let changes = &text.changes;
        let starts_on = self.paper.details.period.starts_on;
        match () {
            () if changes.is_empty() => Err(ContractRefusal::AmendsNothing),
            () if changes.ends_on.is_some_and(|end| end < starts_on) => Err(ContractRefusal::AmendedEndInThePast),
            () if changes.ends_on.is_some_and(|end| end.year() > LAST_YEAR) => Err(ContractRefusal::EndsTooLate),
            () if changes.price.is_some_and(|price| price.net.is_negative()) => Err(ContractRefusal::NegativeValue),
            () if changes.price.is_some_and(|price| price.net.currency() != self.price.net.currency()) => {
                Err(ContractRefusal::OtherCurrency)
            }
            () => Ok(()),
        }
    }

    fn appoint(&self, supervisor: Supervisor) -> Vec<ContractEvent> {
        let same = self.supervisor.as_ref() == Some(&supervisor);
        if same { vec![] } else { vec![ContractEvent::ContractSupervisorAppointed(supervisor)] }
    }

    fn cover(&self, mut devices: Vec<CoveredDevice>) -> Decision {
        check_covers(&devices)?;
        devices.retain(|device| !self.covers.contains(device));
        Ok(if devices.is_empty() { vec![] } else { vec![ContractEvent::ContractDevicesCovered { devices }] })
    }

    fn uncover(&self, names: &[String]) -> Decision {
        let is_named = |device: &&CoveredDevice| names.iter().any(|name| device.is_called(name));
        let devices: Vec<_> = self.covers.iter().filter(is_named).cloned().collect();
        Ok(if devices.is_empty() { vec![] } else { vec![ContractEvent::ContractDevicesUncovered { devices }] })
    }

    fn give_notice(&self, given_on: NaiveDate, today: NaiveDate) -> Decision {
        let renewal = &self.paper.details.renewal;
        let last = renewal.notice_on(self.expiry.ends_on).filter(|_| renewal.tacit_months().is_some());
        match last {
            None => Err(ContractRefusal::NotTacit),
            Some(_) if given_on > today => Err(ContractRefusal::NoticeInTheFuture),
            Some(last) if given_on > last => Err(ContractRefusal::NoticeTooLate),
            Some(_) if self.notice_given_on.is_some() => Ok(vec![]),
            Some(_) => Ok(vec![ContractEvent::ContractNoticeGiven { given_on }]),
        }
    }

    fn announce(&self, days: i64, today: NaiveDate) -> Vec<ContractEvent> {
        if !self.expiry.is_due(days, today) {
            return vec![];
        }
        let (days_left, ends_on) = (self.expiry.days_left(today), self.expiry.ends_on);
        vec![ContractEvent::ContractExpiryAnnounced { days_left, ends_on, supervisor: self.supervisor.clone() }]
    }
}
