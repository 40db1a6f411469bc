//! Personal fields: sealed with a key per person before they reach the log.
//!
//! A domain writes `Sealed<String>`; in memory it is open. On its way to the log the [`crate::vault`] replaces the
//! value by its ciphertext. When the person's key is destroyed, every copy (log, snapshots, backups) reads as
//! [`Sealed::Erased`], and folds go on.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};
use serde_json::{Value, json};
use utoipa::__dev::ComposeSchema; // what a generic type has instead of `PartialSchema`
use utoipa::ToSchema;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use uuid::Uuid;

/// The member that marks a sealed field in JSON.
pub const MARK: &str = "$sealed";

/// A field that belongs to a person.
#[derive(Clone, PartialEq, Eq)]
pub enum Sealed<T> {
    Open {
        subject: Uuid,
        value: T,
    },
    /// The person's key is gone.
    Erased,
}

impl<T> Sealed<T> {
    pub fn new(subject: impl Into<Uuid>, value: T) -> Self {
        Self::Open { subject: subject.into(), value }
    }

    /// The value, unless it was erased.
    pub fn open(&self) -> Option<&T> {
        match self {
            Self::Open { value, .. } => Some(value),
            Self::Erased => None,
        }
    }
}

/// Never the value: this is what reaches logs.
impl<T> std::fmt::Debug for Sealed<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Open { .. } => "Sealed",
            Self::Erased => "Erased",
        })
    }
}

impl<T: Serialize> Serialize for Sealed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Open { subject, value } => json!({ MARK: { "subject": subject, "open": value } }),
            Self::Erased => json!({ MARK: { "erased": true } }),
        }
        .serialize(serializer)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Sealed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        #[derive(Deserialize)]
        struct Inner {
            subject: Option<Uuid>,
            open: Option<Value>,
        }
        let mut value = Value::deserialize(deserializer)?;
        let inner = value.get_mut(MARK).map(Value::take).ok_or_else(|| D::Error::custom("not a sealed field"))?;
        let inner: Inner = serde_json::from_value(inner).map_err(D::Error::custom)?;
        match (inner.subject, inner.open) {
            (Some(subject), Some(open)) => {
                Ok(Self::Open { subject, value: serde_json::from_value(open).map_err(D::Error::custom)? })
            }
            _ => Ok(Self::Erased),
        }
    }
}

/// What other systems see of it: that something is there, and whose it is.
impl<T> ComposeSchema for Sealed<T> {
    fn compose(_: Vec<RefOr<Schema>>) -> RefOr<Schema> {
        ObjectBuilder::new()
            .description(Some("Personal data, sealed with a key of the person; readable inside its service alone."))
            .into()
    }
}

impl<T> ToSchema for Sealed<T> {
    fn name() -> std::borrow::Cow<'static, str> {
        "Sealed".into()
    }
}
