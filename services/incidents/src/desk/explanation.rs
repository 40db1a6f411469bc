//! "Show the arithmetic": why a ticket's deadlines are what they are.

use chrono::{DateTime, Duration, Utc};
use kernel::Localized;
use serde::Serialize;
use utoipa::ToSchema;

use super::domain::ticket::Case;
use crate::policy::hours::{Because, Span};
use crate::policy::terms::Rung;
use crate::policy::words::{Goal, Priority};

/// A ticket's two clocks, explained.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketDeadlines {
    /// The policy that the ticket was opened under.
    #[schema(example = "POL-000001")]
    pub policy_number: String,
    pub policy_title: Localized,
    pub priority: Priority,
    pub opened_at: DateTime<Utc>,
    /// The moment this was computed for.
    pub as_of: DateTime<Utc>,
    pub response: GoalArithmetic,
    pub resolution: GoalArithmetic,
}

/// One clock: target, what is used up of it, and every interval that made it so.
#[derive(Debug, Serialize, ToSchema)]
pub struct GoalArithmetic {
    pub state: ClockState,
    /// Working time that may pass.
    #[schema(example = 14400)]
    pub target_seconds: i64,
    /// Working time that has passed.
    pub used_seconds: i64,
    /// What is left of the target; negative when it is overdrawn.
    pub left_seconds: i64,
    /// Null while the clock stands still.
    pub due_at: Option<DateTime<Utc>>,
    pub reached_at: Option<DateTime<Utc>>,
    /// Whether the target was missed.
    pub missed: bool,
    pub intervals: Vec<Interval>,
    pub escalations: Vec<Step>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClockState {
    Running,
    Paused,
    Reached,
    /// Closed without having been reached: another ticket goes on with it.
    Stopped,
}

/// Time that counts, or does not, and why.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct Interval {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    pub because: Because,
    /// Name of the holiday or day off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Localized>,
    pub counted_seconds: i64,
    /// All that counted up to the end of this interval.
    pub total_seconds: i64,
}

/// A step of the escalation ladder.
#[derive(Debug, Serialize, ToSchema)]
pub struct Step {
    pub rung: Rung,
    /// Null while the clock stands still, and when the goal was reached before.
    pub due_at: Option<DateTime<Utc>>,
    pub taken: bool,
}

impl TicketDeadlines {
    pub fn of(case: &Case, now: DateTime<Utc>) -> Self {
        Self {
            policy_number: case.policy.number.clone(),
            policy_title: case.policy.title.clone(),
            priority: case.assessment.priority,
            opened_at: case.clocks.timeline.opened_at,
            as_of: now,
            response: GoalArithmetic::of(case, Goal::Response, now),
            resolution: GoalArithmetic::of(case, Goal::Resolution, now),
        }
    }
}

impl GoalArithmetic {
    fn of(case: &Case, goal: Goal, now: DateTime<Utc>) -> Self {
        let (timeline, calendar) = (&case.clocks.timeline, &case.policy.terms.calendar);
        let (reached_at, due_at, target) = (case.reached(goal), case.due(goal), case.target(goal));
        let used = timeline.elapsed(calendar, reached_at.unwrap_or(now));
        let shown_until = reached_at.unwrap_or_else(|| due_at.map_or(now, |due| due.max(now)));
        Self {
            state: state(case, goal),
            target_seconds: target.num_seconds(),
            used_seconds: used.num_seconds(),
            left_seconds: (target - used).num_seconds(),
            due_at,
            reached_at,
            missed: case.missed_at(goal).is_some(),
            intervals: added_up(timeline.spans(calendar, shown_until)),
            escalations: steps(case, goal),
        }
    }
}

fn state(case: &Case, goal: Goal) -> ClockState {
    match () {
        () if case.reached(goal).is_some() => ClockState::Reached,
        () if !case.is_open() => ClockState::Stopped,
        () if case.clocks.timeline.is_running() => ClockState::Running,
        () => ClockState::Paused,
    }
}

fn added_up(spans: Vec<Span>) -> Vec<Interval> {
    let mut total = Duration::zero();
    let interval = |span: Span| {
        let counted = if span.counts() { span.length() } else { Duration::zero() };
        total += counted;
        Interval {
            from: span.from,
            to: span.to,
            because: span.because,
            name: span.name,
            counted_seconds: counted.num_seconds(),
            total_seconds: total.num_seconds(),
        }
    };
    spans.into_iter().map(interval).collect()
}

fn steps(case: &Case, goal: Goal) -> Vec<Step> {
    let of_goal = case.policy.terms.ladder.iter().filter(|rung| rung.goal == goal);
    of_goal.map(|rung| step(case, rung.clone())).collect()
}

fn step(case: &Case, rung: Rung) -> Step {
    let pending = case.is_open() && case.reached(rung.goal).is_none();
    Step {
        due_at: pending.then(|| case.due_at_percent(rung.goal, rung.at_percent)).flatten(),
        taken: case.clocks.escalated.contains(&(rung.goal, rung.at_percent)),
        rung,
    }
}

#[cfg(test)]
mod tests {
    use testkit::given;

    use super::*;
    use crate::desk::domain::ticket::{Ticket, TicketEvent, Wait};
    use crate::desk::samples::{reported, triaged};
    use crate::desk::words::WaitReason;

    fn explained(events: Vec<TicketEvent>, now: &str) -> TicketDeadlines {
        TicketDeadlines::of(given::<Ticket>(events).state().case().unwrap(), now.parse().unwrap())
    }

    #[test]
    fn the_intervals_add_up_to_the_target_when_it_is_due() {
        let resolution = explained(vec![reported()], "2026-03-02T06:00:00Z").resolution;
        let last = resolution.intervals.last().unwrap();
        assert_eq!((last.total_seconds, Some(last.to)), (resolution.target_seconds, resolution.due_at));
        assert_eq!((resolution.used_seconds, resolution.left_seconds), (3600, 23 * 3600));
    }

    #[test]
    fn a_holiday_on_the_way_is_named() {
        let resolution = explained(vec![reported()], "2026-03-02T06:00:00Z").resolution;
        let holiday = resolution.intervals.iter().find(|interval| interval.because == Because::PublicHoliday).unwrap();
        assert_eq!(holiday.name.as_ref().map(|name| name.ka.as_str()), Some("დედის დღე"));
        assert_eq!(holiday.counted_seconds, 0);
    }

    #[test]
    fn a_wait_is_told_from_the_night() {
        let wait = Wait { reason: WaitReason::Vendor, until: None, at: "2026-03-02T06:00:00Z".parse().unwrap() };
        let responded = TicketEvent::TicketResponded { at: wait.at };
        let explained =
            explained(vec![reported(), triaged(), responded, TicketEvent::TicketPaused(wait)], "2026-03-04T06:00:00Z");
        assert_eq!((explained.resolution.state, explained.response.state), (ClockState::Paused, ClockState::Reached));
        assert_eq!(explained.resolution.due_at, None);
        let story: Vec<_> = explained.resolution.intervals.iter().map(|interval| interval.because).collect();
        assert_eq!(story, [Because::WorkingHours, Because::Waiting]);
    }
}
