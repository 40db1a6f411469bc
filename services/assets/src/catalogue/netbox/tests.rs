use std::fs;

use kernel::Fault;

use super::{Reading, read};
use crate::catalogue::Category;

fn sample(name: &str) -> Reading {
    let path = format!("{}/tests/device-types/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    read(&fs::read_to_string(path).unwrap(), None).unwrap().remove(0)
}

fn refused(text: &str) -> Fault {
    read(text, None).unwrap_err()
}

#[test]
fn real_types_of_the_library_go_in_and_their_category_is_guessed() {
    let guessed = |name| sample(name).details.category;
    assert_eq!(guessed("apc-smt1500rmi2u"), Category::Ups);
    assert_eq!(guessed("cisco-air-ap1815i-e-k9"), Category::AccessPoint);
    assert_eq!(guessed("hpe-aruba-1930-24g"), Category::Switch);
    assert_eq!(guessed("hpe-aruba-2530-8g"), Category::Switch);
    assert_eq!(guessed("mikrotik-ccr1036-12g-4s"), Category::Router);
}

#[test]
fn nothing_of_a_type_is_lost() {
    let router = sample("mikrotik-ccr1036-12g-4s");
    assert_eq!(router.manufacturer, "MikroTik");
    assert_eq!(router.details.components.interfaces.len(), 16);
    assert_eq!(router.details.components.power_ports[0].maximum_draw, Some(60.0));
    assert_eq!(router.details.weight.unwrap().value, 2.2);
    assert!(router.details.extra.is_empty());
}

#[test]
fn what_we_do_not_know_is_kept_under_its_path() {
    let text = "manufacturer: A\nmodel: B\nslug: a-b\nfront_image: true\ninterfaces:\n  - name: 1\n    type: lag\n    bridge: br0\n";
    let reading = read(text, Some(Category::Other)).unwrap().remove(0);
    let extra: Vec<_> = reading.details.extra.0.keys().map(String::as_str).collect();
    assert_eq!(extra, ["interfaces/0/bridge", "front_image"]);
    assert_eq!(reading.details.components.interfaces[0].name, "1");
}

#[test]
fn names_stay_names_and_flags_stay_flags() {
    let text = "manufacturer: On\nmodel: N\npart_number: 3850\nis_full_depth: no\n";
    let reading = read(text, None).unwrap().remove(0);
    assert_eq!((reading.manufacturer.as_str(), reading.details.model.as_str()), ("On", "N"));
    assert_eq!((reading.details.part_number.as_deref(), reading.details.is_full_depth), (Some("3850"), Some(false)));
}

#[test]
fn a_chassis_and_a_patch_panel_go_in_too() {
    let chassis = "manufacturer: Acme\nmodel: Enclosure\nslug: acme-enclosure\nsubdevice_role: parent\n\
                   device-bays:\n  - name: Bay {module}/1\n    description: '2.5\" SLED-1'\n\
                   interfaces:\n  - name: SAS {module}0\n    type: other #SFF-8644\n";
    let panel = "manufacturer: Acme\nmodel: Panel\nu_height: 0.5\n\
                 front-ports:\n  - name: '01'\n    type: lc\n    color: 000000\n    rear_port: '01'\n    rear_port_position: 1\n\
                 rear-ports:\n  - name: '01'\n    type: lc\n    positions: 6\n";
    let readings = read(&format!("{chassis}---\n{panel}"), None).unwrap();
    assert_eq!(readings[0].details.extra.0["subdevice_role"], "parent");
    assert_eq!(readings[0].details.components.interfaces[0].kind, "other");
    let port = &readings[1].details.components.front_ports[0];
    assert_eq!((port.name.as_str(), port.color.as_deref()), ("01", Some("000000")));
    assert!(readings.iter().all(|reading| reading.details.category == Category::Other));
}

#[test]
fn one_file_may_hold_many_types() {
    let text = "---\nmanufacturer: A\nmodel: B\n---\nmanufacturer: A\nmodel: C\n";
    let readings = read(text, Some(Category::Laptop)).unwrap();
    assert_eq!(readings.len(), 2);
    assert!(readings.iter().all(|reading| reading.details.category == Category::Laptop && !reading.category_guessed));
}

#[test]
fn every_fault_is_named_with_its_line() {
    let text = "manufacturer: A\nmodel: B\nu_height: 1.3\npower-ports:\n  - name: PS1\n    maximum_draw: much\n";
    let fault = refused(text);
    let mut found: Vec<_> = fault
        .parts
        .iter()
        .map(|part| (part.pointer.as_deref().unwrap(), part.text.en.split(':').next().unwrap()))
        .collect();
    found.sort_unstable();
    assert_eq!(found, [("/power-ports/0/maximum_draw", "Line 6"), ("/u_height", "Line 3")]);
    assert_eq!(refused("model: B\n").parts[0].pointer.as_deref(), Some("/manufacturer"));
}

#[test]
fn what_is_no_yaml_is_refused_with_its_line() {
    let fault = refused("manufacturer: A\nmodel: [B\nslug: x\n");
    assert_eq!(fault.code, "malformed-yaml");
    assert!(fault.text.en.starts_with("Line "), "{}", fault.text.en);
    assert_eq!(refused("").code, "no-device-types");
    assert_eq!(refused("- a\n- b\n").parts[0].code, "not-a-device-type");
}

#[test]
fn a_bomb_of_aliases_is_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    assert_eq!(refused(&text).code, "malformed-yaml");
    let deep = format!("a: {}{}", "[".repeat(2_000), "]".repeat(2_000));
    assert_eq!(refused(&deep).code, "malformed-yaml");
}
