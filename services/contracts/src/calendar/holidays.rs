//! Georgian public holidays of any year.
//!
//! Source: Organic Law of Georgia "Labour Code of Georgia", Article 30(1), <https://matsne.gov.ge/en/document/view/1155567>;
//! 17 May by the Law of Georgia on Family Values and the Protection of Minors.

use chrono::{Datelike, Days, NaiveDate};

/// Month, day, and the first year.
const FIXED: [(u32, u32, i32); 14] = [
    (1, 1, 0),
    (1, 2, 0),
    (1, 7, 0),
    (1, 19, 0),
    (3, 3, 0),
    (3, 8, 0),
    (4, 9, 0),
    (5, 9, 0),
    (5, 12, 0),
    (5, 17, 2024),
    (5, 26, 0),
    (8, 28, 0),
    (10, 14, 0),
    (11, 23, 0),
];

/// Whether the law makes `date` a public holiday.
pub fn is_public_holiday(date: NaiveDate) -> bool {
    let fixed = FIXED
        .iter()
        .any(|(month, day, since)| (date.month(), date.day(), date.year() >= *since) == (*month, *day, true));
    // Good Friday to Easter Monday.
    fixed || (-2..=1).contains(&(date - orthodox_easter(date.year())).num_days())
}

/// Easter Sunday of the Orthodox Church in the Gregorian calendar, for years from 1583: the Julian computus after
/// J. Meeus, "Astronomical Algorithms", 2nd edition, chapter 8.
pub fn orthodox_easter(year: i32) -> NaiveDate {
    let (a, b, c) = (year.rem_euclid(4), year.rem_euclid(7), year.rem_euclid(19));
    let d = (19 * c + 15) % 30;
    let e = (2 * a + 4 * b - d + 34) % 7;
    let (month, day) = ((d + e + 114) / 31, (d + e + 114) % 31 + 1);
    let behind = year / 100 - year / 400 - 2;
    let julian = NaiveDate::from_ymd_opt(year, month.unsigned_abs(), day.unsigned_abs());
    let julian = julian.expect("Easter falls between 22 March and 25 April of the Julian calendar");
    julian + Days::new(u64::from(behind.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easter_is_when_the_church_says() {
        for date in ["2024-05-05", "2025-04-20", "2026-04-12", "2027-05-02", "2028-04-16", "2030-04-28"] {
            let date: NaiveDate = date.parse().unwrap();
            assert_eq!(orthodox_easter(date.year()), date);
        }
    }

    #[test]
    fn a_year_has_its_eighteen_days() {
        let days = (1..=365).filter_map(|day| NaiveDate::from_yo_opt(2026, day));
        assert_eq!(days.filter(|day| is_public_holiday(*day)).count(), 18);
    }

    #[test]
    fn the_day_of_family_sanctity_is_off_since_2024() {
        assert!(!is_public_holiday("2023-05-17".parse().unwrap()));
        assert!(is_public_holiday("2024-05-17".parse().unwrap()));
    }
}
