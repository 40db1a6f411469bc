//! Days: public holidays, days off that the Government adds, and the ends of terms.
//!
//! [`term`] is the arithmetic; [`kernel::holidays`] what the law says of every year; [`domain`] a day that was added to it.

mod api;
pub mod domain;
pub mod term;
pub mod view;

use service::Capability;

use self::domain::DayOff;

pub fn capability() -> Capability {
    Capability::new("calendar")
        .about("Working and banking days: the days off that the Government adds, and when a term ends.")
        .functions(&["3.1.7", "3.2.6", "4.1.7", "4.2.9", "4.3.7", "5.1.11", "5.2.10"])
        .aggregate::<DayOff>()
        .routes(api::routes)
}
