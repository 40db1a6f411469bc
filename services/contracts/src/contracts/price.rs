//! The value of a contract, exact to the tetri.

use kernel::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A value without VAT, and the rate of VAT on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Price {
    pub net: Money,
    /// Percent: 18, or 0 where the supply is exempt (Tax Code of Georgia).
    #[schema(minimum = 0, maximum = 100, example = 18)]
    pub vat_percent: i32,
}

impl Price {
    /// Half a tetri counts as a whole one.
    pub fn vat(self) -> Money {
        let hundredths = i128::from(self.net.hundredths()) * i128::from(self.vat_percent);
        let away_from_zero = if hundredths < 0 { -50 } else { 50 };
        money((hundredths + away_from_zero) / 100, self.net)
    }

    pub fn gross(self) -> Money {
        money(i128::from(self.net.hundredths()) + i128::from(self.vat().hundredths()), self.net)
    }
}

/// What a contract is worth fits: an amount has at most 15 digits before the point.
fn money(hundredths: i128, like: Money) -> Money {
    Money::new(i64::try_from(hundredths).unwrap_or(i64::MAX), like.currency())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn price(tetri: i64, vat_percent: i32) -> Price {
        Price { net: Money::gel(tetri), vat_percent }
    }

    #[test]
    fn eighteen_percent_are_exact_to_the_tetri() {
        assert_eq!((price(100_000, 18).vat(), price(100_000, 18).gross()), (Money::gel(18_000), Money::gel(118_000)));
        // 0.25 × 18 % = 0.045: half a tetri up.
        assert_eq!(price(25, 18).vat(), Money::gel(5));
        assert_eq!(price(24, 18).vat(), Money::gel(4));
        assert_eq!(price(123_457, 0).gross(), Money::gel(123_457));
    }

    proptest! {
        #[test]
        fn net_and_vat_are_the_gross(tetri in 0..10_i64.pow(17), percent in 0..=100_i32) {
            let price = price(tetri, percent);
            prop_assert_eq!(price.net.plus(price.vat()), Some(price.gross()));
        }

        #[test]
        fn vat_is_off_by_half_a_tetri_at_most(tetri in 0..10_i64.pow(17), percent in 0..=100_i32) {
            let exact = i128::from(tetri) * i128::from(percent);
            let rounded = i128::from(price(tetri, percent).vat().hundredths()) * 100;
            prop_assert!((rounded - exact).abs() <= 50);
        }
    }
}
