//! What is measured: a thing with one registration and then moves, about 500 bytes of JSON an event.

use chrono::{DateTime, Utc};
use event_store::{Aggregate, Context, DomainEvent, Entity, Record, Row, Series};
use kernel::Fault;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

kernel::ids! { AssetId }

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Body {
    pub name: String,
    pub site: String,
    pub at: u64,
    pub note: String,
}

impl Body {
    pub fn numbered(n: u64) -> Self {
        let note = "abcdefghij".repeat(40);
        Self { name: format!("Laptop {n}"), site: format!("Room {}", n % 97), at: 1_700_000_000 + n, note }
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Asset {
    pub body: Body,
    pub moves: i64,
}

#[derive(Clone, Debug)]
pub enum AssetCommand {
    Register(Body),
    Move(Body),
}

impl AssetCommand {
    /// The `n`th command of an asset; the first registers it.
    pub fn numbered(n: u64) -> Self {
        if n == 0 { Self::Register(Body::numbered(0)) } else { Self::Move(Body::numbered(n)) }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
pub enum AssetEvent {
    #[serde(rename = "asset.registered.v1")]
    Registered(Body),
    #[serde(rename = "asset.moved.v1")]
    Moved(Body),
}

impl DomainEvent for AssetEvent {}

impl Aggregate for Asset {
    const KIND: &'static str = "asset";
    const SERIES: Series = Series::Running("AST");
    type Id = AssetId;
    type Command = AssetCommand;
    type Event = AssetEvent;
    type Refusal = Fault;

    fn decide(&self, command: AssetCommand, _: &Context) -> Result<Vec<AssetEvent>, Fault> {
        match command {
            AssetCommand::Register(body) if self.body.name.is_empty() => Ok(vec![AssetEvent::Registered(body)]),
            AssetCommand::Move(body) if !self.body.name.is_empty() => Ok(vec![AssetEvent::Moved(body)]),
            _ => Err(Fault::internal()),
        }
    }

    fn evolve(mut self, event: AssetEvent) -> Self {
        match event {
            AssetEvent::Registered(body) => self.body = body,
            AssetEvent::Moved(body) => {
                self.body = body;
                self.moves += 1;
            }
        }
        self
    }
}

pub mod row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, ToSchema)]
    #[sea_orm(table_name = "assets")]
    #[schema(as = Asset)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: AssetId,
        pub number: String,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
        pub name: String,
        pub site: String,
        pub moves: i64,
        pub note: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
pub use row::Model as AssetRow;

impl Row for AssetRow {
    type Table = row::Entity;
    type Active = row::ActiveModel;
}

impl Record for Asset {
    type Row = AssetRow;
}

impl From<&Entity<Asset>> for AssetRow {
    fn from(entity: &Entity<Asset>) -> Self {
        let Asset { body, moves } = entity.state.clone();
        Self {
            id: entity.id,
            number: entity.number.clone(),
            version: entity.version,
            created_at: entity.created_at,
            updated_at: entity.updated_at,
            name: body.name,
            site: body.site,
            moves,
            note: body.note,
        }
    }
}
