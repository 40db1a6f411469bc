//! Georgian public holidays of any year.
//!
//! Source: Organic Law of Georgia "Labour Code of Georgia", Article 30(1), <https://matsne.gov.ge/en/document/view/1155567>.
//! 17 May was a day off of administrative bodies by a Government ordinance in 2024 and is one by the Law of Georgia
//! on Family Values and the Protection of Minors since then. Days that the Government adds for one year (Article 30(3))
//! are data of those who count days.

use crate::Localized;
use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A day on which nobody works, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    #[schema(example = "2026-05-26")]
    pub date: NaiveDate,
    pub name: Localized,
}

/// Month, day, Georgian and English name, and the first year.
type Fixed = (u32, u32, &'static str, &'static str, i32);

/// The days that keep their date.
const FIXED: &[Fixed] = &[
    (1, 1, "ახალი წელი", "New Year's Day", 0),
    (1, 2, "ახალი წლის მეორე დღე", "Second day of the New Year", 0),
    (1, 7, "ქრისტეშობა", "Orthodox Christmas", 0),
    (1, 19, "ნათლისღება", "Orthodox Epiphany", 0),
    (3, 3, "დედის დღე", "Mother's Day", 0),
    (3, 8, "ქალთა საერთაშორისო დღე", "International Women's Day", 0),
    (4, 9, "ეროვნული ერთიანობის დღე", "Day of National Unity", 0),
    (5, 9, "ფაშიზმზე გამარჯვების დღე", "Day of Victory over Fascism", 0),
    (5, 12, "წმინდა ანდრია პირველწოდებულის ხსენების დღე", "Saint Andrew the First-Called's Day", 0),
    (5, 17, "ოჯახის სიწმინდისა და მშობლების პატივისცემის დღე", "Day of Family Sanctity and Respect for Parents", 2024),
    (5, 26, "საქართველოს დამოუკიდებლობის დღე", "Independence Day", 0),
    (8, 28, "მარიამობა", "Dormition of the Mother of God", 0),
    (10, 14, "სვეტიცხოვლობა", "Svetitskhovloba", 0),
    (11, 23, "გიორგობა", "Saint George's Day", 0),
];

/// Days that move with Easter: days from Easter Sunday, Georgian and English name.
const MOVABLE: &[(i64, &str, &str)] = &[
    (-2, "დიდი პარასკევი", "Good Friday"),
    (-1, "დიდი შაბათი", "Holy Saturday"),
    (0, "აღდგომა", "Orthodox Easter Sunday"),
    (1, "მიცვალებულთა მოხსენიების დღე (აღდგომის მეორე დღე)", "Easter Monday, day of commemorating the departed"),
];

/// The public holidays of `year`, in order of their dates; two may share one.
pub fn holidays(year: i32) -> Vec<Holiday> {
    let fixed = FIXED.iter().filter(|(.., since)| year >= *since).filter_map(|(month, day, ka, en, _)| {
        Some(Holiday { date: NaiveDate::from_ymd_opt(year, *month, *day)?, name: Localized::new(*ka, *en) })
    });
    let easter = orthodox_easter(year);
    let movable = MOVABLE
        .iter()
        .map(|(days, ka, en)| Holiday { date: easter + chrono::Duration::days(*days), name: Localized::new(*ka, *en) });
    let mut all: Vec<Holiday> = fixed.chain(movable).collect();
    all.sort_by_key(|holiday| holiday.date);
    all
}

/// The public holiday on `date`, if it is one.
pub fn holiday_on(date: NaiveDate) -> Option<Localized> {
    let fixed = FIXED
        .iter()
        .find(|(month, day, .., since)| (date.month(), date.day()) == (*month, *day) && date.year() >= *since);
    if let Some((_, _, ka, en, _)) = fixed {
        return Some(Localized::new(*ka, *en));
    }
    let from_easter = (date - orthodox_easter(date.year())).num_days();
    MOVABLE.iter().find(|(days, ..)| *days == from_easter).map(|(_, ka, en)| Localized::new(*ka, *en))
}

/// Easter Sunday of the Orthodox Church, in the Gregorian calendar, for years from 1583.
///
/// The Julian computus after J. Meeus, "Astronomical Algorithms", 2nd edition, chapter 8; the difference between
/// the calendars is that of the dates after the end of February.
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
    use chrono::Weekday;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn easter_is_when_the_church_says() {
        let known = [
            "2020-04-19",
            "2021-05-02",
            "2022-04-24",
            "2023-04-16",
            "2024-05-05",
            "2025-04-20",
            "2026-04-12",
            "2027-05-02",
            "2028-04-16",
            "2029-04-08",
            "2030-04-28",
            "2031-04-13",
            "2032-05-02",
            "2033-04-24",
            "2034-04-09",
            "2035-04-29",
        ];
        for date in known.map(day) {
            assert_eq!(orthodox_easter(date.year()), date);
        }
    }

    #[test]
    fn a_year_has_its_eighteen_days() {
        let dates: Vec<_> = holidays(2026).iter().map(|holiday| holiday.date.format("%m-%d").to_string()).collect();
        let expected = [
            "01-01", "01-02", "01-07", "01-19", "03-03", "03-08", "04-09", "04-10", "04-11", "04-12", "04-13", "05-09",
            "05-12", "05-17", "05-26", "08-28", "10-14", "11-23",
        ];
        assert_eq!(dates, expected);
    }

    #[test]
    fn the_day_of_family_sanctity_is_off_since_2024() {
        assert_eq!(holiday_on(day("2023-05-17")), None);
        assert!(holiday_on(day("2024-05-17")).is_some());
    }

    #[test]
    fn every_holiday_has_a_name_in_both_languages() {
        for holiday in holidays(2029) {
            assert!(holiday.name.ka.chars().any(|letter| ('ა'..='ჰ').contains(&letter)), "{:?}", holiday.name);
            assert!(holiday.name.en.is_ascii());
        }
    }

    proptest! {
        #[test]
        fn easter_is_a_sunday_in_spring(year in 1900..2100_i32) {
            let easter = orthodox_easter(year);
            prop_assert_eq!(easter.weekday(), Weekday::Sun);
            let (first, last) = (NaiveDate::from_ymd_opt(year, 4, 4).unwrap(), NaiveDate::from_ymd_opt(year, 5, 8).unwrap());
            prop_assert!((first..=last).contains(&easter), "{}", easter);
        }

        /// 532 Julian years are a whole number of weeks and of Metonic cycles: the computus repeats.
        #[test]
        fn easter_repeats_after_the_great_paschal_period(year in 1583..4000_i32) {
            let days = (orthodox_easter(year + 532) - orthodox_easter(year)).num_days();
            prop_assert_eq!(days * 4, 532 * 1461);
        }

        #[test]
        fn the_list_of_a_year_and_the_question_about_a_day_agree(ordinal in 1..=365_u32, year in 1992..2150_i32) {
            let date = NaiveDate::from_yo_opt(year, ordinal).unwrap();
            let listed = holidays(year).into_iter().any(|holiday| holiday.date == date);
            prop_assert_eq!(holiday_on(date).is_some(), listed);
        }
    }
}
