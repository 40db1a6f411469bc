//! What a device of a type is made of, in the terms of NetBox's device-type library.
//!
//! Kinds of connectors (`iec-60320-c14`, `1000base-t`) are the library's open vocabulary, kept as they are.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, sea_orm::FromJsonQueryResult)]
#[serde(deny_unknown_fields, default)]
pub struct Components {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 2000)]
    pub interfaces: Vec<Interface>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 2000)]
    pub power_ports: Vec<PowerPort>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 2000)]
    pub power_outlets: Vec<PowerOutlet>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 2000)]
    pub console_ports: Vec<ConsolePort>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 2000)]
    pub console_server_ports: Vec<ConsolePort>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 2000)]
    pub front_ports: Vec<FrontPort>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 2000)]
    pub rear_ports: Vec<RearPort>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 2000)]
    pub module_bays: Vec<ModuleBay>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 2000)]
    pub device_bays: Vec<DeviceBay>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 2000)]
    pub inventory_items: Vec<InventoryItem>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Interface {
    #[schema(min_length = 1, max_length = 200, example = "ether1")]
    pub name: String,
    #[serde(rename = "type")]
    #[schema(min_length = 1, max_length = 100, example = "1000base-t")]
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000)]
    pub description: Option<String>,
    /// Serves only to manage the device.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mgmt_only: bool,
    /// `pd` is powered over Ethernet, `pse` powers others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100, example = "pd")]
    pub poe_mode: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100, example = "type2-ieee802.3at")]
    pub poe_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100, example = "ap")]
    pub rf_role: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PowerPort {
    #[schema(min_length = 1, max_length = 200, example = "PS1")]
    pub name: String,
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100, example = "iec-60320-c14")]
    pub kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000)]
    pub description: Option<String>,
    /// Watts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, example = 2300)]
    pub maximum_draw: Option<f64>,
    /// Watts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, example = 1200)]
    pub allocated_draw: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PowerOutlet {
    #[schema(min_length = 1, max_length = 200, example = "Outlet 1")]
    pub name: String,
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100, example = "iec-60320-c13")]
    pub kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000)]
    pub description: Option<String>,
    /// Name of the power port that feeds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200, example = "PS1")]
    pub power_port: Option<String>,
    /// Phase: A, B or C.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 10, example = "A")]
    pub feed_leg: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsolePort {
    #[schema(min_length = 1, max_length = 200, example = "Console")]
    pub name: String,
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100, example = "rj-45")]
    pub kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000)]
    pub description: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FrontPort {
    #[schema(min_length = 1, max_length = 200, example = "Port 1")]
    pub name: String,
    #[serde(rename = "type")]
    #[schema(min_length = 1, max_length = 100, example = "8p8c")]
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000)]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20, example = "ffffff")]
    pub color: Option<String>,
    /// Name of the rear port that it leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200, example = "Rear 1")]
    pub rear_port: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, example = 1)]
    pub rear_port_position: Option<u32>,
    /// How many positions it has itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, example = 1)]
    pub positions: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RearPort {
    #[schema(min_length = 1, max_length = 200, example = "Rear 1")]
    pub name: String,
    #[serde(rename = "type")]
    #[schema(min_length = 1, max_length = 100, example = "8p8c")]
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000)]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20, example = "ffffff")]
    pub color: Option<String>,
    /// How many front ports it carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, example = 12)]
    pub positions: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ModuleBay {
    #[schema(min_length = 1, max_length = 200, example = "SmartSlot")]
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200, example = "1")]
    pub position: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000)]
    pub description: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceBay {
    #[schema(min_length = 1, max_length = 200, example = "Blade 1")]
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000)]
    pub description: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InventoryItem {
    #[schema(min_length = 1, max_length = 200, example = "RAID controller")]
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000)]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200, example = "Broadcom")]
    pub manufacturer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200, example = "MegaRAID 9560-8i")]
    pub part_id: Option<String>,
}
