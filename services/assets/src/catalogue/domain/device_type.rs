//! What devices of one make have in common.

use event_store::{Aggregate, Context, DomainEvent, Series};
use kernel::{Fault, Kind};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::attributes::{AttributeSchema, Attributes};
use super::components::Components;
use super::slug;
use crate::catalogue::Category;

kernel::ids! { DeviceTypeId }

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub enum DeviceType {
    #[default]
    Unknown,
    Known {
        maker: Maker,
        details: Box<DeviceTypeDetails>,
    },
}

/// The manufacturer, as far as a device type needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Maker {
    pub id: Uuid,
    #[schema(example = "MikroTik")]
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceTypeDetails {
    /// Unique for its manufacturer.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S", example = "CCR1036-12G-4S")]
    pub model: String,
    /// Unique; made of manufacturer and model when it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200, pattern = r"^[-a-zA-Z0-9_]+$", example = "mikrotik-ccr1036-12g-4s")]
    pub slug: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200, example = "CCR1036-12G-4S")]
    pub part_number: Option<String>,
    pub category: Category,
    #[serde(default)]
    pub u_height: RackUnits,
    /// Takes both faces of the rack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_full_depth: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub airflow: Option<Airflow>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<Weight>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20000, example = "[Datasheet](https://mikrotik.com/product/CCR1036-12G-4S-149)")]
    pub comments: Option<String>,
    #[serde(default)]
    pub components: Components,
    /// As the category's schema for types allows.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
    #[serde(default, skip_serializing_if = "Extra::is_empty")]
    pub extra: Extra,
}

/// Height in rack units (EIA-310), counted in halves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "f64", into = "f64")]
#[schema(value_type = f64, minimum = 0, maximum = 100, multiple_of = 0.5, example = 1)]
pub struct RackUnits(u16);

impl TryFrom<f64> for RackUnits {
    type Error = &'static str;

    fn try_from(units: f64) -> Result<Self, Self::Error> {
        let halves = units * 2.0;
        let sound = (0.0..=200.0).contains(&halves) && halves.fract() == 0.0;
        sound.then_some(Self(halves as u16)).ok_or("rack units go in steps of 0.5, up to 100")
    }
}

impl From<RackUnits> for f64 {
    fn from(units: RackUnits) -> Self {
        f64::from(units.0) / 2.0
    }
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sea_orm::EnumIter, sea_orm::DeriveActiveEnum,
)]
#[serde(rename_all = "kebab-case")]
#[sea_orm(rs_type = "String", db_type = "String(sea_orm::sea_query::StringLen::N(32))", rename_all = "kebab-case")]
pub enum Airflow {
    FrontToRear,
    RearToFront,
    LeftToRight,
    RightToLeft,
    SideToRear,
    RearToSide,
    BottomToTop,
    TopToBottom,
    Passive,
    Mixed,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema, sea_orm::FromJsonQueryResult)]
#[serde(deny_unknown_fields)]
pub struct Weight {
    #[schema(minimum = 0, maximum = 100000, example = 2.2)]
    pub value: f64,
    pub unit: WeightUnit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WeightUnit {
    Kg,
    G,
    Lb,
    Oz,
}

/// What an imported file said beyond all this, under its path there: `{"interfaces/0/bridge": "br0"}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, sea_orm::FromJsonQueryResult)]
#[schema(value_type = Object, example = json!({ "front_image": true }))]
pub struct Extra(pub Map<String, Value>);

impl Extra {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[derive(Clone, Debug)]
pub enum DeviceTypeCommand {
    Register { maker: Maker, details: Box<DeviceTypeDetails>, schema: AttributeSchema },
    Edit { details: Box<DeviceTypeDetails>, schema: AttributeSchema },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
pub enum DeviceTypeEvent {
    #[serde(rename = "device_type.registered.v1")]
    DeviceTypeRegistered { maker: Maker, details: Box<DeviceTypeDetails> },
    #[serde(rename = "device_type.details_changed.v1")]
    DeviceTypeDetailsChanged { details: Box<DeviceTypeDetails> },
}

impl DomainEvent for DeviceTypeEvent {}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceTypeRefusal {
    AlreadyRegistered,
    NotRegistered,
    /// Its devices have attributes of their category; another category is another type.
    CategoryIsFixed,
    AttributesInvalid(Vec<Fault>),
}

impl From<DeviceTypeRefusal> for Fault {
    fn from(refusal: DeviceTypeRefusal) -> Self {
        match refusal {
            DeviceTypeRefusal::AlreadyRegistered => Fault::conflict(
                "device-type-already-registered",
                "The device type is already registered.",
                "მოწყობილობის ტიპი უკვე რეგისტრირებულია.",
            ),
            DeviceTypeRefusal::NotRegistered => Fault::conflict(
                "device-type-not-registered",
                "The device type is not registered.",
                "მოწყობილობის ტიპი რეგისტრირებული არ არის.",
            ),
            DeviceTypeRefusal::CategoryIsFixed => Fault::conflict(
                "category-is-fixed",
                "The category of a device type does not change; register another type.",
                "მოწყობილობის ტიპის კატეგორია არ იცვლება; დაარეგისტრირეთ სხვა ტიპი.",
            ),
            DeviceTypeRefusal::AttributesInvalid(faults) => Fault::all(Kind::Invalid, faults),
        }
    }
}

impl Maker {
    /// Of a type that is not registered.
    pub fn nobody() -> Self {
        Self { id: Uuid::nil(), name: String::new() }
    }
}

impl DeviceTypeDetails {
    /// A type of which only this is known.
    pub fn named(model: &str, category: Category) -> Self {
        Self {
            model: model.to_owned(),
            slug: None,
            part_number: None,
            category,
            u_height: RackUnits::default(),
            is_full_depth: None,
            airflow: None,
            weight: None,
            comments: None,
            components: Components::default(),
            attributes: Attributes::default(),
            extra: Extra::default(),
        }
    }

    /// With all that follows filled in, if the attributes are as `schema` wants them.
    fn checked(mut self, maker: &Maker, schema: &AttributeSchema) -> Result<Box<Self>, DeviceTypeRefusal> {
        self.model = self.model.trim().to_owned();
        self.slug.get_or_insert_with(|| slug(&format!("{} {}", maker.name, self.model)));
        let faults = schema.faults(&self.attributes);
        if faults.is_empty() { Ok(Box::new(self)) } else { Err(DeviceTypeRefusal::AttributesInvalid(faults)) }
    }
}

impl Aggregate for DeviceType {
    const KIND: &'static str = "device_type";
    const SERIES: Series = Series::Running("DTY");
    type Id = DeviceTypeId;
    type Command = DeviceTypeCommand;
    type Event = DeviceTypeEvent;
    type Refusal = DeviceTypeRefusal;

    fn decide(&self, command: DeviceTypeCommand, _: &Context) -> Result<Vec<DeviceTypeEvent>, DeviceTypeRefusal> {
        use DeviceTypeCommand::{Edit, Register};
        match (self, command) {
            (Self::Unknown, Register { maker, details, schema }) => {
                let details = details.checked(&maker, &schema)?;
                Ok(vec![DeviceTypeEvent::DeviceTypeRegistered { maker, details }])
            }
            (Self::Known { .. }, Register { .. }) => Err(DeviceTypeRefusal::AlreadyRegistered),
            (Self::Known { details: known, .. }, Edit { details, .. }) if known.category != details.category => {
                Err(DeviceTypeRefusal::CategoryIsFixed)
            }
            (Self::Known { maker, details: known }, Edit { details, schema }) => {
                let details = details.checked(maker, &schema)?;
                let unchanged = *known == details;
                Ok(if unchanged { vec![] } else { vec![DeviceTypeEvent::DeviceTypeDetailsChanged { details }] })
            }
            (Self::Unknown, Edit { .. }) => Err(DeviceTypeRefusal::NotRegistered),
        }
    }

    fn evolve(self, event: DeviceTypeEvent) -> Self {
        match (self, event) {
            (_, DeviceTypeEvent::DeviceTypeRegistered { maker, details }) => Self::Known { maker, details },
            (Self::Known { maker, .. }, DeviceTypeEvent::DeviceTypeDetailsChanged { details }) => {
                Self::Known { maker, details }
            }
            (Self::Unknown, DeviceTypeEvent::DeviceTypeDetailsChanged { .. }) => Self::Unknown,
        }
    }
}

impl DeviceType {
    /// Maker and details of a type that is registered.
    pub fn known(&self) -> Option<(&Maker, &DeviceTypeDetails)> {
        match self {
            Self::Unknown => None,
            Self::Known { maker, details } => Some((maker, details)),
        }
    }
    /// What a merge patch is applied to.
    pub fn described(&self) -> DeviceTypeDetails {
        self.known().map_or_else(|| DeviceTypeDetails::named("", Category::Other), |(_, details)| details.clone())
    }
}
