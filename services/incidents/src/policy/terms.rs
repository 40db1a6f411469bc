//! What an incident policy says: priorities, targets, working time, escalation.

use chrono::{DateTime, Duration, Utc};
use kernel::Localized;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::hours::{BusinessCalendar, Opening, TimeOfDay, Week};
use super::words::{Goal, Level, Priority};

/// The rules that a ticket lives by; a ticket keeps those it was opened under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sea_orm::FromJsonQueryResult)]
#[serde(deny_unknown_fields)]
pub struct PolicyTerms {
    pub priorities: PriorityMatrix,
    pub targets: Targets,
    pub calendar: BusinessCalendar,
    /// Whom to tell when how much of a target is used up.
    #[schema(max_items = 20)]
    pub ladder: Vec<Rung>,
    /// For how many days after its solution a ticket may be reopened.
    #[schema(minimum = 1, maximum = 90, example = 7)]
    pub reopen_within_days: u16,
    /// After how many days a solved ticket closes by itself.
    #[schema(minimum = 1, maximum = 90, example = 5)]
    pub close_after_days: u16,
}

/// impact → urgency → priority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PriorityMatrix {
    pub high: ByUrgency,
    pub medium: ByUrgency,
    pub low: ByUrgency,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ByUrgency {
    pub high: Priority,
    pub medium: Priority,
    pub low: Priority,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Targets {
    pub critical: Target,
    pub high: Target,
    pub medium: Target,
    pub low: Target,
}

/// How soon, in minutes of working time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Target {
    #[schema(minimum = 1, maximum = 60_000, example = 30)]
    pub response_minutes: u32,
    #[schema(minimum = 1, maximum = 60_000, example = 240)]
    pub resolution_minutes: u32,
}

/// One step of the escalation ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    pub goal: Goal,
    /// Share of the target that is used up.
    #[schema(minimum = 1, maximum = 500, example = 75)]
    pub at_percent: u16,
    pub whom: Whom,
}

/// Who is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Whom {
    /// The one who works on it.
    Assignee,
    /// Everyone in the ticket's queue.
    Queue,
    Employee {
        employee_id: Uuid,
    },
    /// Those who hold a role.
    Role {
        #[schema(min_length = 1, max_length = 100, pattern = r"^[a-z0-9-]+$", example = "support-head")]
        role: String,
    },
}

/// A policy as a ticket refers to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyInForce {
    /// Absent for the built-in policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// `POL-000001`, or `built-in`.
    #[schema(example = "POL-000001")]
    pub number: String,
    pub title: Localized,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_force_since: Option<DateTime<Utc>>,
    pub terms: PolicyTerms,
}

impl PriorityMatrix {
    pub fn priority(&self, impact: Level, urgency: Level) -> Priority {
        let row = match impact {
            Level::High => &self.high,
            Level::Medium => &self.medium,
            Level::Low => &self.low,
        };
        match urgency {
            Level::High => row.high,
            Level::Medium => row.medium,
            Level::Low => row.low,
        }
    }
}

impl Targets {
    pub fn of(&self, priority: Priority) -> Target {
        match priority {
            Priority::Critical => self.critical,
            Priority::High => self.high,
            Priority::Medium => self.medium,
            Priority::Low => self.low,
        }
    }

    pub fn all(&self) -> [Target; 4] {
        [self.critical, self.high, self.medium, self.low]
    }
}

impl Target {
    const fn new(response_minutes: u32, resolution_minutes: u32) -> Self {
        Self { response_minutes, resolution_minutes }
    }

    pub fn of(self, goal: Goal) -> Duration {
        Duration::minutes(match goal {
            Goal::Response => self.response_minutes.into(),
            Goal::Resolution => self.resolution_minutes.into(),
        })
    }
}

impl PolicyTerms {
    /// What holds until the first policy is approved. Never edited after its release: tickets were opened under it.
    pub fn built_in() -> Self {
        use Priority::{Critical, High, Low, Medium};
        let by = |high, medium, low| ByUrgency { high, medium, low };
        Self {
            priorities: PriorityMatrix {
                high: by(Critical, High, Medium),
                medium: by(High, Medium, Low),
                low: by(Medium, Low, Low),
            },
            targets: Targets {
                critical: Target::new(15, 240),
                high: Target::new(60, 480),
                medium: Target::new(240, 1440),
                low: Target::new(480, 2400),
            },
            calendar: BusinessCalendar { week: office_hours(), public_holidays: true, days_off: vec![] },
            ladder: built_in_ladder(),
            reopen_within_days: 7,
            close_after_days: 5,
        }
    }
}

impl PolicyInForce {
    pub fn built_in() -> Self {
        Self {
            id: None,
            number: "built-in".into(),
            title: Localized::new("ინციდენტების მართვის საწყისი პოლიტიკა", "Initial incident management policy"),
            in_force_since: None,
            terms: PolicyTerms::built_in(),
        }
    }
}

/// Monday to Friday, 09:00 to 18:00 with an hour's break: forty hours a week.
fn office_hours() -> Week {
    let hours = |from, to| Opening { from: TimeOfDay::hour(from), to: TimeOfDay::hour(to) };
    let day = vec![hours(9, 13), hours(14, 18)];
    Week {
        monday: day.clone(),
        tuesday: day.clone(),
        wednesday: day.clone(),
        thursday: day.clone(),
        friday: day,
        ..Week::default()
    }
}

fn built_in_ladder() -> Vec<Rung> {
    let rung = |goal, at_percent, whom| Rung { goal, at_percent, whom };
    let head = || Whom::Role { role: "support-head".into() };
    vec![
        rung(Goal::Response, 50, Whom::Queue),
        rung(Goal::Response, 100, head()),
        rung(Goal::Resolution, 75, Whom::Assignee),
        rung(Goal::Resolution, 100, Whom::Queue),
        rung(Goal::Resolution, 150, head()),
    ]
}
