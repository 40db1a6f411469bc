//! What is known of a vendor.

use chrono::NaiveDate;
use event_store::Sealed;
use kernel::Localized;
use kernel::person::Phone;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What anybody who keeps the vendors may correct.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VendorDetails {
    pub kind: VendorKind,
    /// Unique: 9 digits of a legal person, the 11 digits of the personal number of an individual entrepreneur.
    #[schema(min_length = 4, max_length = 20, pattern = r"^[0-9A-Za-z-]+$", example = "204545875")]
    pub identification_code: String,
    pub name: Localized,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 500, example = "თბილისი, რუსთაველის გამზ. 1")]
    pub address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500, pattern = r"^https?://\S+$", example = "https://vendor.example")]
    pub website: Option<String>,
    #[serde(default)]
    pub vat_payer: bool,
}

/// What the vendor is by law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum VendorKind {
    LegalPerson,
    IndividualEntrepreneur,
    /// Registered abroad, or a foreign national who registered in Georgia.
    Foreign,
}

impl VendorKind {
    /// Whether the code has the form that the registry gives to this kind.
    ///
    /// A legal person has 9 digits (National Agency of Public Registry), an individual entrepreneur who is a citizen the 11
    /// digits of the personal number; no check digit is published. Source: Georgia, "Information on Tax
    /// Identification Numbers", OECD, AEOI portal.
    pub fn allows(self, code: &str) -> bool {
        let digits = code.bytes().all(|byte| byte.is_ascii_digit());
        match self {
            Self::LegalPerson => digits && code.len() == 9,
            Self::IndividualEntrepreneur => digits && code.len() == 11,
            Self::Foreign => (4..=20).contains(&code.len()),
        }
    }
}

/// The details as events keep them: the code of an individual entrepreneur is a personal number, and sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VendorProfile {
    pub kind: VendorKind,
    pub identification_code: IdentificationCode,
    pub name: Localized,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    pub vat_payer: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum IdentificationCode {
    Public(String),
    Personal(Sealed<String>),
}

impl IdentificationCode {
    /// The code, unless it was erased with its person.
    pub fn open(&self) -> Option<&str> {
        match self {
            Self::Public(code) => Some(code),
            Self::Personal(sealed) => sealed.open().map(String::as_str),
        }
    }
}

impl VendorProfile {
    /// `vendor` is the subject that a personal code is sealed for.
    pub fn of(details: VendorDetails, vendor: Uuid) -> Self {
        let VendorDetails { kind, identification_code: code, name, address, website, vat_payer } = details;
        let identification_code = match kind {
            VendorKind::IndividualEntrepreneur => IdentificationCode::Personal(Sealed::new(vendor, code)),
            VendorKind::LegalPerson | VendorKind::Foreign => IdentificationCode::Public(code),
        };
        Self { kind, identification_code, name, address, website, vat_payer }
    }

    pub fn details(&self) -> VendorDetails {
        VendorDetails {
            kind: self.kind,
            identification_code: self.identification_code.open().unwrap_or_default().to_owned(),
            name: self.name.clone(),
            address: self.address.clone(),
            website: self.website.clone(),
            vat_payer: self.vat_payer,
        }
    }
}

/// Whom to call at a vendor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Contact {
    /// Also the subject that the person's data are sealed for.
    pub id: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    pub person: Sealed<Person>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Person {
    #[schema(min_length = 1, max_length = 200, pattern = r"\S", example = "ნინო ბერიძე")]
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 254, pattern = r"^[^@\s]+@[^@\s]+\.[^@\s]+$", example = "nino@vendor.example")]
    pub email: Option<String>,
}

/// Why a vendor gets no new contracts, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Blacklisting {
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S", example = "ხელშეკრულების არაჯეროვანი შესრულება")]
    pub reason: String,
    /// The last day of it; none: until it is lifted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "2027-03-01")]
    pub until: Option<NaiveDate>,
}
