//! The data itself: whatever a file names is there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::agreements::{CONTRACTS_FILE, VENDORS_FILE};
use super::equipment::{DEVICE_TYPE_FILES, DEVICES_FILE, HANDOVERS_FILE, slug};
use super::file::{Sample, rows, samples, text};
use super::names::{Kind, Names};
use super::people::{EMPLOYEES_FILE, POSITIONS_FILE};
use super::systems::ASSESSMENTS_FILE;
use super::tickets::{QUEUES_FILE, TICKETS_FILE};

/// Every value of a column; a value that comes twice fails.
fn unique(rows: &[Value], column: &str) -> BTreeSet<String> {
    let values: Vec<String> = rows.iter().filter_map(|row| text(row, &format!("/{column}"))).collect();
    let found: BTreeSet<String> = values.iter().cloned().collect();
    assert_eq!(found.len(), rows.len(), "{column}");
    found
}

fn all(text: &str) -> Vec<Sample> {
    samples(text).unwrap()
}

#[test]
fn three_hundred_people_are_told_from_each_other() {
    let people = rows(EMPLOYEES_FILE).unwrap();
    assert_eq!(people.len(), 300);
    unique(&people, "hr_number");
    unique(&people, "email");
    let personal = unique(&people, "personal_number");
    assert!(personal.iter().all(|number| number.len() == 11 && number.bytes().all(|byte| byte.is_ascii_digit())));
    let phones = unique(&people, "phone");
    assert!(phones.iter().all(|phone| phone.starts_with("+9955") && phone.len() == 13));
    let georgian = |text: String| text.chars().all(|letter| ('ა'..='ჰ').contains(&letter));
    assert!(people.iter().all(|row| georgian(text(row, "/first_name").unwrap() + &text(row, "/last_name").unwrap())));
}

#[test]
fn every_manager_is_an_employee_and_every_line_ends_at_the_minister() {
    let people = rows(EMPLOYEES_FILE).unwrap();
    let managers: BTreeMap<String, Option<String>> =
        people.iter().map(|row| (text(row, "/hr_number").unwrap(), text(row, "/manager"))).collect();
    for person in managers.keys() {
        let (mut above, mut steps) = (person, 0);
        while let Some(manager) = &managers[above] {
            (above, steps) = (manager, steps + 1);
            assert!(steps < 10, "{person} is managed in a circle");
        }
        assert_eq!(above, "HR-0001");
    }
}

#[test]
fn nobody_is_more_than_the_headcount_of_a_position() {
    let people = rows(EMPLOYEES_FILE).unwrap();
    let position = |row: &Value| (text(row, "/org_unit").unwrap(), text(row, "/position").unwrap());
    let in_it = people.iter().filter(|row| position(row).0.starts_with("IT")).count();
    assert_eq!(in_it, 52);
    for sample in all(POSITIONS_FILE) {
        let named = (text(&sample.body, "/org_unit_id").unwrap(), text(&sample.body, "/title/ka").unwrap());
        let held = people.iter().filter(|row| position(row) == named).count();
        assert_eq!(sample.body["headcount"], held, "{named:?}");
    }
}

#[test]
fn a_thousand_devices_are_told_from_each_other_and_their_types_are_there() {
    let devices = rows(DEVICES_FILE).unwrap();
    assert_eq!(devices.len(), 1_000);
    unique(&devices, "inventory_number");
    unique(&devices, "serial");
    let types: BTreeSet<&str> = DEVICE_TYPE_FILES.iter().filter_map(|(_, yaml)| slug(yaml)).collect();
    assert_eq!(types.len(), DEVICE_TYPE_FILES.len());
    let named: BTreeSet<&str> = devices.iter().filter_map(|device| device["device_type"].as_str()).collect();
    assert_eq!(named, types);
}

#[test]
fn a_device_is_handed_over_once_and_after_it_was_bought() {
    let devices = rows(DEVICES_FILE).unwrap();
    let bought: BTreeMap<String, String> = devices
        .iter()
        .map(|row| (text(row, "/inventory_number").unwrap(), text(row, "/purchased_on").unwrap()))
        .collect();
    let (mut handed, mut to_employees) = (BTreeSet::new(), 0);
    for Sample { body, .. } in all(HANDOVERS_FILE) {
        let on = text(&body, "/on").unwrap();
        for device in body["devices"].as_array().unwrap() {
            let device = device.as_str().unwrap();
            assert!(bought[device] <= on && handed.insert(device.to_owned()), "{device}");
            to_employees += usize::from(body["to"]["employee"].is_string());
        }
    }
    assert_eq!(to_employees, 250);
}

/// Everything that the files call by a name, with what the platform may call it.
fn names() -> Names {
    let mut names = Names::default();
    let mut learn = |kind, name: Option<String>| names.learn(kind, &name.unwrap(), &Value::Null);
    for person in rows(EMPLOYEES_FILE).unwrap() {
        learn(Kind::Employee, text(&person, "/hr_number"));
        learn(Kind::Unit, text(&person, "/org_unit"));
    }
    for device in rows(DEVICES_FILE).unwrap() {
        learn(Kind::Device, text(&device, "/inventory_number"));
    }
    let files = [
        (Kind::Vendor, VENDORS_FILE, "/identification_code"),
        (Kind::Contract, CONTRACTS_FILE, "/procurement/tender_number"),
        (Kind::Queue, QUEUES_FILE, "/code"),
        (Kind::Ticket, TICKETS_FILE, "/title"),
    ];
    for (kind, file, pointer) in files {
        let bodies: Vec<Value> = all(file).into_iter().map(|sample| sample.body).collect();
        let found: BTreeSet<_> = bodies.iter().map(|body| text(body, pointer)).collect();
        assert_eq!(found.len(), bodies.len(), "{kind:?}");
        found.into_iter().for_each(|name| learn(kind, name));
    }
    for system in software::catalogue::built_in::systems() {
        learn(Kind::System, Some(system.code));
    }
    names
}

#[test]
fn whatever_a_body_names_is_there() {
    let names = names();
    let files =
        [POSITIONS_FILE, VENDORS_FILE, CONTRACTS_FILE, HANDOVERS_FILE, ASSESSMENTS_FILE, QUEUES_FILE, TICKETS_FILE];
    for Sample { body, then } in files.into_iter().flat_map(all) {
        names.resolved(body).unwrap();
        for step in then {
            names.resolved(step.body).unwrap();
        }
    }
}

#[test]
fn whatever_a_device_names_is_there() {
    let names = names();
    for device in rows(DEVICES_FILE).unwrap() {
        names.number(Kind::Contract, &text(&device, "/contract").unwrap()).unwrap();
        names.number(Kind::Unit, &text(&device, "/responsible_unit").unwrap()).unwrap();
    }
}

#[test]
fn tickets_name_systems_of_the_catalogue() {
    let names = names();
    let tickets = all(TICKETS_FILE);
    let named = tickets.iter().flat_map(|ticket| ticket.body["affected_systems"].as_array().into_iter().flatten());
    for system in named {
        names.number(Kind::System, system.as_str().unwrap()).unwrap();
    }
}

#[test]
fn the_unit_of_a_term_stays_a_unit_of_time() {
    let body = serde_json::json!({ "term": { "length": 24, "unit": "months" } });
    assert_eq!(Names::default().resolved(body.clone()).unwrap(), body);
}
