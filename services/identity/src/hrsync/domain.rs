//! A change set: previewed, then applied or discarded. Its events count; whom it is about they do not say.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use event_store::{Aggregate, Context, Deadline, DomainEvent, Series};
use kernel::Fault;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

kernel::ids! { ChangeSetId }

/// A preview that nobody decides on is discarded after so long, and the personal data in it with it.
const KEPT: Duration = Duration::days(7);

/// So many leavers at once are nothing unusual, however few the staff.
const FEW_LEAVERS: i32 = 5;
/// A greater share of the staff than this does not leave at once unless somebody says so.
const USUAL_SHARE_PERCENT: i32 = 10;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub enum ChangeSet {
    #[default]
    Unknown,
    Previewed {
        preview: Preview,
        previewed_at: DateTime<Utc>,
    },
    Applied(Preview),
    Discarded(Preview),
}

/// What a file would change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Preview {
    /// Whether the file is all staff, so that whoever is not in it leaves.
    pub full: bool,
    /// SHA-256 of the file, in hexadecimal.
    pub file_sha256: String,
    /// The day that the file is read for.
    pub planned_on: NaiveDate,
    /// People in service before it.
    pub staff: i32,
    /// Rows of the file.
    pub rows: i32,
    pub joins: i32,
    pub edits: i32,
    pub moves: i32,
    pub leaves: i32,
    pub returns: i32,
    pub unchanged: i32,
    pub faults: i32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeSetCommand {
    Preview(Preview),
    Apply(Settlement),
    Discard,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Settlement {
    /// Says yes to more leavers than usual.
    #[serde(default)]
    pub accept_leavers: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
pub enum ChangeSetEvent {
    #[serde(rename = "change_set.previewed.v1")]
    ChangeSetPreviewed { preview: Preview, at: DateTime<Utc> },
    #[serde(rename = "change_set.applied.v1")]
    ChangeSetApplied(Settlement),
    #[serde(rename = "change_set.discarded.v1")]
    ChangeSetDiscarded {},
}

impl DomainEvent for ChangeSetEvent {}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeSetRefusal {
    AlreadyPreviewed,
    NotPreviewed,
    AlreadyApplied,
    AlreadyDiscarded,
    HasFaults,
    TooManyLeavers,
}

impl From<ChangeSetRefusal> for Fault {
    fn from(refusal: ChangeSetRefusal) -> Self {
        use ChangeSetRefusal as R;
        let (code, en, ka) = match refusal {
            R::AlreadyPreviewed => {
                ("change-set-exists", "The change set exists already.", "ცვლილებათა ნაკრები უკვე არსებობს.")
            }
            R::NotPreviewed => {
                ("change-set-not-previewed", "There is no such preview.", "ასეთი წინასწარი ნახვა არ არსებობს.")
            }
            R::AlreadyApplied => {
                ("change-set-applied", "The change set is already applied.", "ცვლილებები უკვე გატარებულია.")
            }
            R::AlreadyDiscarded => {
                ("change-set-discarded", "The change set is discarded.", "ცვლილებათა ნაკრები გაუქმებულია.")
            }
            R::HasFaults => (
                "change-set-has-faults",
                "Some rows have faults; correct the file and preview it again.",
                "ზოგიერთ სტრიქონში შეცდომაა; გაასწორეთ ფაილი და თავიდან ატვირთეთ.",
            ),
            R::TooManyLeavers => (
                "too-many-leavers",
                "More people would leave than usual; accept that, or look at the file.",
                "ჩვეულებრივზე მეტი თანამშრომელი წავიდოდა; დაადასტურეთ ან გადაამოწმეთ ფაილი.",
            ),
        };
        Self::conflict(code, en, ka)
    }
}

impl Aggregate for ChangeSet {
    const KIND: &'static str = "change_set";
    const SERIES: Series = Series::Yearly("HRS");
    type Id = ChangeSetId;
    type Command = ChangeSetCommand;
    type Event = ChangeSetEvent;
    type Refusal = ChangeSetRefusal;

    fn decide(&self, command: ChangeSetCommand, context: &Context) -> Result<Vec<ChangeSetEvent>, ChangeSetRefusal> {
        use ChangeSetCommand as C;
        use ChangeSetEvent as E;
        use ChangeSetRefusal as R;
        match (self, command) {
            (Self::Unknown, C::Preview(preview)) => Ok(vec![E::ChangeSetPreviewed { preview, at: context.now }]),
            (_, C::Preview(_)) => Err(R::AlreadyPreviewed),
            (Self::Unknown, _) => Err(R::NotPreviewed),
            (Self::Applied(_), _) => Err(R::AlreadyApplied),
            (Self::Discarded(_), _) => Err(R::AlreadyDiscarded),
            (Self::Previewed { preview, .. }, C::Apply(_)) if preview.faults > 0 => Err(R::HasFaults),
            (Self::Previewed { preview, .. }, C::Apply(Settlement { accept_leavers: false }))
                if preview.loses_many() =>
            {
                Err(R::TooManyLeavers)
            }
            (Self::Previewed { .. }, C::Apply(settlement)) => Ok(vec![E::ChangeSetApplied(settlement)]),
            (Self::Previewed { .. }, C::Discard) => Ok(vec![E::ChangeSetDiscarded {}]),
        }
    }

    fn evolve(self, event: ChangeSetEvent) -> Self {
        use ChangeSetEvent as E;
        match (self, event) {
            (_, E::ChangeSetPreviewed { preview, at }) => Self::Previewed { preview, previewed_at: at },
            (Self::Previewed { preview, .. }, E::ChangeSetApplied(_)) => Self::Applied(preview),
            (Self::Previewed { preview, .. }, E::ChangeSetDiscarded {}) => Self::Discarded(preview),
            (other, E::ChangeSetApplied(_) | E::ChangeSetDiscarded {}) => other,
        }
    }

    fn deadlines(&self) -> Vec<Deadline> {
        match self {
            Self::Previewed { previewed_at, .. } => vec![Deadline::new("forgotten", *previewed_at + KEPT)],
            Self::Unknown | Self::Applied(_) | Self::Discarded(_) => vec![],
        }
    }

    fn on_deadline(&self, _: &str) -> Option<ChangeSetCommand> {
        Some(ChangeSetCommand::Discard)
    }
}

impl ChangeSet {
    /// `None` only before it is previewed.
    pub fn preview(&self) -> Option<&Preview> {
        match self {
            Self::Unknown => None,
            Self::Previewed { preview, .. } | Self::Applied(preview) | Self::Discarded(preview) => Some(preview),
        }
    }
}

impl Preview {
    /// Whether so many leave that it may well be a mistake in the file.
    pub fn loses_many(&self) -> bool {
        self.leaves > FEW_LEAVERS && self.leaves * 100 > self.staff * USUAL_SHARE_PERCENT
    }

    /// Leavers in percent of the staff, to a tenth.
    pub fn leaving_share(&self) -> f64 {
        if self.staff == 0 { 0.0 } else { (f64::from(self.leaves) * 1000.0 / f64::from(self.staff)).round() / 10.0 }
    }
}

#[cfg(test)]
mod tests {
    use testkit::{Given, given, given_nothing};

    use super::*;

    fn preview(staff: i32, leaves: i32) -> Preview {
        Preview { staff, leaves, rows: 3, joins: 1, ..Preview::default() }
    }

    fn previewed(preview: Preview) -> ChangeSetEvent {
        ChangeSetEvent::ChangeSetPreviewed { preview, at: "2026-03-02T05:00:00Z".parse().unwrap() }
    }

    fn looked_at(preview: Preview) -> Given<ChangeSet> {
        given::<ChangeSet>([previewed(preview)])
    }

    fn apply(accept_leavers: bool) -> ChangeSetCommand {
        ChangeSetCommand::Apply(Settlement { accept_leavers })
    }

    #[test]
    fn a_change_set_is_previewed_and_applied_once() {
        given_nothing::<ChangeSet>()
            .when(ChangeSetCommand::Preview(preview(100, 1)))
            .then([previewed(preview(100, 1))]);
        given_nothing::<ChangeSet>().when(apply(true)).refused("change-set-not-previewed");
        let applied = ChangeSetEvent::ChangeSetApplied(Settlement { accept_leavers: false });
        looked_at(preview(100, 1)).when(apply(false)).then([applied.clone()]);
        given::<ChangeSet>([previewed(preview(100, 1)), applied]).when(apply(true)).refused("change-set-applied");
    }

    #[test]
    fn one_fault_stops_all_of_it() {
        looked_at(Preview { faults: 1, ..preview(100, 0) }).when(apply(true)).refused("change-set-has-faults");
    }

    #[test]
    fn many_leavers_must_be_accepted() {
        looked_at(preview(60, 7)).when(apply(false)).refused("too-many-leavers");
        looked_at(preview(60, 7)).when(apply(true)).then_state();
        looked_at(preview(60, 6)).when(apply(false)).then_state();
        looked_at(preview(10, 5)).when(apply(false)).then_state();
        assert_eq!(preview(60, 7).leaving_share(), 11.7);
        assert_eq!(preview(0, 0).leaving_share(), 0.0);
    }

    #[test]
    fn a_preview_that_nobody_decides_on_is_discarded_after_a_week() {
        let state = looked_at(preview(100, 1)).state();
        let [deadline] = state.deadlines().try_into().unwrap();
        assert_eq!(deadline.due_at.to_rfc3339(), "2026-03-09T05:00:00+00:00");
        let discarded = looked_at(preview(100, 1)).when(state.on_deadline(&deadline.name).unwrap());
        assert!(discarded.then([ChangeSetEvent::ChangeSetDiscarded {}]).deadlines().is_empty());
        let gone = given::<ChangeSet>([previewed(preview(100, 1)), ChangeSetEvent::ChangeSetDiscarded {}]);
        gone.when(ChangeSetCommand::Discard).refused("change-set-discarded");
    }
}
