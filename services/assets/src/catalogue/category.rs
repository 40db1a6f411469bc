//! What kinds of devices there are.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    ToSchema,
    sea_orm::EnumIter,
    sea_orm::DeriveActiveEnum,
)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(sea_orm::sea_query::StringLen::N(32))", rename_all = "snake_case")]
pub enum Category {
    Workstation,
    Laptop,
    Monitor,
    Printer,
    Scanner,
    Phone,
    Server,
    Switch,
    Router,
    Firewall,
    AccessPoint,
    Ups,
    Camera,
    Barrier,
    Projector,
    Av,
    Other,
}
