//! Device types, devices, and who holds them.

use anyhow::{Context, Result};
use serde_json::Value;

use super::acceptance;
use super::file::{rows, samples, text};
use super::loader::{Loader, Things, told};
use super::names::{Kind, Names};

pub const DEVICES_FILE: &str = include_str!("../../../../samples/devices.csv");
pub const HANDOVERS_FILE: &str = include_str!("../../../../samples/handovers.json");

/// The category, which the files do not say, and the file.
macro_rules! device_types {
    ($($category:literal: $($file:literal),+;)+) => {
        &[$($(($category, include_str!(concat!("../../../../samples/device-types/", $file, ".yaml")))),+),+]
    };
}

pub const DEVICE_TYPE_FILES: &[(&str, &str)] = device_types! {
    "laptop": "hp-elitebook-840-g11", "lenovo-thinkpad-e14-gen-6", "dell-latitude-5450";
    "workstation": "hp-pro-sff-400-g9", "dell-optiplex-micro-7010";
    "monitor": "hp-e24-g5", "dell-p2423d";
    "printer": "hp-laserjet-pro-mfp-4103fdw", "kyocera-ecosys-m2540dn";
    "scanner": "canon-imageformula-dr-c230";
    "phone": "yealink-sip-t31p", "samsung-galaxy-a55-5g";
    "projector": "epson-eb-fh52";
    "server": "dell-poweredge-r660";
    "switch": "cisco-c9300-48p", "hpe-aruba-1930-24g", "hpe-aruba-2530-8g";
    "router": "mikrotik-ccr1036-12g-4s";
    "firewall": "fortinet-fortigate-100f";
    "access_point": "cisco-air-ap1815i-e-k9", "ubiquiti-u6-pro";
    "ups": "apc-smt1500rmi2u", "apc-srt3000rmxli";
    "camera": "hikvision-ds-2cd2143g2-i";
    "barrier": "came-gard-4-g4040z";
};

const DEVICE_TYPES: Things = Things {
    kind: Kind::DeviceType,
    what: "device types",
    path: "assets/v1/device-types",
    name: |device_type| text(device_type, "/slug"),
};

const DEVICES: Things = Things {
    kind: Kind::Device,
    what: "devices",
    path: "assets/v1/devices",
    name: |device| text(device, "/inventory_number"),
};

/// An act is told by the first device in it: a list has devices, a body only their numbers.
const HANDOVERS: Things = Things {
    kind: Kind::Handover,
    what: "handover acts",
    path: "assets/v1/handovers",
    name: |act| text(act, "/devices/0/number").or_else(|| text(act, "/devices/0")),
};

pub async fn load(loader: &mut Loader) -> Result<()> {
    device_types(loader).await?;
    let devices = rows(DEVICES_FILE)?.into_iter().map(|row| numbered(&loader.names, row)).collect::<Result<_>>()?;
    loader.import(&DEVICES, devices).await?;
    loader.bring_in(&HANDOVERS, samples(HANDOVERS_FILE)?).await?;
    acceptance::load(loader, HANDOVERS.path).await
}

async fn device_types(loader: &mut Loader) -> Result<()> {
    let known = loader.known(&DEVICE_TYPES).await?;
    let mut new = 0;
    for (category, yaml) in DEVICE_TYPE_FILES {
        let slug = slug(yaml).context("a device type has no slug")?;
        if !known.contains_key(slug) {
            let path = format!("{}/import-yaml?category={category}", DEVICE_TYPES.path);
            let body = (*yaml).to_owned();
            loader.client.post_text(&path, "application/yaml", body).await.with_context(|| slug.to_owned())?;
            new += 1;
        }
    }
    told(DEVICE_TYPES.what, DEVICE_TYPE_FILES.len(), new);
    Ok(())
}

/// All files of the samples say it on a line of its own.
pub fn slug(yaml: &str) -> Option<&str> {
    yaml.lines().find_map(|line| line.strip_prefix("slug: "))
}

/// The row with numbers where the file has the code of a unit and the number of a tender.
fn numbered(names: &Names, mut row: Value) -> Result<Value> {
    for (member, kind) in [("responsible_unit", Kind::Unit), ("contract", Kind::Contract)] {
        if let Some(name) = row[member].as_str() {
            row[member] = names.number(kind, name)?.into();
        }
    }
    Ok(row)
}
