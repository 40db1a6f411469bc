//! From answers to a tier, and from a tier to what it demands.
//!
//! A dimension is as high as its highest answer, and a system as its highest dimension: the high-water mark of
//! FIPS 199 and FIPS 200. Recovery times by tier follow the contingency classes of NIST SP 800-34.

use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::questionnaire::{Answer, Dimension, QUESTIONS};

/// 0 to 3 for each dimension.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Levels {
    #[schema(minimum = 0, maximum = 3, example = 2)]
    pub confidentiality: i32,
    #[schema(minimum = 0, maximum = 3, example = 2)]
    pub integrity: i32,
    #[schema(minimum = 0, maximum = 3, example = 3)]
    pub availability: i32,
    #[schema(minimum = 0, maximum = 3, example = 2)]
    pub impact: i32,
}

/// What a tier demands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Requirement {
    /// 1 is the most critical.
    #[schema(minimum = 1, maximum = 4, example = 1)]
    pub tier: i32,
    /// ISO 8601: back in service within this time.
    #[schema(example = "PT4H")]
    pub rto: String,
    /// ISO 8601: at most this much work is lost.
    #[schema(example = "PT15M")]
    pub rpo: String,
    /// To be assessed again after so many months.
    #[schema(minimum = 1, example = 12)]
    pub reassess_after_months: u32,
}

/// Tier, RTO, RPO, months until the next assessment.
const TABLE: [(i32, &str, &str, u32); 4] =
    [(1, "PT4H", "PT15M", 12), (2, "PT8H", "PT1H", 12), (3, "P1D", "PT8H", 24), (4, "P3D", "P1D", 36)];

impl Levels {
    pub fn of(answers: &[Answer]) -> Self {
        let level = |dimension: Dimension| {
            let asked = |answer: &&Answer| {
                QUESTIONS.iter().any(|question| question.code == answer.question && question.dimension == dimension)
            };
            answers.iter().filter(asked).map(|answer| answer.score).max().unwrap_or(0)
        };
        Self {
            confidentiality: level(Dimension::Confidentiality),
            integrity: level(Dimension::Integrity),
            availability: level(Dimension::Availability),
            impact: level(Dimension::Impact),
        }
    }

    fn highest(self) -> i32 {
        self.confidentiality.max(self.integrity).max(self.availability).max(self.impact)
    }

    /// Level 3 is tier 1, level 0 is tier 4.
    pub fn requirement(self) -> Requirement {
        let row = (3 - self.highest()).clamp(0, 3);
        table().swap_remove(usize::try_from(row).unwrap_or(3))
    }
}

pub fn table() -> Vec<Requirement> {
    let requirement = |(tier, rto, rpo, months): (i32, &str, &str, u32)| Requirement {
        tier,
        rto: rto.to_owned(),
        rpo: rpo.to_owned(),
        reassess_after_months: months,
    };
    TABLE.map(requirement).to_vec()
}

impl Requirement {
    /// The last day of a month stands for days that it does not have.
    pub fn reassess_on(&self, approved_on: NaiveDate) -> NaiveDate {
        approved_on.checked_add_months(Months::new(self.reassess_after_months)).unwrap_or(NaiveDate::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(code: &str, score: i32) -> Vec<Answer> {
        let answer = |question: &super::super::questionnaire::Question| Answer {
            question: question.code.to_owned(),
            score: if question.code == code { score } else { 0 },
            note: None,
        };
        QUESTIONS.iter().map(answer).collect()
    }

    #[test]
    fn one_high_answer_makes_the_tier() {
        for question in QUESTIONS {
            for (score, tier) in [(0, 4), (1, 3), (2, 2), (3, 1)] {
                let requirement = Levels::of(&answers(question.code, score)).requirement();
                assert_eq!(requirement.tier, tier, "{}", question.code);
            }
        }
    }

    #[test]
    fn a_more_critical_tier_demands_no_less() {
        assert_eq!(table().iter().map(|row| row.tier).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert!(table().windows(2).all(|pair| pair[0].reassess_after_months <= pair[1].reassess_after_months));
    }

    #[test]
    fn a_leap_day_is_asked_again_at_the_end_of_february() {
        let leap_day = "2028-02-29".parse().unwrap();
        assert_eq!(table()[0].reassess_on(leap_day).to_string(), "2029-02-28");
    }
}
