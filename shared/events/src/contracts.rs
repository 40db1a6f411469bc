//! What the contracts service tells: which contracts run, which are about to end, and which vendors are barred.

use chrono::NaiveDate;
use serde::Deserialize;
use uuid::Uuid;

use crate::Published;

/// A contract was signed; the subject of each event is the contract.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ContractSigned {
    pub signed_on: NaiveDate,
    pub ends_on: NaiveDate,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ContractActivated {
    pub on: NaiveDate,
}

/// A contract in force ends in so many days, unless something is done.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ContractExpiryAnnounced {
    /// 90, 60, 30 or 7; less after an outage.
    pub days_left: i64,
    pub ends_on: NaiveDate,
    #[serde(default)]
    pub supervisor: Option<Supervisor>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Supervisor {
    pub employee_id: Uuid,
    #[serde(default)]
    pub org_unit_id: Option<Uuid>,
}

/// It went on by itself until another day.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ContractRenewed {
    pub ends_on: NaiveDate,
}

/// Its last day has passed, and nothing renewed it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ContractTermEnded {
    pub ends_on: NaiveDate,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ContractCompleted {
    pub on: NaiveDate,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ContractTerminated {
    pub on: NaiveDate,
}

/// A vendor gets no new contracts; the subject is the vendor.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct VendorBlacklisted {
    pub since: NaiveDate,
}

macro_rules! published {
    ($($event:ty = $name:literal),+ $(,)?) => {$(
        impl Published for $event {
            const SERVICE: &'static str = "contracts";
            const NAME: &'static str = $name;
        }
    )+};
}

published! {
    ContractSigned = "contract.signed.v1",
    ContractActivated = "contract.activated.v1",
    ContractExpiryAnnounced = "contract.expiry_announced.v1",
    ContractRenewed = "contract.renewed.v1",
    ContractTermEnded = "contract.term_ended.v1",
    ContractCompleted = "contract.completed.v1",
    ContractTerminated = "contract.terminated.v1",
    VendorBlacklisted = "vendor.blacklisted.v1",
}
