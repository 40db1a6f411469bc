//! The structure that every installation can begin with: the ministry, its agencies, and the IT department with its
//! positions and the functions they carry (`docs/functions.md`). Ids follow from codes, so beginning twice changes nothing.

use event_store::{Context, Expect, Failure, Record, Store};
use kernel::Localized;
use kernel::id::derived;
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::unit::OrgUnitDetails;
use super::view::unit_row;
use super::{OrgUnit, OrgUnitCommand, OrgUnitId, Position, PositionCommand, PositionDetails, PositionId, UnitKind};

/// Code, parent's code, kind, Georgian name, English name.
const UNITS: &[(&str, Option<&str>, UnitKind, &str, &str)] = &[
    ("MINISTRY", None, UnitKind::Ministry, "სამინისტრო", "Ministry"),
    (
        "MED-REGULATION",
        Some("MINISTRY"),
        UnitKind::Agency,
        "სამედიცინო საქმიანობის სახელმწიფო რეგულირების სააგენტო",
        "State Regulation Agency for Medical Activities",
    ),
    ("SOCIAL-SERVICE", Some("MINISTRY"), UnitKind::Agency, "სოციალური მომსახურების სააგენტო", "Social Service Agency"),
    ("MEDIATION", Some("MINISTRY"), UnitKind::Agency, "სამედიცინო მედიაციის სამსახური", "Medical Mediation Service"),
    ("ADMIN", Some("MINISTRY"), UnitKind::Department, "ადმინისტრაციული დეპარტამენტი", "Administrative Department"),
    (
        "FINANCE",
        Some("MINISTRY"),
        UnitKind::Department,
        "საფინანსო-ეკონომიკური დეპარტამენტი",
        "Finance and Economy Department",
    ),
    (
        "HEALTH-POLICY",
        Some("MINISTRY"),
        UnitKind::Department,
        "ჯანმრთელობის დაცვის პოლიტიკის დეპარტამენტი",
        "Health Policy Department",
    ),
    ("HR", Some("ADMIN"), UnitKind::Division, "ადამიანური რესურსების მართვის სამმართველო", "Human Resources Division"),
    ("IT", Some("MINISTRY"), UnitKind::Department, "საინფორმაციო ტექნოლოგიების დეპარტამენტი", "IT Department"),
    ("IT-SUPPORT", Some("IT"), UnitKind::Division, "ტექნიკური მხარდაჭერის სამმართველო", "Technical Support Division"),
    (
        "IT-INFRA",
        Some("IT"),
        UnitKind::Division,
        "აიტი პოლიტიკისა და ინფრასტრუქტურის ადმინისტრირების სამმართველო",
        "IT Policy and Infrastructure Administration Division",
    ),
    (
        "IT-SOFTWARE",
        Some("IT"),
        UnitKind::Division,
        "პროგრამული უზრუნველყოფის მხარდაჭერისა და განვითარების სამმართველო",
        "Software Support and Development Division",
    ),
];

/// Code, unit's code, headcount, Georgian title, English title, functions.
type BuiltInPosition = (&'static str, &'static str, i32, &'static str, &'static str, &'static [&'static str]);

const POSITIONS: &[BuiltInPosition] = &[
    ("head", "IT", 1, "დეპარტამენტის უფროსი", "Head of Department", &["1.1", "1.2", "1.3", "1.4", "1.5"]),
    (
        "deputy-head",
        "IT",
        1,
        "დეპარტამენტის უფროსის მოადგილე",
        "Deputy Head of Department",
        &["2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7"],
    ),
    (
        "support-head",
        "IT-SUPPORT",
        1,
        "სამმართველოს უფროსი",
        "Head of Technical Support",
        &["3.1.1", "3.1.2", "3.1.3", "3.1.4", "3.1.5", "3.1.6", "3.1.7"],
    ),
    (
        "support-specialist",
        "IT-SUPPORT",
        12,
        "ტექნიკური მხარდაჭერის სპეციალისტი",
        "Technical Support Specialist",
        &["3.2.1", "3.2.2", "3.2.3", "3.2.4", "3.2.5", "3.2.6"],
    ),
    (
        "records-specialist",
        "IT-SUPPORT",
        3,
        "საქმისწარმოების სპეციალისტი",
        "Records Specialist",
        &["3.3.1", "3.3.2", "3.3.3", "3.3.4", "3.3.5", "3.3.6"],
    ),
    (
        "systems-specialist",
        "IT-SUPPORT",
        6,
        "სისტემების სპეციალისტი",
        "Systems Specialist",
        &["3.4.1", "3.4.2", "3.4.3", "3.4.4", "3.4.5", "3.4.6", "3.4.7", "3.4.8", "3.4.9", "3.4.10", "3.4.11"],
    ),
    (
        "infra-head",
        "IT-INFRA",
        1,
        "სამმართველოს უფროსი",
        "Head of Infrastructure",
        &["4.1.1", "4.1.2", "4.1.3", "4.1.4", "4.1.5", "4.1.6", "4.1.7"],
    ),
    (
        "server-administrator",
        "IT-INFRA",
        4,
        "სერვერების ადმინისტრატორი",
        "Server Administrator",
        &["4.2.1", "4.2.2", "4.2.3", "4.2.4", "4.2.5", "4.2.6", "4.2.7", "4.2.8", "4.2.9"],
    ),
    (
        "network-administrator",
        "IT-INFRA",
        4,
        "ქსელის ადმინისტრატორი",
        "Network Administrator",
        &["4.3.1", "4.3.2", "4.3.3", "4.3.4", "4.3.5", "4.3.6", "4.3.7"],
    ),
    (
        "database-administrator",
        "IT-INFRA",
        3,
        "მონაცემთა ბაზების ადმინისტრატორი",
        "Database Administrator",
        &["4.4.1", "4.4.2", "4.4.3", "4.4.4", "4.4.5"],
    ),
    (
        "communications-specialist",
        "IT-INFRA",
        3,
        "კომუნიკაციების სპეციალისტი",
        "Communications Specialist",
        &["4.5.1", "4.5.2", "4.5.3"],
    ),
    (
        "software-head",
        "IT-SOFTWARE",
        1,
        "სამმართველოს უფროსი",
        "Head of Software",
        &["5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.5", "5.1.6", "5.1.7", "5.1.8", "5.1.9", "5.1.10", "5.1.11"],
    ),
    (
        "software-developer",
        "IT-SOFTWARE",
        8,
        "პროგრამისტი",
        "Software Developer",
        &["5.2.1", "5.2.2", "5.2.3", "5.2.4", "5.2.5", "5.2.6", "5.2.7", "5.2.8", "5.2.9", "5.2.10"],
    ),
    (
        "web-administrator",
        "IT-SOFTWARE",
        4,
        "ვებგვერდების ადმინისტრატორი",
        "Web Administrator",
        &["5.3.1", "5.3.2", "5.3.3", "5.3.4", "5.3.5", "5.3.6"],
    ),
];

/// Every built-in id is derived from this one.
const ROOT: Uuid = Uuid::from_u128(0x0da2_ba21_0000_7000_8000_0000_0000_0001);

pub fn unit_id(code: &str) -> OrgUnitId {
    derived(ROOT, &format!("unit:{code}")).into()
}

pub fn position_id(code: &str) -> PositionId {
    derived(ROOT, &format!("position:{code}")).into()
}

/// Whether the structure has still to be created, as a whole or after a start that was broken off. One that a department
/// has made for itself is left alone.
pub async fn is_wanted(store: &Store) -> Result<bool, Failure> {
    let last = POSITIONS.last().map(|(code, ..)| position_id(code));
    let is_complete = match last {
        Some(last) => store.load::<Position>(last).await?.is_some(),
        None => true,
    };
    let is_begun = store.load::<OrgUnit>(unit_id("MINISTRY")).await?.is_some();
    let is_empty = unit_row::Entity::find().one(&store.database().reader).await?.is_none();
    Ok(!is_complete && (is_begun || is_empty))
}

/// Creates what is not there yet; returns how many units and positions that were.
pub async fn begin(store: &Store, context: &Context, dry_run: bool) -> Result<usize, Failure> {
    let mut begun = 0;
    for (code, parent, kind, ka, en) in UNITS {
        let details = OrgUnitDetails { code: (*code).into(), name: Localized::new(*ka, *en), kind: *kind };
        let command = OrgUnitCommand::Create { details, parent_id: parent.map(|code| unit_id(code).into()) };
        begun += create::<OrgUnit>(store, unit_id(code), command, context, dry_run).await?;
    }
    for (code, unit, headcount, ka, en, functions) in POSITIONS {
        let details = PositionDetails {
            title: Localized::new(*ka, *en),
            org_unit_id: unit_id(unit).into(),
            headcount: *headcount,
            functions: functions.iter().map(|number| (*number).to_owned()).collect(),
        };
        let command = PositionCommand::Create(details);
        begun += create::<Position>(store, position_id(code), command, context, dry_run).await?;
    }
    Ok(begun)
}

/// 1 for what was created now, or would be; 0 for what was there.
async fn create<A: Record>(
    store: &Store,
    id: A::Id,
    command: A::Command,
    context: &Context,
    dry_run: bool,
) -> Result<usize, Failure> {
    if dry_run {
        return Ok(usize::from(store.load::<A>(id).await?.is_none()));
    }
    match store.execute::<A>(id, Expect::Nothing, command, context, None).await {
        Ok(_) => Ok(1),
        Err(Failure::Stale { .. }) => Ok(0),
        Err(failure) => Err(failure),
    }
}
