//! A small aggregate for trying the store: a lamp with a serial number that burns out.

use chrono::{DateTime, Duration, Utc};
use event_store::{Aggregate, Context, Deadline, DomainEvent, Entity, Record, Row, Sealed, Series, Unique};
use kernel::Fault;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

kernel::ids! { LampId }

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub enum Lamp {
    #[default]
    Unborn,
    Lit {
        serial: String,
        owner: Sealed<String>,
        switches: u32,
        burns_out_at: DateTime<Utc>,
    },
    BurntOut {
        serial: String,
    },
}

#[derive(Clone, Debug)]
pub enum LampCommand {
    Light { serial: String, owner: Sealed<String> },
    Switch,
    BurnOut,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
#[allow(clippy::enum_variant_names)] // events are named as services name theirs
pub enum LampEvent {
    #[serde(rename = "lamp.lit.v1")]
    LampLit { serial: String, owner: Sealed<String>, burns_out_at: DateTime<Utc> },
    #[serde(rename = "lamp.switched.v1")]
    LampSwitched {},
    #[serde(rename = "lamp.burnt_out.v1")]
    LampBurntOut {},
}

impl DomainEvent for LampEvent {}

impl Aggregate for Lamp {
    const KIND: &'static str = "lamp";
    const SERIES: Series = Series::Running("LMP");
    type Id = LampId;
    type Command = LampCommand;
    type Event = LampEvent;
    type Refusal = Fault;

    fn decide(&self, command: LampCommand, context: &Context) -> Result<Vec<LampEvent>, Fault> {
        match (self, command) {
            (Self::Unborn, LampCommand::Light { serial, owner }) => {
                Ok(vec![LampEvent::LampLit { serial, owner, burns_out_at: context.now + Duration::hours(1) }])
            }
            (Self::Lit { .. }, LampCommand::Switch) => Ok(vec![LampEvent::LampSwitched {}]),
            (Self::Lit { .. }, LampCommand::BurnOut) => Ok(vec![LampEvent::LampBurntOut {}]),
            _ => Err(Fault::conflict("lamp-not-lit", "The lamp is not lit.", "ნათურა არ ანთია.")),
        }
    }

    fn evolve(self, event: LampEvent) -> Self {
        match (self, event) {
            (_, LampEvent::LampLit { serial, owner, burns_out_at }) => {
                Self::Lit { serial, owner, switches: 0, burns_out_at }
            }
            (Self::Lit { serial, owner, switches, burns_out_at }, LampEvent::LampSwitched {}) => {
                Self::Lit { serial, owner, switches: switches + 1, burns_out_at }
            }
            (Self::Lit { serial, .. }, LampEvent::LampBurntOut {}) => Self::BurntOut { serial },
            (other, _) => other,
        }
    }

    fn deadlines(&self) -> Vec<Deadline> {
        match self {
            Self::Lit { burns_out_at, .. } => vec![Deadline::new("burn-out", *burns_out_at)],
            _ => vec![],
        }
    }

    fn on_deadline(&self, _: &str) -> Option<LampCommand> {
        Some(LampCommand::BurnOut)
    }
}

pub mod row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, ToSchema)]
    #[sea_orm(table_name = "lamps")]
    #[schema(as = Lamp)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: LampId,
        pub number: String,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
        pub serial: String,
        pub owner: Option<String>,
        pub status: LampStatus,
        pub switches: i64,
        #[sea_orm(column_type = "JsonBinary")]
        pub tags: Tags,
        #[serde(skip)]
        pub search: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
pub use row::Model as LampRow;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum LampStatus {
    Lit,
    BurntOut,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, FromJsonQueryResult)]
pub struct Tags(pub Vec<String>);

impl Row for LampRow {
    type Table = row::Entity;
    type Active = row::ActiveModel;
    const UNIQUE: &'static [Unique] = &[Unique {
        columns: &["serial"],
        code: "serial-taken",
        en: "Another lamp has this serial number.",
        ka: "ეს სერიული ნომერი უკვე დაკავებულია.",
    }];
}

impl Record for Lamp {
    type Row = LampRow;
}

impl From<&Entity<Lamp>> for LampRow {
    fn from(entity: &Entity<Lamp>) -> Self {
        let (serial, owner, status, switches) = match &entity.state {
            Lamp::Unborn => (String::new(), None, LampStatus::BurntOut, 0),
            Lamp::Lit { serial, owner, switches, .. } => {
                (serial.clone(), owner.open().cloned(), LampStatus::Lit, i64::from(*switches))
            }
            Lamp::BurntOut { serial } => (serial.clone(), None, LampStatus::BurntOut, 0),
        };
        Self {
            id: entity.id,
            number: entity.number.clone(),
            version: entity.version,
            created_at: entity.created_at,
            updated_at: entity.updated_at,
            search: kernel::text::searchable(&serial),
            serial,
            owner,
            status,
            switches,
            tags: Tags::default(),
        }
    }
}
