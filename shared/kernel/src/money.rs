//! Money, exact to the smallest unit.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// An amount in a currency; written `{"amount":"1234.50","currency":"GEL"}`, counted in hundredths (tetri).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(try_from = "Written", into = "Written")]
pub struct Money {
    hundredths: i64,
    currency: Currency,
}

/// ISO 4217.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    #[default]
    Gel,
    Usd,
    Eur,
}

/// How money is written in JSON.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Written {
    /// Decimal number with at most two places, as text so that no reader rounds it.
    #[schema(pattern = r"^-?\d{1,15}(\.\d{1,2})?$", example = "1234.50")]
    amount: String,
    currency: Currency,
}

impl Money {
    pub fn gel(tetri: i64) -> Self {
        Self { hundredths: tetri, currency: Currency::Gel }
    }

    pub fn new(hundredths: i64, currency: Currency) -> Self {
        Self { hundredths, currency }
    }

    pub fn hundredths(self) -> i64 {
        self.hundredths
    }

    pub fn currency(self) -> Currency {
        self.currency
    }

    pub fn is_negative(self) -> bool {
        self.hundredths < 0
    }

    pub fn amount(self) -> Decimal {
        Decimal::new(self.hundredths, 2)
    }

    /// The sum, when both are in one currency and it fits.
    pub fn plus(self, other: Self) -> Option<Self> {
        let same = self.currency == other.currency;
        same.then(|| self.hundredths.checked_add(other.hundredths)).flatten().map(|sum| Self::new(sum, self.currency))
    }
}

impl PartialSchema for Money {
    fn schema() -> RefOr<Schema> {
        Written::schema()
    }
}

impl ToSchema for Money {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((Currency::name().into_owned(), Currency::schema()));
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.amount(), self.currency)
    }
}

impl From<Money> for Written {
    fn from(money: Money) -> Self {
        Self { amount: money.amount().to_string(), currency: money.currency }
    }
}

impl TryFrom<Written> for Money {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let amount: Decimal = written.amount.parse().map_err(|_| format!("not an amount: {}", written.amount))?;
        let hundredths = amount.checked_mul(Decimal::ONE_HUNDRED).ok_or("amount too large")?;
        if !hundredths.fract().is_zero() {
            return Err("at most two decimal places".into());
        }
        let hundredths = i64::try_from(hundredths.trunc()).map_err(|_| "amount too large")?;
        Ok(Self { hundredths, currency: written.currency })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(json: &str) -> Result<Money, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn money_is_written_as_text() {
        let money = read(r#"{"amount":"1234.5","currency":"GEL"}"#).unwrap();
        assert_eq!(money, Money::gel(123_450));
        assert_eq!(serde_json::to_string(&money).unwrap(), r#"{"amount":"1234.50","currency":"GEL"}"#);
    }

    #[test]
    fn a_third_decimal_place_is_refused() {
        assert!(read(r#"{"amount":"1.005","currency":"GEL"}"#).is_err());
    }

    #[test]
    fn currencies_do_not_mix() {
        assert_eq!(Money::gel(1).plus(Money::new(1, Currency::Eur)), None);
    }

    proptest! {
        #[test]
        fn whatever_is_written_reads_back(hundredths in any::<i64>()) {
            let money = Money::gel(hundredths);
            prop_assert_eq!(read(&serde_json::to_string(&money).unwrap()).unwrap(), money);
        }
    }
}
