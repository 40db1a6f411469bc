//! The words every crate shares, free of I/O.
//!
//! Start with [`fault`] (how anything is refused), [`id`] (each thing has its own id type) and [`clock`]
//! (the only place that reads the time). [`tbilisi`] says where days begin, [`holidays`] which are off; [`text`] lets Georgian and Latin find each
//! other; [`money`] counts in tetri; [`person`] parses the personal number and telephone numbers.

pub mod clock;
pub mod crash;
pub mod fault;
pub mod holidays;
pub mod id;
pub mod money;
pub mod person;
pub mod tbilisi;
pub mod text;

pub use clock::Clock;
pub use fault::{Fault, Kind};
pub use money::Money;
pub use text::{Language, Localized};

/// For the expansion of [`ids!`] alone.
#[doc(hidden)]
pub mod expansion {
    pub use {sea_orm, serde, utoipa, uuid};
}
