//! The desk's words, shared by tickets and their rows.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum TicketKind {
    /// Something does not work as it should.
    #[default]
    Incident,
    /// Something is to be done, because something happened elsewhere.
    Task,
}

/// How the desk heard of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum Channel {
    #[default]
    Portal,
    Phone,
    Mail,
    Monitoring,
    Hotline,
    /// Another service of the platform.
    Platform,
}

/// What it is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum Category {
    Workplace,
    Printing,
    NonStandardSystem,
    Software,
    Network,
    Server,
    Mail,
    Telephony,
    Access,
    AudioVisual,
    Security,
    #[default]
    Other,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum TicketStatus {
    #[default]
    New,
    Triaged,
    InProgress,
    Waiting,
    Resolved,
    Closed,
}

/// Whom a ticket waits for while its clocks stand still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum WaitReason {
    /// For an answer of the requester; their next comment resumes the work.
    Requester,
    Vendor,
    SpareParts,
    Approval,
    /// For a time when work is allowed.
    MaintenanceWindow,
    Other,
}

/// How a ticket was solved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum Outcome {
    Fixed,
    /// It works again, the cause stays.
    Workaround,
    Advised,
    NotReproduced,
    /// It is not for the desk to do.
    Declined,
    /// Done by what happened elsewhere.
    DoneElsewhere,
}

/// Why a ticket is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum ClosedBecause {
    /// Somebody said so.
    Confirmed,
    /// Nobody objected to the solution in time.
    Lapsed,
    /// Another ticket is about the same.
    Duplicate,
}
