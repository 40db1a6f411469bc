//! The rules of the desk: [`queue`]s of people, [`ticket`]s that they work on.

pub mod clock;
pub mod queue;
pub mod ticket;
