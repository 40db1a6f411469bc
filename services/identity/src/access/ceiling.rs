//! Nobody hands out more than they hold.

use auth::{Principal, Within, is_pattern, pattern_includes};
use event_store::{Failure, Store};
use kernel::{Fault, Kind};
use uuid::Uuid;

use super::rights::grants_of;
use crate::organisation::line_above;

/// Whether `caller` may hand out `scopes` within a place; `above` are the units that this place stands under, itself included.
pub fn check_ceiling(caller: &Principal, scopes: &[String], within: Within, above: &[Uuid]) -> Result<(), Fault> {
    let reaches = |held: Within| match (held, within) {
        (Within::Everywhere, _) => true,
        (Within::Unit(unit), Within::Unit(_)) => above.contains(&unit),
        (Within::Unit(_) | Within::Own, _) => false,
    };
    let held = |scope: &String| {
        let mut grants = caller.grants.iter().filter(|grant| reaches(grant.within));
        grants.any(|grant| grant.scopes.iter().any(|pattern| pattern_includes(pattern, scope)))
    };
    // What is no scope at all is named by whoever reads the scopes.
    match scopes.iter().find(|scope| is_pattern(scope) && !held(scope)) {
        None => Ok(()),
        Some(scope) => Err(Fault::new(
            Kind::Forbidden,
            "beyond-own-rights",
            format!("You do not hold {scope} there yourself."),
            format!("უფლება {scope} იქ თავად არ გაქვთ."),
        )),
    }
}

/// Whether `caller` may be given a password of somebody: with it come all rights that follow for this user.
pub async fn check_power_over(
    caller: &Principal,
    store: &Store,
    user_id: Uuid,
    employee_id: Option<Uuid>,
) -> Result<(), Failure> {
    for grant in grants_of(store, user_id, employee_id).await? {
        let above = match grant.within {
            Within::Unit(unit) => line_above(store, Some(unit)).await?,
            Within::Everywhere | Within::Own => vec![],
        };
        check_ceiling(caller, &grant.scopes, grant.within, &above)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use auth::{Grant, PrincipalKind};

    const MINISTRY: Uuid = Uuid::from_u128(1);
    const DIVISION: Uuid = Uuid::from_u128(2);

    fn caller(scope: &str, within: Within) -> Principal {
        Principal {
            subject: Uuid::from_u128(9),
            kind: PrincipalKind::Staff,
            name: "EMP-000009".into(),
            employee: None,
            session: None,
            grants: vec![Grant { scopes: vec![scope.into()], within }],
        }
    }

    fn may(caller: &Principal, scope: &str, within: Within, above: &[Uuid]) -> bool {
        check_ceiling(caller, &[scope.to_owned()], within, above).is_ok()
    }

    #[test]
    fn a_part_of_what_one_holds_may_be_handed_on() {
        let reader = caller("assets.*:read", Within::Everywhere);
        assert!(may(&reader, "assets.custody:read", Within::Everywhere, &[]));
        assert!(may(&reader, "assets.*:read", Within::Own, &[]));
        assert!(!may(&reader, "assets.custody", Within::Everywhere, &[]));
        assert!(!may(&reader, "*", Within::Own, &[]));
    }

    #[test]
    fn rights_over_a_unit_reach_what_stands_under_it_and_no_further() {
        let head = caller("assets.*", Within::Unit(MINISTRY));
        assert!(may(&head, "assets.custody", Within::Unit(DIVISION), &[DIVISION, MINISTRY]));
        assert!(!may(&head, "assets.custody", Within::Unit(DIVISION), &[DIVISION]));
        assert!(!may(&head, "assets.custody", Within::Everywhere, &[]));
        assert!(!may(&caller("assets.*", Within::Own), "assets.custody", Within::Own, &[]));
    }
}
