//! The caller, the grants they hold, and how far these reach.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::scope::pattern_covers;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    pub subject: Uuid,
    pub kind: PrincipalKind,
    /// The user name, for logs and as the actor of events.
    pub name: String,
    /// The employee behind a staff account.
    pub employee: Option<Uuid>,
    pub session: Option<Uuid>,
    pub grants: Vec<Grant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrincipalKind {
    Staff,
    /// Another system.
    ServiceAccount,
}

/// A role as held: what it allows (patterns of [`crate::scope`]) and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub scopes: Vec<String>,
    pub within: Within,
}

/// Where a grant holds. Written as `everywhere`, `own` or the id of an org unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Within {
    Everywhere,
    /// An org unit and everything under it.
    Unit(Uuid),
    /// Only what concerns the employee.
    Own,
}

/// How far a caller's right to one scope reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    Nowhere,
    Everywhere,
    /// The things of these org units (and of all under them) and of this employee. Never both empty.
    Limited {
        units: Vec<Uuid>,
        own: Option<Uuid>,
    },
}

impl Principal {
    /// Where this caller may do what `scope` names.
    pub fn reach(&self, scope: &str) -> Reach {
        let mut units = vec![];
        let mut own = None;
        for grant in self.grants.iter().filter(|grant| grant.covers(scope)) {
            match grant.within {
                Within::Everywhere => return Reach::Everywhere,
                Within::Unit(unit) if units.contains(&unit) => {}
                Within::Unit(unit) => units.push(unit),
                // An account without an employee has nothing of its own.
                Within::Own => own = self.employee,
            }
        }
        if units.is_empty() && own.is_none() { Reach::Nowhere } else { Reach::Limited { units, own } }
    }

    /// Whether this caller may do what `scope` names, anywhere at all.
    pub fn holds(&self, scope: &str) -> bool {
        self.reach(scope) != Reach::Nowhere
    }
}

impl Grant {
    pub fn covers(&self, scope: &str) -> bool {
        self.scopes.iter().any(|pattern| pattern_covers(pattern, scope))
    }
}

impl fmt::Display for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everywhere => f.write_str("everywhere"),
            Self::Own => f.write_str("own"),
            Self::Unit(unit) => unit.fmt(f),
        }
    }
}

impl FromStr for Within {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "everywhere" => Ok(Self::Everywhere),
            "own" => Ok(Self::Own),
            unit => unit.parse().map(Self::Unit),
        }
    }
}

impl From<Within> for String {
    fn from(within: Within) -> Self {
        within.to_string()
    }
}

impl TryFrom<String> for Within {
    type Error = uuid::Error;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: Uuid = Uuid::from_u128(1);
    const FINANCE: Uuid = Uuid::from_u128(2);
    const REGIONS: Uuid = Uuid::from_u128(3);

    fn holding(grants: &[(&[&str], Within)]) -> Principal {
        let grant = |(scopes, within): &(&[&str], Within)| Grant {
            scopes: scopes.iter().map(ToString::to_string).collect(),
            within: *within,
        };
        Principal {
            subject: Uuid::from_u128(9),
            kind: PrincipalKind::Staff,
            name: "n.beridze".into(),
            employee: Some(ME),
            session: None,
            grants: grants.iter().map(grant).collect(),
        }
    }

    #[test]
    fn without_a_grant_nothing_is_in_reach() {
        assert_eq!(holding(&[]).reach("assets.custody:read"), Reach::Nowhere);
        let elsewhere = holding(&[(&["software.*"], Within::Everywhere)]);
        assert!(!elsewhere.holds("assets.custody:read"));
    }

    #[test]
    fn the_widest_grant_decides() {
        let caller = holding(&[
            (&["assets.*:read"], Within::Unit(FINANCE)),
            (&["*:read"], Within::Everywhere),
            (&["assets.custody:read"], Within::Own),
        ]);
        assert_eq!(caller.reach("assets.custody:read"), Reach::Everywhere);
    }

    #[test]
    fn units_and_own_things_add_up() {
        let caller = holding(&[
            (&["assets.*:read"], Within::Unit(FINANCE)),
            (&["assets.custody"], Within::Unit(REGIONS)),
            (&["assets.custody:read"], Within::Unit(FINANCE)),
            (&["assets.custody:read"], Within::Own),
        ]);
        let expected = Reach::Limited { units: vec![FINANCE, REGIONS], own: Some(ME) };
        assert_eq!(caller.reach("assets.custody:read"), expected);
        assert_eq!(caller.reach("assets.custody:write"), Reach::Limited { units: vec![REGIONS], own: None });
    }

    #[test]
    fn who_is_no_employee_has_nothing_of_its_own() {
        let caller = Principal { employee: None, ..holding(&[(&["*"], Within::Own)]) };
        assert_eq!(caller.reach("assets.custody:read"), Reach::Nowhere);
    }

    #[test]
    fn a_place_is_written_as_one_word() {
        for within in [Within::Everywhere, Within::Own, Within::Unit(FINANCE)] {
            let json = serde_json::to_value(within).unwrap();
            assert!(json.is_string());
            assert_eq!(serde_json::from_value::<Within>(json).unwrap(), within);
        }
        assert!("somewhere".parse::<Within>().is_err());
    }
}
