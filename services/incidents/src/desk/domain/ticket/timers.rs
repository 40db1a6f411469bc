//! What a ticket waits for: its targets, the steps of the ladder, the end of a wait, its own closing.

use chrono::{DateTime, Duration, Utc};
use event_store::Deadline;

use super::{Case, Solution, Stage, TicketCommand, TicketEvent};
use crate::policy::terms::{Rung, Whom};
use crate::policy::words::Goal;

const GOALS: [Goal; 2] = [Goal::Response, Goal::Resolution];

impl Case {
    /// Working time that may pass until `goal`.
    pub fn target(&self, goal: Goal) -> Duration {
        let timeline = &self.clocks.timeline;
        match (goal, self.clocks.fixed_due) {
            (Goal::Resolution, Some(due)) => self.policy.terms.calendar.between(timeline.opened_at, due),
            _ => self.policy.terms.targets.of(self.assessment.priority).of(goal),
        }
    }

    /// When `goal` was reached.
    pub fn reached(&self, goal: Goal) -> Option<DateTime<Utc>> {
        match goal {
            Goal::Response => self.clocks.responded_at,
            Goal::Resolution => self.clocks.resolved_at,
        }
    }

    pub fn missed_at(&self, goal: Goal) -> Option<DateTime<Utc>> {
        match goal {
            Goal::Response => self.clocks.response_missed_at,
            Goal::Resolution => self.clocks.resolution_missed_at,
        }
    }

    /// When the whole target is used up; `None` while the clock stands still.
    pub fn due(&self, goal: Goal) -> Option<DateTime<Utc>> {
        self.due_at_percent(goal, 100)
    }

    pub fn due_at_percent(&self, goal: Goal, percent: u16) -> Option<DateTime<Utc>> {
        let share = Duration::milliseconds(self.target(goal).num_milliseconds() * i64::from(percent) / 100);
        self.clocks.timeline.due(&self.policy.terms.calendar, share)
    }

    fn is_pending(&self, goal: Goal) -> bool {
        self.is_open() && self.reached(goal).is_none()
    }

    pub fn deadlines(&self) -> Vec<Deadline> {
        let mut deadlines: Vec<Deadline> =
            GOALS.into_iter().filter(|goal| self.is_pending(*goal)).flat_map(|goal| self.deadlines_of(goal)).collect();
        match &self.stage {
            Stage::Waiting(wait) => deadlines.extend(wait.until.map(|until| Deadline::new("wait-over", until))),
            Stage::Resolved(solution) => deadlines.push(Deadline::new("lapse", self.lapses_at(solution))),
            Stage::New | Stage::Triaged | Stage::InProgress | Stage::Closed { .. } => {}
        }
        deadlines
    }

    fn deadlines_of(&self, goal: Goal) -> Vec<Deadline> {
        let missed = self.missed_at(goal).is_none().then(|| self.due(goal)).flatten();
        let missed = missed.map(|due| Deadline::new(format!("{}-missed", name(goal)), due));
        let steps = self.steps_left(goal).into_iter().filter_map(|percent| {
            Some(Deadline::new(format!("{}-escalation-{percent}", name(goal)), self.due_at_percent(goal, percent)?))
        });
        missed.into_iter().chain(steps).collect()
    }

    /// Percents of the ladder that were not reached yet.
    fn steps_left(&self, goal: Goal) -> Vec<u16> {
        let of_goal = |rung: &&Rung| rung.goal == goal && !self.clocks.escalated.contains(&(goal, rung.at_percent));
        let mut percents: Vec<u16> =
            self.policy.terms.ladder.iter().filter(of_goal).map(|rung| rung.at_percent).collect();
        percents.sort_unstable();
        percents.dedup();
        percents
    }

    pub fn command_for(&self, deadline: &str) -> Option<TicketCommand> {
        match deadline {
            "wait-over" => return Some(TicketCommand::ResumeAfterWait),
            "lapse" => return Some(TicketCommand::Lapse),
            _ => {}
        }
        let (goal, rest) = GOALS.into_iter().find_map(|goal| Some((goal, deadline.strip_prefix(name(goal))?)))?;
        match rest {
            "-missed" => Some(TicketCommand::Miss(goal)),
            _ => {
                let at_percent = rest.strip_prefix("-escalation-")?.parse().ok()?;
                Some(TicketCommand::Escalate { goal, at_percent })
            }
        }
    }

    /// A timer that comes too early, or a second time, finds nothing to do.
    pub(super) fn missed(&self, goal: Goal, now: DateTime<Utc>) -> Vec<TicketEvent> {
        let due = self.due(goal).filter(|due| *due <= now && self.is_pending(goal) && self.missed_at(goal).is_none());
        let event = due.map(|due_at| match goal {
            Goal::Response => TicketEvent::TicketResponseMissed { due_at },
            Goal::Resolution => TicketEvent::TicketResolutionMissed { due_at },
        });
        event.into_iter().collect()
    }

    pub(super) fn escalated(&self, goal: Goal, at_percent: u16, now: DateTime<Utc>) -> Vec<TicketEvent> {
        let due = self.due_at_percent(goal, at_percent).is_some_and(|due| due <= now);
        if !due || !self.is_pending(goal) || !self.steps_left(goal).contains(&at_percent) {
            return vec![];
        }
        vec![TicketEvent::TicketEscalated { goal, at_percent, whom: self.whom(goal, at_percent) }]
    }

    fn whom(&self, goal: Goal, at_percent: u16) -> Vec<Whom> {
        let here = |rung: &&Rung| rung.goal == goal && rung.at_percent == at_percent;
        self.policy.terms.ladder.iter().filter(here).map(|rung| rung.whom.clone()).collect()
    }

    pub(super) fn lapses_at(&self, solution: &Solution) -> DateTime<Utc> {
        solution.at + Duration::days(self.policy.terms.close_after_days.into())
    }
}

fn name(goal: Goal) -> &'static str {
    match goal {
        Goal::Response => "response",
        Goal::Resolution => "resolution",
    }
}
