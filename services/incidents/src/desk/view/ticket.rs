//! The table of tickets: what the requester may read of them too, so nothing internal.

use chrono::{DateTime, NaiveDate, Utc};
use event_store::{Entity, Failure, Record, Row, Sealed};
use kernel::text::searchable;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::desk::domain::ticket::{Affected, Case, Source, Stage, Ticket, TicketId, TicketReference};
use crate::desk::words::{Category, Channel, ClosedBecause, Outcome, TicketKind, TicketStatus, WaitReason};
use crate::policy::words::{Goal, Level, Priority};

pub mod row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, ToSchema)]
    #[sea_orm(table_name = "tickets")]
    #[schema(as = Ticket)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: TicketId,
        #[schema(example = "INC-2026-000123")]
        pub number: String,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
        pub kind: TicketKind,
        pub status: TicketStatus,
        pub channel: Channel,
        /// Null once the requester's personal data was erased.
        #[sea_orm(column_type = "Text", nullable)]
        #[schema(example = "Printer in room 412 does not print")]
        pub title: Option<String>,
        #[sea_orm(column_type = "Text", nullable)]
        pub description: Option<String>,
        pub category: Category,
        pub impact: Level,
        pub urgency: Level,
        pub priority: Priority,
        pub requester_id: Uuid,
        /// The employee it is about, when that is not the requester.
        pub reported_for_id: Option<Uuid>,
        /// The last day of work of a requester who left.
        pub requester_left_on: Option<NaiveDate>,
        /// The requester.
        pub owner_id: Option<Uuid>,
        /// Of the requester.
        pub org_unit_id: Option<Uuid>,
        pub queue_id: Option<Uuid>,
        #[schema(example = "technical-support")]
        pub queue_code: Option<String>,
        pub assignee_id: Option<Uuid>,
        #[sea_orm(column_type = "JsonBinary")]
        pub affected_devices: AffectedThings,
        #[sea_orm(column_type = "JsonBinary")]
        pub affected_systems: AffectedThings,
        /// What a task follows from.
        #[sea_orm(column_type = "JsonBinary", nullable)]
        pub source: Option<SourceColumn>,
        pub source_id: Option<Uuid>,
        pub parent_id: Option<Uuid>,
        pub parent_number: Option<String>,
        pub duplicate_of_id: Option<Uuid>,
        pub duplicate_of_number: Option<String>,
        pub waiting_for: Option<WaitReason>,
        pub waiting_until: Option<DateTime<Utc>>,
        /// Null while the clock stands still.
        pub response_due_at: Option<DateTime<Utc>>,
        pub responded_at: Option<DateTime<Utc>>,
        pub response_missed: bool,
        /// Null while the clock stands still.
        pub resolution_due_at: Option<DateTime<Utc>>,
        pub resolved_at: Option<DateTime<Utc>>,
        pub resolution_missed: bool,
        pub escalated: bool,
        pub outcome: Option<Outcome>,
        #[sea_orm(column_type = "Text", nullable)]
        pub solution: Option<String>,
        pub closed_at: Option<DateTime<Utc>>,
        pub closed_because: Option<ClosedBecause>,
        pub reopened: i64,
        /// 1 (bad) to 5 (very good).
        pub satisfaction: Option<i32>,
        pub minutes_spent: i64,
        /// How many public comments there are.
        pub comments: i64,
        #[sea_orm(column_type = "JsonBinary")]
        pub watchers: Watchers,
        /// The policy it was opened under.
        #[schema(example = "POL-000001")]
        pub policy_number: String,
        #[serde(skip)]
        #[sea_orm(column_type = "Text")]
        pub search: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
pub use row::Model as TicketRow;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, FromJsonQueryResult)]
pub struct AffectedThings(pub Vec<Affected>);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, FromJsonQueryResult)]
pub struct Watchers(pub Vec<Uuid>);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, FromJsonQueryResult)]
pub struct SourceColumn(pub Source);

impl Row for TicketRow {
    type Table = row::Entity;
    type Active = row::ActiveModel;
    const INDEXES: &'static [&'static [&'static str]] = &[
        &["status"],
        &["queue_id", "status"],
        &["assignee_id", "status"],
        &["owner_id"],
        &["org_unit_id"],
        &["resolution_due_at"],
        &["source_id"],
    ];
}

impl Record for Ticket {
    type Row = TicketRow;
}

impl From<&Entity<Ticket>> for TicketRow {
    fn from(entity: &Entity<Ticket>) -> Self {
        let blank = Self {
            id: entity.id,
            number: entity.number.clone(),
            version: entity.version,
            created_at: entity.created_at,
            updated_at: entity.updated_at,
            ..Self::blank(entity.id)
        };
        entity.state.case().map_or(blank.clone(), |case| blank.with(case))
    }
}

impl TicketRow {
    /// Before anything is known.
    fn blank(id: TicketId) -> Self {
        let never = DateTime::UNIX_EPOCH;
        Self {
            id,
            number: String::new(),
            version: 0,
            created_at: never,
            updated_at: never,
            kind: TicketKind::default(),
            status: TicketStatus::default(),
            channel: Channel::default(),
            title: None,
            description: None,
            category: Category::default(),
            impact: Level::Medium,
            urgency: Level::Medium,
            priority: Priority::Medium,
            requester_id: Uuid::nil(),
            reported_for_id: None,
            requester_left_on: None,
            owner_id: None,
            org_unit_id: None,
            queue_id: None,
            queue_code: None,
            assignee_id: None,
            affected_devices: AffectedThings::default(),
            affected_systems: AffectedThings::default(),
            source: None,
            source_id: None,
            parent_id: None,
            parent_number: None,
            duplicate_of_id: None,
            duplicate_of_number: None,
            waiting_for: None,
            waiting_until: None,
            response_due_at: None,
            responded_at: None,
            response_missed: false,
            resolution_due_at: None,
            resolved_at: None,
            resolution_missed: false,
            escalated: false,
            outcome: None,
            solution: None,
            closed_at: None,
            closed_because: None,
            reopened: 0,
            satisfaction: None,
            minutes_spent: 0,
            comments: 0,
            watchers: Watchers::default(),
            policy_number: String::new(),
            search: String::new(),
        }
    }

    fn with(self, case: &Case) -> Self {
        self.described(case).people(case).relations(case).stage(case).clocks(case).searchable(case)
    }

    fn described(self, case: &Case) -> Self {
        let details = &case.details;
        Self {
            kind: case.kind,
            status: case.status(),
            channel: case.channel,
            title: details.title.open().cloned(),
            description: details.description.open().cloned(),
            category: details.category,
            impact: case.assessment.impact,
            urgency: case.assessment.urgency,
            priority: case.assessment.priority,
            affected_devices: AffectedThings(details.affected_devices.clone()),
            affected_systems: AffectedThings(details.affected_systems.clone()),
            comments: case.comments.iter().filter(|comment| !comment.internal).count().try_into().unwrap_or(i64::MAX),
            policy_number: case.policy.number.clone(),
            ..self
        }
    }

    fn people(self, case: &Case) -> Self {
        Self {
            requester_id: case.requester.employee_id,
            reported_for_id: case.details.reported_for,
            requester_left_on: case.requester.left_on,
            owner_id: Some(case.requester.employee_id),
            org_unit_id: case.requester.org_unit_id,
            queue_id: case.queue.as_ref().map(|queue| queue.id),
            queue_code: case.queue.as_ref().map(|queue| queue.code.clone()),
            assignee_id: case.assignee,
            watchers: Watchers(case.watchers.iter().copied().collect()),
            ..self
        }
    }

    fn relations(self, case: &Case) -> Self {
        let (parent_id, parent_number) = split(case.parent.as_ref());
        let duplicate_of = match &case.stage {
            Stage::Closed { duplicate_of, .. } => duplicate_of.as_ref(),
            _ => None,
        };
        let (duplicate_of_id, duplicate_of_number) = split(duplicate_of);
        let source = case.source.clone().map(SourceColumn);
        let source_id = case.source.as_ref().map(|source| source.id);
        Self { source, source_id, parent_id, parent_number, duplicate_of_id, duplicate_of_number, ..self }
    }

    fn stage(self, case: &Case) -> Self {
        let wait = match &case.stage {
            Stage::Waiting(wait) => Some(wait),
            _ => None,
        };
        let closed = match &case.stage {
            Stage::Closed { because, at, .. } => Some((*because, *at)),
            _ => None,
        };
        let solution = case.solution();
        Self {
            waiting_for: wait.map(|wait| wait.reason),
            waiting_until: wait.and_then(|wait| wait.until),
            outcome: solution.map(|solution| solution.outcome),
            solution: solution.and_then(|solution| solution.text.open().cloned()),
            closed_because: closed.map(|(because, _)| because),
            closed_at: closed.map(|(_, at)| at),
            reopened: case.reopened.into(),
            satisfaction: case.satisfaction.as_ref().map(|satisfaction| satisfaction.score.into()),
            minutes_spent: case.minutes_spent().into(),
            ..self
        }
    }

    fn clocks(self, case: &Case) -> Self {
        Self {
            response_due_at: case.due(Goal::Response),
            responded_at: case.reached(Goal::Response),
            response_missed: case.missed_at(Goal::Response).is_some(),
            resolution_due_at: case.due(Goal::Resolution),
            resolved_at: case.reached(Goal::Resolution),
            resolution_missed: case.missed_at(Goal::Resolution).is_some(),
            escalated: !case.clocks.escalated.is_empty(),
            ..self
        }
    }

    fn searchable(self, case: &Case) -> Self {
        let texts = [open(&case.details.title), open(&case.details.description), &self.number];
        let things = case.details.affected_devices.iter().chain(&case.details.affected_systems);
        let source = case.source.iter().filter_map(|source| source.number.as_deref());
        let words = texts.into_iter().chain(things.map(|thing| thing.reference.as_str())).chain(source);
        let search = searchable(&words.collect::<Vec<_>>().join(" "));
        Self { search, ..self }
    }
}

fn open(text: &Sealed<String>) -> &str {
    text.open().map(String::as_str).unwrap_or_default()
}

fn split(reference: Option<&TicketReference>) -> (Option<Uuid>, Option<String>) {
    (reference.map(|reference| reference.id), reference.map(|reference| reference.number.clone()))
}

/// Tickets that an employee asked for or works on, and that are not solved.
pub async fn open_tickets_of(database: &DatabaseConnection, employee: Uuid) -> Result<Vec<TicketId>, Failure> {
    let theirs = Condition::any().add(row::Column::OwnerId.eq(employee)).add(row::Column::AssigneeId.eq(employee));
    let over = [TicketStatus::Resolved, TicketStatus::Closed];
    let query = row::Entity::find().filter(theirs).filter(row::Column::Status.is_not_in(over));
    Ok(query.all(database).await?.into_iter().map(|row| row.id).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::samples::{NINO, reported};
    use event_store::Aggregate;

    fn row_after(events: Vec<crate::desk::domain::ticket::TicketEvent>) -> TicketRow {
        let state = events.into_iter().fold(Ticket::default(), Ticket::evolve);
        let unborn = Entity::unborn(TicketId::from(Uuid::from_u128(9)));
        TicketRow::from(&Entity { number: "INC-2026-000007".into(), version: 1, state, ..unborn })
    }

    #[test]
    fn a_new_ticket_is_seen_by_its_requester_and_their_unit() {
        let row = row_after(vec![reported()]);
        assert_eq!((row.owner_id, row.status), (Some(NINO), TicketStatus::New));
        assert!(row.org_unit_id.is_some());
    }

    #[test]
    fn a_ticket_is_found_by_its_number_its_words_and_its_devices_in_either_script() {
        let row = row_after(vec![reported()]);
        for word in ["inc-2026-000007", "printeri", "dev-000123"] {
            assert!(row.search.contains(word), "{word} in {}", row.search);
        }
    }

    #[test]
    fn deadlines_stand_in_the_row() {
        let row = row_after(vec![reported()]);
        // Medium by medium: four working hours from 09:00 on, the lunch break not counted.
        assert_eq!(row.response_due_at.map(|due| due.to_rfc3339()), Some("2026-03-02T09:00:00+00:00".into()));
    }
}
