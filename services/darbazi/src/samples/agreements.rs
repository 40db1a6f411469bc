//! Vendors, and contracts with them.

use anyhow::Result;
use serde_json::{Value, json};

use super::equipment::DEVICES_FILE;
use super::file::{Sample, rows, samples, text};
use super::loader::{Loader, Things};
use super::names::Kind;

pub const VENDORS_FILE: &str = include_str!("../../../../samples/vendors.json");
pub const CONTRACTS_FILE: &str = include_str!("../../../../samples/contracts.json");

const VENDORS: Things = Things {
    kind: Kind::Vendor,
    what: "vendors",
    path: "contracts/v1/vendors",
    name: |vendor| text(vendor, "/identification_code"),
};

/// A contract is told by the procurement that led to it.
pub const CONTRACTS: Things = Things {
    kind: Kind::Contract,
    what: "contracts",
    path: "contracts/v1/contracts",
    name: |contract| text(contract, "/tender_number").or_else(|| text(contract, "/procurement/tender_number")),
};

pub async fn load(loader: &mut Loader) -> Result<()> {
    loader.bring_in(&VENDORS, samples(VENDORS_FILE)?).await?;
    let devices = rows(DEVICES_FILE)?;
    let contracts = samples(CONTRACTS_FILE)?.into_iter().map(|contract| covering(contract, &devices)).collect();
    loader.bring_in(&CONTRACTS, contracts).await
}

/// A contract covers the devices that were bought under it; which these are, the devices say.
fn covering(mut contract: Sample, devices: &[Value]) -> Sample {
    let tender = (CONTRACTS.name)(&contract.body);
    let bought = devices.iter().filter(|device| text(device, "/contract") == tender);
    let covers: Vec<Value> = bought.map(cover).collect();
    if !covers.is_empty() {
        contract.body["covers"] = covers.into();
    }
    contract
}

fn cover(device: &Value) -> Value {
    json!({
        "inventory_number": device["inventory_number"],
        "serial": device["serial"],
        "from": device["purchased_on"],
        "until": device["warranty_end"],
    })
}
