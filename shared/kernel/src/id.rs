//! Each thing has its own id type, so that a device is never taken for an employee.

use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::str::FromStr;

use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

/// What the kits need to know of an id.
pub trait Id:
    Copy
    + Debug
    + Display
    + Eq
    + Hash
    + Ord
    + Send
    + Sync
    + FromStr<Err = uuid::Error>
    + From<Uuid>
    + Into<Uuid>
    + Serialize
    + DeserializeOwned
    + 'static
{
    /// A new id; later ones sort after earlier ones (UUIDv7, RFC 9562).
    fn generate() -> Self {
        random().into()
    }

    fn uuid(self) -> Uuid {
        self.into()
    }
}

/// A fresh UUIDv7.
#[allow(clippy::disallowed_methods)] // the one place that may: ids are drawn here and nowhere else
pub fn random() -> Uuid {
    Uuid::now_v7()
}

/// The id that follows from `cause` and `name`: the same for every retry of the same reaction.
pub fn derived(cause: Uuid, name: &str) -> Uuid {
    Uuid::new_v5(&cause, name.as_bytes())
}

/// Declares id types: `kernel::ids! { DeviceId, HandoverId }`.
#[macro_export]
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[derive($crate::expansion::serde::Serialize, $crate::expansion::serde::Deserialize)]
        #[derive($crate::expansion::sea_orm::DeriveValueType, $crate::expansion::utoipa::ToSchema)]
        #[serde(transparent, crate = "kernel::expansion::serde")]
        #[schema(value_type = String, format = Uuid)]
        pub struct $name(pub kernel::expansion::uuid::Uuid);

        impl $crate::id::Id for $name {}

        impl From<$crate::expansion::uuid::Uuid> for $name {
            fn from(id: $crate::expansion::uuid::Uuid) -> Self {
                Self(id)
            }
        }
        impl From<$name> for $crate::expansion::uuid::Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
        /// Databases never count these ids, but sea-orm asks it of every key.
        impl $crate::expansion::sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, $crate::expansion::sea_orm::DbErr> {
                Err($crate::expansion::sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::expansion::uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}
