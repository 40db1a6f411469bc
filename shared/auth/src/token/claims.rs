//! What an access token says (RFC 9068 §2.2), and the caller it stands for.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::AUDIENCE;
use crate::principal::{Grant, Principal, PrincipalKind, Within};

/// The payload of an access token. Times are whole seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub aud: String,
    pub sub: Uuid,
    pub exp: i64,
    pub iat: i64,
    pub nbf: i64,
    pub jti: String,
    /// Through which client the token was asked for: the platform's own, or the service account itself.
    pub client_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<Uuid>,
    pub name: String,
    pub kind: PrincipalKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employee: Option<Uuid>,
    pub grants: Vec<Held>,
}

/// Grants of the same scopes in one: whoever holds a role over fifty org units has its scopes spelled out once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Patterns, separated by blanks as OAuth does.
    pub scope: String,
    pub within: Vec<Within>,
}

/// Who signs, when, and until when: what a token says besides its caller.
#[derive(Clone, Debug)]
pub(super) struct Imprint {
    pub issuer: String,
    pub id: String,
    pub issued_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

impl Claims {
    pub(super) fn of(principal: &Principal, imprint: Imprint) -> Self {
        Self {
            iss: imprint.issuer,
            aud: AUDIENCE.into(),
            sub: principal.subject,
            exp: imprint.expires_at.timestamp(),
            iat: imprint.issued_at.timestamp(),
            nbf: imprint.issued_at.timestamp(),
            jti: imprint.id,
            client_id: client_of(principal),
            sid: principal.session,
            name: principal.name.clone(),
            kind: principal.kind,
            employee: principal.employee,
            grants: folded(&principal.grants),
        }
    }

    pub fn into_principal(self) -> Principal {
        Principal {
            subject: self.sub,
            kind: self.kind,
            name: self.name,
            employee: self.employee,
            session: self.sid,
            grants: self.grants.iter().flat_map(Held::unfolded).collect(),
        }
    }
}

impl Held {
    fn unfolded(&self) -> impl Iterator<Item = Grant> {
        let scopes: Vec<String> = self.scope.split(' ').map(str::to_owned).collect();
        self.within.iter().map(move |within| Grant { scopes: scopes.clone(), within: *within })
    }
}

fn client_of(principal: &Principal) -> String {
    match principal.kind {
        PrincipalKind::Staff => AUDIENCE.into(),
        PrincipalKind::ServiceAccount => principal.subject.to_string(),
    }
}

fn folded(grants: &[Grant]) -> Vec<Held> {
    let mut held: Vec<Held> = vec![];
    for grant in grants {
        let scope = grant.scopes.join(" ");
        match held.iter_mut().find(|held| held.scope == scope) {
            Some(same) => same.within.push(grant.within),
            None => held.push(Held { scope, within: vec![grant.within] }),
        }
    }
    held
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(scopes: &[&str], within: Within) -> Grant {
        Grant { scopes: scopes.iter().map(ToString::to_string).collect(), within }
    }

    #[test]
    fn a_role_held_in_many_places_is_spelled_out_once() {
        let units: Vec<_> = (0..50).map(|n| grant(&["assets.*:read"], Within::Unit(Uuid::from_u128(n)))).collect();
        let held = folded(&units);
        assert_eq!(held.len(), 1);
        assert_eq!(held.iter().flat_map(Held::unfolded).collect::<Vec<_>>(), units);
    }

    #[test]
    fn grants_come_out_as_they_went_in() {
        let grants = vec![
            grant(&["*:read", "assets.custody"], Within::Everywhere),
            grant(&["incidents.tickets:write"], Within::Own),
        ];
        assert_eq!(folded(&grants).iter().flat_map(Held::unfolded).collect::<Vec<_>>(), grants);
    }
}
