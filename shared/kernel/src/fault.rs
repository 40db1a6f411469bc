//! How anything is refused: a stable code, what kind of refusal it is, and words in both languages.
//!
//! Only `web` knows which HTTP status a [`Kind`] is.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text::{Language, Localized};

/// What kind of refusal; decides the status of the answer and whether trying again can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The request cannot be read.
    Malformed,
    /// It can be read, but does not mean anything valid.
    Invalid,
    /// Nobody knows who asks.
    Unauthenticated,
    /// The caller may not.
    Forbidden,
    NotFound,
    /// The current state does not allow it.
    Conflict,
    /// Somebody else changed it since the caller looked.
    Stale,
    TooLarge,
    UnsupportedMedia,
    TooMany,
    /// Something this needs is away; try again later.
    Unavailable,
    /// Our own mistake.
    Internal,
}

/// One refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    pub kind: Kind,
    /// Stable, kebab-case: `device-not-in-stock`.
    pub code: String,
    pub text: Localized,
    /// Where in the input, as a JSON pointer; absent when the refusal is about the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// All faults of the input, when there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Fault>,
}

impl Fault {
    pub fn new(kind: Kind, code: impl Into<String>, en: impl Into<String>, ka: impl Into<String>) -> Self {
        Self { kind, code: code.into(), text: Localized::new(ka, en), pointer: None, parts: vec![] }
    }

    /// The current state does not allow it.
    pub fn conflict(code: &str, en: impl Into<String>, ka: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, code, en, ka)
    }

    /// The input is readable but wrong.
    pub fn invalid(code: &str, en: impl Into<String>, ka: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, code, en, ka)
    }

    pub fn malformed(code: &str, en: impl Into<String>, ka: impl Into<String>) -> Self {
        Self::new(Kind::Malformed, code, en, ka)
    }

    pub fn not_found() -> Self {
        Self::new(Kind::NotFound, "not-found", "There is no such thing here.", "ასეთი ჩანაწერი არ არსებობს.")
    }

    pub fn forbidden() -> Self {
        Self::new(Kind::Forbidden, "forbidden", "You may not do this.", "ამის უფლება არ გაქვთ.")
    }

    /// A dependency is away: `what` names it.
    pub fn unavailable(what: &str) -> Self {
        let en = format!("The {what} is not available at the moment; try again later.");
        let ka = format!("დამოკიდებულება ({what}) დროებით მიუწვდომელია; სცადეთ მოგვიანებით.");
        Self::new(Kind::Unavailable, format!("{what}-unavailable").replace(' ', "-"), en, ka)
    }

    pub fn internal() -> Self {
        Self::new(Kind::Internal, "internal", "Something went wrong on our side.", "დაფიქსირდა შიდა შეცდომა.")
    }

    /// Several faults of one input under one roof; a single one stays itself.
    pub fn all(kind: Kind, parts: Vec<Fault>) -> Self {
        let roof = Self::new(kind, "invalid-input", "The input has faults.", "მონაცემებში შეცდომებია.");
        Self { parts, ..roof }
    }

    /// Says where in the input the fault lies.
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    pub fn detail(&self, language: Language) -> &str {
        self.text.get(language)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.text.en)
    }
}

impl std::error::Error for Fault {}
