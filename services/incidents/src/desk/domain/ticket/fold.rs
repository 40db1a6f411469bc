//! What each event makes of a ticket.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{Case, Clocks, Requester, Stage, TicketEvent, TicketReported};
use crate::desk::domain::clock::{PauseCause, Timeline};
use crate::desk::words::ClosedBecause;

impl From<TicketReported> for Case {
    fn from(reported: TicketReported) -> Self {
        let stage = if reported.queue.is_some() { Stage::Triaged } else { Stage::New };
        Self {
            id: reported.id,
            kind: reported.kind,
            channel: reported.channel,
            requester: Requester {
                employee_id: reported.requester_id,
                org_unit_id: reported.org_unit_id,
                left_on: None,
            },
            details: reported.details,
            source: reported.source,
            assessment: reported.assessment,
            queue: reported.queue,
            assignee: None,
            // Whoever names the queue has triaged it.
            stage,
            clocks: Clocks {
                timeline: Timeline::new(reported.at),
                fixed_due: reported.due_at,
                responded_at: None,
                resolved_at: None,
                response_missed_at: None,
                resolution_missed_at: None,
                escalated: BTreeSet::new(),
            },
            policy: reported.policy,
            comments: vec![],
            worklog: vec![],
            watchers: BTreeSet::new(),
            parent: None,
            satisfaction: None,
            reopened: 0,
        }
    }
}

impl Case {
    pub fn after(mut self, event: TicketEvent) -> Self {
        use TicketEvent as E;
        match event {
            E::TicketReported(_) => {}
            E::TicketEdited(details) => self.details = details,
            E::TicketTriaged { queue, category } => {
                self.queue = Some(queue);
                self.details.category = category;
                self.stage = Stage::Triaged;
            }
            E::TicketReassessed(assessment) => self.assessment = assessment,
            E::TicketRouted { queue } => {
                self.queue = Some(queue);
                self.release();
            }
            E::TicketAssigned { assignee } => self.assignee = Some(assignee),
            E::TicketReleased { .. } => self.release(),
            E::TicketResponded { at } => self.clocks.responded_at = Some(at),
            E::TicketStarted {} => self.stage = Stage::InProgress,
            E::TicketPaused(wait) => {
                self.clocks.timeline.pause(wait.at, PauseCause::Waiting);
                self.stage = Stage::Waiting(wait);
            }
            E::TicketResumed { at } => self.go_on(at),
            E::TicketResolved(solution) => {
                self.clocks.timeline.pause(solution.at, PauseCause::Resolved);
                self.clocks.resolved_at = Some(solution.at);
                self.stage = Stage::Resolved(solution);
            }
            E::TicketClosed { because, at } => self = self.closed(because, at),
            E::TicketReopened { at, .. } => {
                self.clocks.resolved_at = None;
                self.reopened += 1;
                self.go_on(at);
            }
            E::TicketCommented(comment) | E::TicketNoted(comment) => self.comments.push(comment),
            E::TicketWorkLogged(entry) => self.worklog.push(entry),
            E::TicketWatched { employee_id } => drop(self.watchers.insert(employee_id)),
            E::TicketUnwatched { employee_id } => drop(self.watchers.remove(&employee_id)),
            E::TicketParentSet { parent } => self.parent = Some(parent),
            E::TicketParentCleared {} => self.parent = None,
            E::TicketMarkedDuplicate { of, at } => {
                self.clocks.timeline.pause(at, PauseCause::Resolved);
                let (because, duplicate_of) = (ClosedBecause::Duplicate, Some(of));
                self.stage = Stage::Closed { because, at, solution: None, duplicate_of };
            }
            E::TicketRated(satisfaction) => self.satisfaction = Some(satisfaction),
            E::TicketRequesterLeft { left_on } => self.requester.left_on = Some(left_on),
            E::TicketResponseMissed { due_at } => self.clocks.response_missed_at = Some(due_at),
            E::TicketResolutionMissed { due_at } => self.clocks.resolution_missed_at = Some(due_at),
            E::TicketEscalated { goal, at_percent, .. } => drop(self.clocks.escalated.insert((goal, at_percent))),
        }
        self
    }

    /// Whoever worked on it does so no more; a wait goes on.
    fn release(&mut self) {
        self.assignee = None;
        if matches!(self.stage, Stage::InProgress) {
            self.stage = Stage::Triaged;
        }
    }

    fn go_on(&mut self, at: DateTime<Utc>) {
        self.clocks.timeline.resume(at);
        self.stage = match (&self.queue, self.assignee) {
            (None, _) => Stage::New,
            (Some(_), None) => Stage::Triaged,
            (Some(_), Some(_)) => Stage::InProgress,
        };
    }

    fn closed(mut self, because: ClosedBecause, at: DateTime<Utc>) -> Self {
        let solution = self.solution().cloned();
        self.stage = Stage::Closed { because, at, solution, duplicate_of: None };
        self
    }
}
