//! The roles that every installation begins with: the administrator, every employee, and the positions of the department.
//!
//! Ids follow from codes, so beginning twice changes nothing; what an administrator has changed since stays as it is.

use event_store::{Actor, Context, Expect, Failure, Store};
use kernel::Localized;
use kernel::id::derived;
use uuid::Uuid;

use super::{Role, RoleCommand, RoleDetails, RoleId};
use crate::organisation::position_id;

const ROOT: Uuid = Uuid::from_u128(0x0da2_ba21_0000_7000_8000_0000_0000_0002);

pub const ADMINISTRATOR: &str = "administrator";
const EVERYONE: &[&str] = &[
    "assets.custody:accept",
    "assets.custody:read",
    "assets.register:read",
    "identity.employees:read",
    "incidents.desk:read",
    "incidents.desk:report",
    "software.catalogue:read",
];

/// What people of the department may do besides what comes with their position.
const READERS: &[&str] = &[
    "assets.*:read",
    "contracts.*:read",
    "incidents.*:read",
    "software.*:read",
    "identity.organisation:read",
    "identity.employees:read",
];

/// Position (which is the role's code too), Georgian name, English name, scopes besides [`READERS`].
const POSITIONS: &[(&str, &str, &str, &[&str])] = &[
    (
        "head",
        "დეპარტამენტის უფროსი",
        "Head of Department",
        &["*:read", "incidents.*", "software.*", "contracts.contracts:sign"],
    ),
    (
        "deputy-head",
        "დეპარტამენტის უფროსის მოადგილე",
        "Deputy Head of Department",
        &["*:read", "incidents.*", "software.*"],
    ),
    (
        "support-head",
        "ტექნიკური მხარდაჭერის უფროსი",
        "Head of Technical Support",
        &["assets.*", "incidents.*", "contracts.*:write"],
    ),
    (
        "support-specialist",
        "ტექნიკური მხარდაჭერის სპეციალისტი",
        "Technical Support Specialist",
        &["assets.*", "incidents.desk"],
    ),
    ("records-specialist", "საქმისწარმოების სპეციალისტი", "Records Specialist", &["incidents.desk"]),
    (
        "systems-specialist",
        "სისტემების სპეციალისტი",
        "Systems Specialist",
        &["assets.*", "incidents.desk", "software.catalogue", "identity.hrsync"],
    ),
    (
        "infra-head",
        "ინფრასტრუქტურის უფროსი",
        "Head of Infrastructure",
        &["assets.*", "incidents.*", "contracts.*:write", "identity.access", "identity.sign-in", "identity.audit"],
    ),
    (
        "server-administrator",
        "სერვერების ადმინისტრატორი",
        "Server Administrator",
        &["assets.*", "incidents.desk", "identity.access", "identity.sign-in", "identity.audit"],
    ),
    (
        "network-administrator",
        "ქსელის ადმინისტრატორი",
        "Network Administrator",
        &["assets.*", "incidents.desk", "identity.access"],
    ),
    (
        "database-administrator",
        "მონაცემთა ბაზების ადმინისტრატორი",
        "Database Administrator",
        &["incidents.desk", "software.catalogue", "identity.audit"],
    ),
    (
        "communications-specialist",
        "კომუნიკაციების სპეციალისტი",
        "Communications Specialist",
        &["assets.register", "incidents.desk"],
    ),
    (
        "software-head",
        "პროგრამული უზრუნველყოფის უფროსი",
        "Head of Software",
        &["software.*", "incidents.*", "contracts.*:write"],
    ),
    (
        "software-developer",
        "პროგრამისტი",
        "Software Developer",
        &["software.catalogue", "software.criticality:write", "incidents.desk"],
    ),
    (
        "web-administrator",
        "ვებგვერდების ადმინისტრატორი",
        "Web Administrator",
        &["software.catalogue", "incidents.desk"],
    ),
];

fn role_id(code: &str) -> RoleId {
    derived(ROOT, code).into()
}

/// The role that may do everything.
pub fn administrator() -> RoleId {
    role_id(ADMINISTRATOR)
}

pub fn is_built_in(id: RoleId) -> bool {
    let codes = [ADMINISTRATOR, "employee"].into_iter().chain(POSITIONS.iter().map(|(code, ..)| *code));
    codes.map(role_id).any(|known| known == id)
}

/// Creates what is not there yet.
pub async fn begin(store: &Store) -> Result<(), Failure> {
    let context = Context::new(store.clock().now(), Actor::system("built-in roles"));
    for details in roles() {
        let id = role_id(&details.code);
        match store.execute::<Role>(id, Expect::Nothing, RoleCommand::Create(details), &context, None).await {
            Ok(_) | Err(Failure::Stale { .. }) => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(())
}

fn roles() -> Vec<RoleDetails> {
    let administrator = role(ADMINISTRATOR, "ადმინისტრატორი", "Administrator", &["*"]);
    let everyone = role("employee", "თანამშრომელი", "Employee", EVERYONE);
    let mut roles = vec![administrator, RoleDetails { for_everyone: true, ..everyone }];
    roles.extend(POSITIONS.iter().map(|(code, ka, en, scopes)| {
        let scopes: Vec<&str> = READERS.iter().chain(*scopes).copied().collect();
        RoleDetails { position_id: Some(position_id(code).into()), ..role(code, ka, en, &scopes) }
    }));
    roles
}

fn role(code: &str, ka: &str, en: &str, scopes: &[&str]) -> RoleDetails {
    let mut scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    scopes.sort();
    RoleDetails { code: code.into(), name: Localized::new(ka, en), scopes, position_id: None, for_everyone: false }
}

/// A stream always begins with its creation, so this stands for nothing that a caller can see.
pub fn nothing() -> RoleDetails {
    role("", "", "", &[])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_of_a_built_in_role_is_one() {
        for role in roles() {
            for scope in &role.scopes {
                assert!(auth::is_pattern(scope), "{}: {scope}", role.code);
            }
        }
    }
}
