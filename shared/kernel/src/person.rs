//! What identifies and reaches a person: the personal number and telephone numbers.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The eleven-digit personal number of a citizen (Law of Georgia on the procedure for registering citizens).
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = r"^\d{11}$", example = "01019012345")]
pub struct PersonalNumber(String);

impl PersonalNumber {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What those see who may not see the number itself: `*******2345`.
    pub fn masked(&self) -> String {
        format!("*******{}", &self.0[7..])
    }
}

impl TryFrom<String> for PersonalNumber {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let valid = text.len() == 11 && text.bytes().all(|b| b.is_ascii_digit());
        valid.then_some(Self(text)).ok_or("a personal number has 11 digits")
    }
}

impl From<PersonalNumber> for String {
    fn from(number: PersonalNumber) -> Self {
        number.0
    }
}

/// Never the number itself: this is what reaches logs.
impl fmt::Debug for PersonalNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// A telephone number as of ITU-T E.164: `+995322510011`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = r"^\+[1-9]\d{6,14}$", example = "+995599123456")]
pub struct Phone(String);

impl TryFrom<String> for Phone {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digits = text.strip_prefix('+').unwrap_or_default();
        let valid =
            (7..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit());
        valid.then_some(Self(text)).ok_or("a telephone number is written +995…")
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> Self {
        phone.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_personal_number_is_masked_even_in_debug_output() {
        let number = PersonalNumber::try_from("01019012345".to_owned()).unwrap();
        assert_eq!(format!("{number:?}"), "*******2345");
    }

    #[test]
    fn ten_digits_or_letters_are_no_personal_number() {
        assert!(PersonalNumber::try_from("0101901234".to_owned()).is_err());
        assert!(PersonalNumber::try_from("0101901234a".to_owned()).is_err());
    }

    #[test]
    fn a_phone_is_international_or_refused() {
        assert!(Phone::try_from("+995599123456".to_owned()).is_ok());
        assert!(Phone::try_from("599123456".to_owned()).is_err());
    }
}
