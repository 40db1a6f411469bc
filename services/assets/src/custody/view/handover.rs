//! Rows of handover acts.

use chrono::{DateTime, NaiveDate, Utc};
use event_store::{Entity, Record, Row};
use kernel::text::searchable;
use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::custody::domain::{Act, ActKind, HandedDevice, Handover};
use crate::register::{HandoverId, Holder};

pub mod row {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, ToSchema)]
    #[sea_orm(table_name = "handovers")]
    #[schema(as = Handover)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: HandoverId,
        #[schema(example = "ACT-2026-000123")]
        pub number: String,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
        pub status: HandoverStatus,
        pub kind: ActKind,
        /// The day of the act.
        pub on: NaiveDate,
        #[sea_orm(column_type = "JsonBinary", nullable)]
        pub giver: Option<Party>,
        #[sea_orm(column_type = "JsonBinary", nullable)]
        pub receiver: Option<Party>,
        /// The employee who receives, for himself or for a unit, a place or the stock.
        pub signatory_id: Uuid,
        #[schema(example = "EMP-000123")]
        pub signatory_number: String,
        #[sea_orm(column_type = "JsonBinary")]
        pub devices: Handed,
        pub accepted_at: Option<DateTime<Utc>>,
        /// Why it was refused or cancelled.
        #[sea_orm(column_type = "Text", nullable)]
        pub reason: Option<String>,
        pub org_unit_id: Option<Uuid>,
        /// Who has to accept it.
        pub owner_id: Option<Uuid>,
        #[serde(skip)]
        pub search: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
pub use row::Model as HandoverRow;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum HandoverStatus {
    Pending,
    Accepted,
    Refused,
    Cancelled,
}

/// One side of an act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, FromJsonQueryResult)]
#[serde(transparent)]
#[schema(value_type = Holder)]
pub struct Party(pub Holder);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, FromJsonQueryResult)]
#[serde(transparent)]
#[schema(value_type = Vec<HandedDevice>)]
pub struct Handed(pub Vec<HandedDevice>);

impl Row for HandoverRow {
    type Table = row::Entity;
    type Active = row::ActiveModel;
    const INDEXES: &'static [&'static [&'static str]] =
        &[&["status"], &["signatory_id"], &["org_unit_id"], &["owner_id"], &["on"]];
}

impl Record for Handover {
    type Row = HandoverRow;
}

impl From<&Handover> for HandoverStatus {
    fn from(handover: &Handover) -> Self {
        match handover {
            Handover::Unknown | Handover::Pending(_) => Self::Pending,
            Handover::Accepted { .. } => Self::Accepted,
            Handover::Refused { .. } => Self::Refused,
            Handover::Cancelled { .. } => Self::Cancelled,
        }
    }
}

impl From<&Entity<Handover>> for HandoverRow {
    fn from(entity: &Entity<Handover>) -> Self {
        let act = entity.state.act().cloned().unwrap_or_else(Act::empty);
        let (accepted_at, reason) = match &entity.state {
            Handover::Unknown | Handover::Pending(_) => (None, None),
            Handover::Accepted { accepted_at, .. } => (Some(*accepted_at), None),
            Handover::Refused { reason, .. } | Handover::Cancelled { reason, .. } => (None, Some(reason.clone())),
        };
        Self {
            id: entity.id,
            number: entity.number.clone(),
            version: entity.version,
            created_at: entity.created_at,
            updated_at: entity.updated_at,
            status: (&entity.state).into(),
            kind: act.kind,
            on: act.on,
            search: search(&entity.number, &act),
            org_unit_id: act.receiver.as_ref().or(act.giver.as_ref()).and_then(Holder::org_unit_id),
            owner_id: Some(act.signatory.employee_id),
            giver: act.giver.map(Party),
            receiver: act.receiver.map(Party),
            signatory_id: act.signatory.employee_id,
            signatory_number: act.signatory.number,
            devices: Handed(act.devices),
            accepted_at,
            reason,
        }
    }
}

fn search(number: &str, act: &Act) -> String {
    let mut words = vec![number, &act.signatory.number];
    words.extend(act.giver.iter().chain(&act.receiver).map(Holder::number));
    for device in &act.devices {
        words.extend([device.number.as_str(), device.name.as_str()]);
        words.extend(device.inventory_number.as_deref());
        words.extend(device.serial.as_deref());
    }
    searchable(&words.join(" "))
}
