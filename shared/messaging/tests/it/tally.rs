//! An aggregate that counts what it is told, in the order it is told: doubled or swapped effects show.

use chrono::{DateTime, Utc};
use event_store::{Aggregate, Context, DomainEvent, Entity, Record, Row, Series};
use kernel::Fault;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

kernel::ids! { TallyId }

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Tally {
    pub heard: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
pub enum TallyEvent {
    #[serde(rename = "tally.counted.v1")]
    Counted { sequence: String },
}

impl DomainEvent for TallyEvent {}

impl Aggregate for Tally {
    const KIND: &'static str = "tally";
    const SERIES: Series = Series::Running("TLY");
    type Id = TallyId;
    type Command = String;
    type Event = TallyEvent;
    type Refusal = Fault;

    fn decide(&self, sequence: String, _: &Context) -> Result<Vec<TallyEvent>, Fault> {
        Ok(vec![TallyEvent::Counted { sequence }])
    }

    fn evolve(mut self, TallyEvent::Counted { sequence }: TallyEvent) -> Self {
        self.heard.push(sequence);
        self
    }
}

pub mod row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, ToSchema)]
    #[sea_orm(table_name = "tallies")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: TallyId,
        pub number: String,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

impl Row for row::Model {
    type Table = row::Entity;
    type Active = row::ActiveModel;
}

impl Record for Tally {
    type Row = row::Model;
}

impl From<&Entity<Tally>> for row::Model {
    fn from(entity: &Entity<Tally>) -> Self {
        Self {
            id: entity.id,
            number: entity.number.clone(),
            version: entity.version,
            created_at: entity.created_at,
            updated_at: entity.updated_at,
        }
    }
}
