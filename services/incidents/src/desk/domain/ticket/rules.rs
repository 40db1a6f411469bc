//! The rule table: what may be asked of a ticket at which stage, and what follows.

use chrono::Duration;
use event_store::{Context, Sealed};
use uuid::Uuid;

use super::{
    Affected, Assessment, Case, Comment, Details, NewTicket, Satisfaction, Solution, Stage, Text, TicketCommand,
    TicketEvent, TicketRefusal, TicketReported, Triage, Wait, WorkEntry,
};
use crate::desk::words::{ClosedBecause, WaitReason};
use crate::policy::terms::PolicyTerms;
use crate::policy::words::{Goal, Level};

type Decision = Result<Vec<TicketEvent>, TicketRefusal>;

pub fn report(ticket: NewTicket, context: &Context) -> TicketEvent {
    TicketEvent::TicketReported(Box::new(TicketReported {
        id: ticket.id,
        kind: ticket.kind,
        channel: ticket.channel,
        requester_id: ticket.requester,
        org_unit_id: ticket.org_unit,
        details: ticket.text.sealed(ticket.requester),
        assessment: assessed(&ticket.policy.terms, ticket.impact, ticket.urgency),
        queue: ticket.queue,
        source: ticket.source,
        due_at: ticket.due_at,
        at: context.now,
        policy: ticket.policy,
    }))
}

fn assessed(terms: &PolicyTerms, impact: Level, urgency: Level) -> Assessment {
    Assessment { impact, urgency, priority: terms.priorities.priority(impact, urgency) }
}

impl Text {
    fn sealed(self, requester: Uuid) -> Details {
        Details {
            title: Sealed::new(requester, self.title),
            description: Sealed::new(requester, self.description),
            category: self.category,
            reported_for: self.reported_for,
            affected_devices: self.affected_devices,
            affected_systems: self.affected_systems,
        }
    }
}

impl Case {
    pub fn decide(&self, command: TicketCommand, context: &Context) -> Decision {
        use Stage::{Closed, InProgress, New, Resolved, Triaged, Waiting};
        use TicketCommand as C;
        use TicketEvent as E;
        let now = context.now;
        match (&self.stage, command) {
            (_, C::Report(_)) => Err(TicketRefusal::AlreadyReported),

            (New | Triaged | InProgress | Waiting(_), C::Edit(text)) => Ok(self.edited(text)),
            (New, C::Triage(triage)) => Ok(self.triaged(triage)),
            (Triaged | InProgress | Waiting(_), C::Triage(_)) => Err(TicketRefusal::NotNew),
            (New | Triaged | InProgress | Waiting(_), C::Reassess { impact, urgency }) => {
                Ok(self.reassessed(impact, urgency))
            }
            (Triaged | InProgress | Waiting(_), C::Route { to }) if self.queue.as_ref() == Some(&to) => Ok(vec![]),
            (Triaged | InProgress | Waiting(_), C::Route { to }) => Ok(vec![E::TicketRouted { queue: to }]),
            (Triaged | InProgress | Waiting(_), C::Assign { to }) if self.assignee == Some(to.employee) => Ok(vec![]),
            (Triaged | InProgress | Waiting(_), C::Assign { to }) => match &self.queue {
                None => Err(TicketRefusal::NoQueue),
                Some(_) if !to.in_queue => Err(TicketRefusal::NotInQueue),
                Some(_) => Ok(vec![E::TicketAssigned { assignee: to.employee }]),
            },
            (Triaged | InProgress | Waiting(_), C::Release) => match self.assignee {
                None => Err(TicketRefusal::NotAssigned),
                Some(assignee) => Ok(vec![E::TicketReleased { assignee }]),
            },
            (New, C::Route { .. } | C::Assign { .. } | C::Release | C::Start | C::Wait { .. }) => {
                Err(TicketRefusal::NotTriaged)
            }

            (Triaged, C::Start) => Ok(self.started(context)),
            (InProgress | Waiting(_), C::Start) => Err(TicketRefusal::AlreadyStarted),
            (Triaged | InProgress, C::Wait { until: Some(until), .. }) if until <= now => {
                Err(TicketRefusal::WaitInPast)
            }
            (Triaged | InProgress, C::Wait { reason, until, note }) => {
                Ok(self.paused(Wait { reason, until, at: now }, note, context))
            }
            (Waiting(_), C::Wait { .. }) => Err(TicketRefusal::AlreadyStarted),
            (Waiting(_), C::Resume) => Ok(vec![E::TicketResumed { at: now }]),
            (Waiting(wait), C::ResumeAfterWait) if wait.until.is_some_and(|until| until <= now) => {
                Ok(vec![E::TicketResumed { at: now }])
            }
            (_, C::Resume) => Err(TicketRefusal::NotWaiting),
            (_, C::ResumeAfterWait) => Ok(vec![]),

            (New | Triaged | InProgress | Waiting(_), C::Resolve { outcome, text }) => {
                let solution = Solution { outcome, text: self.seal(text), at: now };
                let late = self.missed(Goal::Resolution, now);
                Ok(self.taking_up(context, late.into_iter().chain([E::TicketResolved(solution)])))
            }
            (New | Triaged | InProgress | Waiting(_), C::MarkDuplicate { of }) if of.id == self.id => {
                Err(TicketRefusal::OwnRelative)
            }
            (New | Triaged | InProgress | Waiting(_), C::MarkDuplicate { of }) => {
                Ok(vec![E::TicketMarkedDuplicate { of, at: now }])
            }
            (Resolved(_), C::Close) => Ok(vec![E::TicketClosed { because: ClosedBecause::Confirmed, at: now }]),
            (Resolved(solution), C::Lapse) if now >= self.lapses_at(solution) => {
                Ok(vec![E::TicketClosed { because: ClosedBecause::Lapsed, at: now }])
            }
            (_, C::Lapse) => Ok(vec![]),
            (New | Triaged | InProgress | Waiting(_), C::Close | C::Reopen { .. }) => Err(TicketRefusal::NotResolved),
            (Closed { .. }, C::Close) => Err(TicketRefusal::Closed),
            (Resolved(solution) | Closed { solution: Some(solution), .. }, C::Reopen { why }) => {
                let last_moment = solution.at + Duration::days(self.policy.terms.reopen_within_days.into());
                match now <= last_moment {
                    true => Ok(vec![E::TicketReopened { why: self.seal(why), at: now }]),
                    false => Err(TicketRefusal::TooLateToReopen),
                }
            }
            (Closed { solution: None, .. }, C::Reopen { .. }) => Err(TicketRefusal::Duplicate),

            (Closed { .. }, C::Comment { internal: false, .. }) => Err(TicketRefusal::Closed),
            (_, C::Comment { id, text, internal }) => Ok(self.commented(id, text, internal, context)),
            (_, C::LogWork { worked_on, .. }) if worked_on > kernel::tbilisi::day(now) => {
                Err(TicketRefusal::WorkInFuture)
            }
            (_, C::LogWork { id, minutes, worked_on, note }) => {
                let note = note.map(|note| self.seal(note));
                let employee_id = context.actor.employee;
                Ok(vec![E::TicketWorkLogged(WorkEntry { id, employee_id, minutes, worked_on, note })])
            }
            (_, C::Watch { employee }) if self.watchers.contains(&employee) => Ok(vec![]),
            (_, C::Watch { employee }) => Ok(vec![E::TicketWatched { employee_id: employee }]),
            (_, C::Unwatch { employee }) if !self.watchers.contains(&employee) => Ok(vec![]),
            (_, C::Unwatch { employee }) => Ok(vec![E::TicketUnwatched { employee_id: employee }]),

            (Closed { .. }, C::SetParent { .. } | C::ClearParent) => Err(TicketRefusal::Closed),
            (_, C::SetParent { parent, .. }) if self.parent.as_ref() == Some(&parent) => Ok(vec![]),
            (_, C::SetParent { parent, .. }) if parent.id == self.id => Err(TicketRefusal::OwnRelative),
            (_, C::SetParent { parent_of, .. }) if parent_of == Some(self.id) => Err(TicketRefusal::LoopOfParents),
            (_, C::SetParent { parent, .. }) => Ok(vec![E::TicketParentSet { parent }]),
            (_, C::ClearParent) if self.parent.is_none() => Ok(vec![]),
            (_, C::ClearParent) => Ok(vec![E::TicketParentCleared {}]),

            (_, C::Rate { .. }) if context.actor.employee != Some(self.requester.employee_id) => {
                Err(TicketRefusal::NotTheRequester)
            }
            (Resolved(_) | Closed { solution: Some(_), .. }, C::Rate { score, remark }) => {
                Ok(self.rated(score, remark))
            }
            (_, C::Rate { .. }) => Err(TicketRefusal::NotResolved),

            (New | Triaged | InProgress | Waiting(_), C::EmployeeLeft { employee, on }) => Ok(self.left(employee, on)),
            (Resolved(_) | Closed { .. }, C::EmployeeLeft { .. }) => Ok(vec![]),
            (_, C::Miss(goal)) => Ok(self.missed(goal, now)),
            (_, C::Escalate { goal, at_percent }) => Ok(self.escalated(goal, at_percent, now)),

            (
                Resolved(_) | Closed { .. },
                C::Edit(_)
                | C::Triage(_)
                | C::Reassess { .. }
                | C::Route { .. }
                | C::Assign { .. }
                | C::Release
                | C::Start
                | C::Wait { .. }
                | C::Resolve { .. }
                | C::MarkDuplicate { .. },
            ) => Err(TicketRefusal::NotOpen),
        }
    }

    /// Free text on a ticket belongs to its requester.
    pub(super) fn seal(&self, text: String) -> Sealed<String> {
        Sealed::new(self.requester.employee_id, text)
    }

    fn edited(&self, text: Text) -> Vec<TicketEvent> {
        let mut details = text.sealed(self.requester.employee_id);
        keep_known(&mut details.affected_devices, &self.details.affected_devices);
        keep_known(&mut details.affected_systems, &self.details.affected_systems);
        if details == self.details { vec![] } else { vec![TicketEvent::TicketEdited(details)] }
    }

    fn triaged(&self, triage: Triage) -> Vec<TicketEvent> {
        let category = triage.category.unwrap_or(self.details.category);
        let mut events = vec![TicketEvent::TicketTriaged { queue: triage.queue, category }];
        events.extend(self.reassessed(triage.impact, triage.urgency));
        events
    }

    fn reassessed(&self, impact: Level, urgency: Level) -> Vec<TicketEvent> {
        let assessment = assessed(&self.policy.terms, impact, urgency);
        if assessment == self.assessment { vec![] } else { vec![TicketEvent::TicketReassessed(assessment)] }
    }

    fn started(&self, context: &Context) -> Vec<TicketEvent> {
        let by_nobody_yet = context.actor.employee.filter(|_| self.assignee.is_none());
        let assigned = by_nobody_yet.map(|assignee| TicketEvent::TicketAssigned { assignee });
        self.taking_up(context, assigned.into_iter().chain([TicketEvent::TicketStarted {}]))
    }

    fn paused(&self, wait: Wait, note: Option<String>, context: &Context) -> Vec<TicketEvent> {
        let note = note.map(|text| {
            let (id, author, at) = (self.id_of_note(&wait), context.actor.employee, context.now);
            TicketEvent::TicketCommented(Comment { id, author, text: self.seal(text), at, internal: false })
        });
        self.taking_up(context, note.into_iter().chain([TicketEvent::TicketPaused(wait)]))
    }

    /// The note that comes with a wait follows from the ticket and the moment, so that a retry is the same.
    fn id_of_note(&self, wait: &Wait) -> Uuid {
        kernel::id::derived(self.id, &format!("wait/{}", wait.at.timestamp_micros()))
    }

    fn commented(&self, id: Uuid, text: String, internal: bool, context: &Context) -> Vec<TicketEvent> {
        let (author, at) = (context.actor.employee, context.now);
        let comment = Comment { id, author, text: self.seal(text), at, internal };
        let by_requester = author == Some(self.requester.employee_id);
        match &self.stage {
            _ if internal => vec![TicketEvent::TicketNoted(comment)],
            Stage::Waiting(Wait { reason: WaitReason::Requester, .. }) if by_requester => {
                vec![TicketEvent::TicketCommented(comment), TicketEvent::TicketResumed { at }]
            }
            _ if by_requester => vec![TicketEvent::TicketCommented(comment)],
            _ => self.taking_up(context, [TicketEvent::TicketCommented(comment)]),
        }
    }

    /// The first thing the desk does is its response. That it comes late is said here too: the timer may be later still.
    fn taking_up(&self, context: &Context, events: impl IntoIterator<Item = TicketEvent>) -> Vec<TicketEvent> {
        let late = self.missed(Goal::Response, context.now);
        let first = self.clocks.responded_at.is_none().then_some(TicketEvent::TicketResponded { at: context.now });
        late.into_iter().chain(first).chain(events).collect()
    }

    fn rated(&self, score: u8, remark: Option<String>) -> Vec<TicketEvent> {
        let satisfaction = Satisfaction { score, remark: remark.map(|remark| self.seal(remark)) };
        let same = self.satisfaction.as_ref() == Some(&satisfaction);
        if same { vec![] } else { vec![TicketEvent::TicketRated(satisfaction)] }
    }

    fn left(&self, employee: Uuid, left_on: chrono::NaiveDate) -> Vec<TicketEvent> {
        let asked = self.requester.employee_id == employee && self.requester.left_on != Some(left_on);
        let requester = asked.then_some(TicketEvent::TicketRequesterLeft { left_on });
        let assignee = self.assignee.filter(|assignee| *assignee == employee);
        let released = assignee.map(|assignee| TicketEvent::TicketReleased { assignee });
        requester.into_iter().chain(released).collect()
    }
}

/// An edit names things as they were shown; what is known of them stays known.
fn keep_known(edited: &mut [Affected], known: &[Affected]) {
    for affected in edited {
        if let Some(same) = known.iter().find(|known| known.reference == affected.reference) {
            affected.id = affected.id.or(same.id);
        }
    }
}
