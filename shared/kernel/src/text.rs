//! Text in two languages and two scripts.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    #[default]
    Ka,
    En,
}

/// The same words in Georgian and in English.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, sea_orm::FromJsonQueryResult)]
#[serde(deny_unknown_fields)]
pub struct Localized {
    #[schema(min_length = 1, max_length = 500, example = "სერვერი")]
    pub ka: String,
    #[schema(min_length = 1, max_length = 500, example = "Server")]
    pub en: String,
}

impl Localized {
    pub fn new(ka: impl Into<String>, en: impl Into<String>) -> Self {
        Self { ka: ka.into(), en: en.into() }
    }

    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Ka => &self.ka,
            Language::En => &self.en,
        }
    }
}

/// The form in which texts are compared when searching: lower case, Georgian letters in the Latin
/// spelling of the national system (2002, without apostrophes), so that „გიორგი“, "Giorgi" and "GIORGI" are one.
pub fn searchable(text: &str) -> String {
    let mut found = String::with_capacity(text.len());
    for letter in text.chars() {
        match latin(letter) {
            Some(latin) => found.push_str(latin),
            None if letter.is_alphanumeric() => found.extend(letter.to_lowercase()),
            None => found.push(if "-_@./+".contains(letter) { letter } else { ' ' }),
        }
    }
    found.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Georgian in Latin letters, for addresses and user names: „ნინო ბერიძე“ → "nino beridze".
pub fn transliterated(text: &str) -> String {
    text.chars().map(|letter| latin(letter).map_or_else(|| letter.to_string(), str::to_owned)).collect()
}

/// Resolution of the national romanisation, shared by Mkhedruli and Mtavruli.
fn latin(letter: char) -> Option<&'static str> {
    let mkhedruli = match letter {
        'Ა'..='Ჰ' => char::from_u32(letter as u32 - 0x1C90 + 0x10D0)?,
        other => other,
    };
    Some(match mkhedruli {
        'ა' => "a",
        'ბ' => "b",
        'გ' => "g",
        'დ' => "d",
        'ე' => "e",
        'ვ' => "v",
        'ზ' => "z",
        'თ' | 'ტ' => "t",
        'ი' => "i",
        'კ' | 'ქ' => "k",
        'ლ' => "l",
        'მ' => "m",
        'ნ' => "n",
        'ო' => "o",
        'პ' | 'ფ' => "p",
        'ჟ' => "zh",
        'რ' => "r",
        'ს' => "s",
        'უ' => "u",
        'ღ' => "gh",
        'ყ' => "q",
        'შ' => "sh",
        'ჩ' | 'ჭ' => "ch",
        'ც' | 'წ' => "ts",
        'ძ' => "dz",
        'ხ' => "kh",
        'ჯ' => "j",
        'ჰ' => "h",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn georgian_and_latin_spellings_meet() {
        assert_eq!(searchable("გიორგი ბერიძე"), searchable("Giorgi BERIDZE"));
        assert_eq!(searchable("ᲜᲘᲜᲝ"), "nino");
        assert_eq!(searchable("ჭყონია  ღვინო"), "chqonia ghvino");
    }

    #[test]
    fn numbers_and_serials_stay_findable() {
        assert_eq!(searchable("DEV-000123, სერ. A/17"), "dev-000123 ser. a/17");
    }
}
