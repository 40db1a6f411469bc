//! Reading NetBox's device-type library as it is.
//!
//! A file may hold one or many documents. What the library knows and we do not is kept in `extra`; what is wrong is
//! named with its line, all of it at once.

mod guess;
mod reading;
#[cfg(test)]
mod tests;
mod yaml;

use kernel::{Fault, Kind};

use super::Category;
pub use reading::Reading;

/// The device types that `text` describes; `category` is theirs, or is guessed from what each is made of.
pub fn read(text: &str, category: Option<Category>) -> Result<Vec<Reading>, Fault> {
    let (mut readings, mut faults) = (vec![], vec![]);
    for document in yaml::documents(text)? {
        match Reading::of(&document, category) {
            Ok(reading) => readings.push(reading),
            Err(found) => faults.extend(found),
        }
    }
    if !faults.is_empty() {
        return Err(Fault::all(Kind::Invalid, faults));
    }
    let nothing =
        || Fault::invalid("no-device-types", "There is no device type in it.", "ფაილში მოწყობილობის ტიპი არ არის.");
    if readings.is_empty() { Err(nothing()) } else { Ok(readings) }
}
