//! What is asked about a system: three questions for each of four dimensions, each answered with a score from 0 to 3.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    Confidentiality,
    Integrity,
    Availability,
    Impact,
}

/// A question with the meaning of each score.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    pub code: &'static str,
    pub dimension: Dimension,
    pub ka: &'static str,
    pub en: &'static str,
    /// Georgian and English, by score.
    pub options: [(&'static str, &'static str); 4],
}

/// An answer to a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Code of the question.
    #[schema(min_length = 1, max_length = 32, example = "a-tolerance")]
    pub question: String,
    #[schema(minimum = 0, maximum = 3, example = 2)]
    pub score: i32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 1000, example = "Clinics register cases around the clock.")]
    pub note: Option<String>,
}

pub fn question(code: &str) -> Option<&'static Question> {
    QUESTIONS.iter().find(|question| question.code == code)
}

pub const QUESTIONS: &[Question] = &[
    Question {
        code: "c-data",
        dimension: Dimension::Confidentiality,
        ka: "რა მონაცემებს ინახავს სისტემა?",
        en: "What data does the system keep?",
        options: [
            ("მხოლოდ საჯარო", "Public only"),
            ("შიდა სამსახურებრივი", "Internal"),
            ("პერსონალური ან კონფიდენციალური", "Personal or confidential"),
            ("განსაკუთრებული კატეგორიის პერსონალური", "Special categories of personal data"),
        ],
    },
    Question {
        code: "c-leak",
        dimension: Dimension::Confidentiality,
        ka: "რას გამოიწვევს მონაცემების გაჟონვა?",
        en: "What would a leak lead to?",
        options: [
            ("არაფერს", "Nothing"),
            ("უხერხულობას", "Embarrassment"),
            ("მოქალაქეთა უფლებების დარღვევას", "Violated rights of citizens"),
            ("მძიმე ზიანს მოქალაქეებისთვის", "Grave harm to citizens"),
        ],
    },
    Question {
        code: "c-people",
        dimension: Dimension::Confidentiality,
        ka: "რამდენი ადამიანის მონაცემია სისტემაში?",
        en: "How many people's data are in it?",
        options: [
            ("არცერთის", "Nobody's"),
            ("1 000-მდე", "Up to 1,000"),
            ("100 000-მდე", "Up to 100,000"),
            ("100 000-ზე მეტის", "More than 100,000"),
        ],
    },
    Question {
        code: "i-decisions",
        dimension: Dimension::Integrity,
        ka: "რა გადაწყვეტილებები ეფუძნება მონაცემებს?",
        en: "What decisions rest on the data?",
        options: [
            ("არანაირი", "None"),
            ("შიდა ორგანიზაციული", "Internal"),
            ("სამართლებრივი ან ფინანსური", "Legal or financial"),
            ("სამედიცინო", "Medical"),
        ],
    },
    Question {
        code: "i-detect",
        dimension: Dimension::Integrity,
        ka: "რამდენად მალე შეინიშნება შეცდომა?",
        en: "How soon would an error be noticed?",
        options: [
            ("მაშინვე", "At once"),
            ("იმავე დღეს", "The same day"),
            ("კვირების შემდეგ", "After weeks"),
            ("შესაძლოა, ვერასდროს", "Perhaps never"),
        ],
    },
    Question {
        code: "i-restore",
        dimension: Dimension::Integrity,
        ka: "აღდგება თუ არა დამახინჯებული მონაცემი?",
        en: "Can corrupted data be restored?",
        options: [
            ("ავტომატურად", "Automatically"),
            ("სარეზერვო ასლიდან", "From backup"),
            ("ნაწილობრივ, ქაღალდიდან", "In part, from paper"),
            ("არა", "No"),
        ],
    },
    Question {
        code: "a-tolerance",
        dimension: Dimension::Availability,
        ka: "რამდენ ხანს შეიძლება სისტემის გარეშე მუშაობა?",
        en: "How long can work go on without it?",
        options: [
            ("სამ დღეზე მეტხანს", "More than three days"),
            ("ერთი დღე", "A day"),
            ("რამდენიმე საათი", "A few hours"),
            ("არ შეიძლება", "Not at all"),
        ],
    },
    Question {
        code: "a-users",
        dimension: Dimension::Availability,
        ka: "ვინ ვერ იმუშავებს?",
        en: "Who could not work?",
        options: [
            ("ცალკეული თანამშრომელი", "Single employees"),
            ("სამმართველო", "A division"),
            ("მთელი უწყება", "A whole agency"),
            ("დაწესებულებები და მოქალაქეები", "Clinics and citizens"),
        ],
    },
    Question {
        code: "a-dependents",
        dimension: Dimension::Availability,
        ka: "რამდენი სისტემაა მასზე დამოკიდებული?",
        en: "How many systems depend on it?",
        options: [
            ("არცერთი", "None"),
            ("ერთი ან ორი", "One or two"),
            ("3–10", "3 to 10"),
            ("10-ზე მეტი", "More than 10"),
        ],
    },
    Question {
        code: "m-health",
        dimension: Dimension::Impact,
        ka: "ემუქრება თუ არა შეფერხება ჯანმრთელობას?",
        en: "Does an outage endanger health?",
        options: [
            ("არა", "No"),
            ("ირიბად", "Indirectly"),
            ("მომსახურების დაგვიანებით", "By delayed care"),
            ("პირდაპირ", "Directly"),
        ],
    },
    Question {
        code: "m-money",
        dimension: Dimension::Impact,
        ka: "რა ფინანსური ზიანი შეიძლება მოხდეს დღეში?",
        en: "What may a day of outage cost?",
        options: [
            ("არანაირი", "Nothing"),
            ("10 000 ლარამდე", "Up to GEL 10,000"),
            ("100 000 ლარამდე", "Up to GEL 100,000"),
            ("100 000 ლარზე მეტი", "More than GEL 100,000"),
        ],
    },
    Question {
        code: "m-law",
        dimension: Dimension::Impact,
        ka: "ირღვევა თუ არა კანონით დადგენილი ვალდებულება?",
        en: "Is a duty set by law broken?",
        options: [
            ("არა", "No"),
            ("შიდა წესი", "An internal rule"),
            ("კანონით დადგენილი ვადა", "A deadline set by law"),
            ("სახელმწიფოს ვალდებულება მოქალაქის წინაშე", "The state's duty to citizens"),
        ],
    },
];
