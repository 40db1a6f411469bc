//! Amendments: what was agreed after the signature.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::contracts::price::Price;

/// An amendment of a contract, numbered from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Amendment {
    #[schema(minimum = 1, example = 1)]
    pub number: u32,
    pub text: AmendmentText,
    #[serde(flatten)]
    pub standing: Standing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Standing {
    Draft {},
    Signed { signed_on: NaiveDate },
    Withdrawn {},
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AmendmentText {
    pub rationale: Rationale,
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S", example = "მიწოდება გადაიდო მწარმოებლის მიზეზით")]
    pub justification: String,
    pub changes: Changes,
}

/// Why a signed contract may be changed; the codes are those of `ProZorro`'s contract changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rationale {
    VolumeCuts,
    ItemPriceVariation,
    QualityImprovement,
    ThirdParty,
    DurationExtension,
    PriceReduction,
    TaxRate,
    FiscalYearExtension,
}

/// What becomes another; the rest stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "2027-06-30")]
    pub ends_on: Option<NaiveDate>,
    /// The whole value from now on, not a difference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S", example = "სერვერების მიწოდება და მონტაჟი")]
    pub subject: Option<String>,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
