//! The table of vendors.

use chrono::{DateTime, NaiveDate, Utc};
use event_store::{Entity, Row, Unique};
use kernel::person::Phone;
use kernel::{Localized, text::searchable};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::domain::{Contact, Record, Vendor, VendorId, VendorKind};

pub mod row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, ToSchema)]
    #[sea_orm(table_name = "vendors")]
    #[schema(as = Vendor)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: VendorId,
        #[schema(example = "VEN-000004")]
        pub number: String,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
        pub status: VendorStatus,
        pub kind: VendorKind,
        /// None when it was the personal number of somebody whose data were erased.
        #[schema(example = "204545875")]
        pub identification_code: Option<String>,
        #[sea_orm(column_type = "JsonBinary")]
        pub name: Localized,
        pub address: Option<String>,
        pub website: Option<String>,
        pub vat_payer: bool,
        #[sea_orm(column_type = "JsonBinary")]
        pub contacts: Contacts,
        pub blacklisted_since: Option<NaiveDate>,
        pub blacklisted_until: Option<NaiveDate>,
        #[sea_orm(column_type = "Text", nullable)]
        pub blacklisting_reason: Option<String>,
        #[serde(skip)]
        pub search: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
pub use row::Model as VendorRow;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum VendorStatus {
    InGoodStanding,
    Blacklisted,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, FromJsonQueryResult)]
pub struct Contacts(pub Vec<ContactView>);

/// Whom to call; nothing but the role when the person's data were erased.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ContactView {
    pub id: Uuid,
    #[schema(example = "Account manager")]
    pub role: Option<String>,
    #[schema(example = "ნინო ბერიძე")]
    pub name: Option<String>,
    pub phone: Option<Phone>,
    #[schema(example = "nino@vendor.example")]
    pub email: Option<String>,
}

impl From<&Contact> for ContactView {
    fn from(contact: &Contact) -> Self {
        let person = contact.person.open();
        Self {
            id: contact.id,
            role: contact.role.clone(),
            name: person.map(|person| person.name.clone()),
            phone: person.and_then(|person| person.phone.clone()),
            email: person.and_then(|person| person.email.clone()),
        }
    }
}

impl Row for VendorRow {
    type Table = row::Entity;
    type Active = row::ActiveModel;
    const UNIQUE: &'static [Unique] = &[Unique {
        columns: &["identification_code"],
        code: "identification-code-taken",
        en: "Another vendor has this identification code.",
        ka: "ეს საიდენტიფიკაციო კოდი სხვა მიმწოდებელს აქვს.",
    }];
    const INDEXES: &'static [&'static [&'static str]] = &[&["status"], &["kind"]];
}

impl event_store::Record for Vendor {
    type Row = VendorRow;
}

impl From<&Entity<Vendor>> for VendorRow {
    fn from(entity: &Entity<Vendor>) -> Self {
        let record = entity.state.record();
        let profile = record.map(|record| &record.profile);
        let blacklisting = entity.state.blacklisting();
        let code = profile.and_then(|profile| profile.identification_code.open()).map(str::to_owned);
        let name = profile.map(|profile| profile.name.clone()).unwrap_or_default();
        let contacts = record.map(|record: &Record| record.contacts.iter().map(ContactView::from).collect());
        let words = [&entity.number, code.as_deref().unwrap_or_default(), &name.ka, &name.en].join(" ");
        Self {
            id: entity.id,
            number: entity.number.clone(),
            version: entity.version,
            created_at: entity.created_at,
            updated_at: entity.updated_at,
            status: if blacklisting.is_some() { VendorStatus::Blacklisted } else { VendorStatus::InGoodStanding },
            kind: profile.map_or(VendorKind::LegalPerson, |profile| profile.kind),
            search: searchable(&words),
            identification_code: code,
            name,
            address: profile.and_then(|profile| profile.address.clone()),
            website: profile.and_then(|profile| profile.website.clone()),
            vat_payer: profile.is_some_and(|profile| profile.vat_payer),
            contacts: Contacts(contacts.unwrap_or_default()),
            blacklisted_since: blacklisting.map(|(_, since)| since),
            blacklisted_until: blacklisting.and_then(|(blacklisting, _)| blacklisting.until),
            blacklisting_reason: blacklisting.map(|(blacklisting, _)| blacklisting.reason.clone()),
        }
    }
}
