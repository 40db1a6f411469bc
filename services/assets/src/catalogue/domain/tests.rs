use serde_json::json;
use testkit::{given, given_nothing};
use uuid::Uuid;

use super::*;
use crate::catalogue::Category;

fn maker() -> Maker {
    Maker { id: Uuid::from_u128(1), name: "MikroTik".into() }
}

fn router() -> Box<DeviceTypeDetails> {
    Box::new(DeviceTypeDetails::named("CCR1036-12G-4S", Category::Router))
}

fn schema(json: serde_json::Value) -> AttributeSchema {
    AttributeSchema(json.as_object().unwrap().clone())
}

fn registered() -> DeviceTypeEvent {
    let details = DeviceTypeDetails { slug: Some("mikrotik-ccr1036-12g-4s".into()), ..*router() };
    DeviceTypeEvent::DeviceTypeRegistered { maker: maker(), details: Box::new(details) }
}

fn register(details: Box<DeviceTypeDetails>) -> DeviceTypeCommand {
    DeviceTypeCommand::Register { maker: maker(), details, schema: AttributeSchema::default() }
}

fn edit(details: DeviceTypeDetails) -> DeviceTypeCommand {
    DeviceTypeCommand::Edit { details: Box::new(details), schema: AttributeSchema::default() }
}

#[test]
fn a_type_without_a_slug_gets_one_of_maker_and_model() {
    given_nothing::<DeviceType>().when(register(router())).then([registered()]);
}

#[test]
fn an_edit_that_changes_nothing_is_no_event() {
    given::<DeviceType>([registered()]).when(edit(*router())).then_nothing();
    given::<DeviceType>([registered()])
        .when(edit(DeviceTypeDetails { part_number: Some("CCR1036".into()), ..*router() }))
        .then_state();
}

#[test]
fn the_category_of_a_type_is_fixed() {
    given::<DeviceType>([registered()])
        .when(edit(DeviceTypeDetails { category: Category::Switch, ..*router() }))
        .refused("category-is-fixed");
}

#[test]
fn a_category_nobody_described_has_no_attributes() {
    let attributes = Attributes(json!({ "cpu": "tile" }).as_object().unwrap().clone());
    given_nothing::<DeviceType>()
        .when(register(Box::new(DeviceTypeDetails { attributes, ..*router() })))
        .refused("invalid-input");
}

#[test]
fn a_maker_is_renamed_and_slugs_tell_no_case_apart() {
    let registered = ManufacturerEvent::ManufacturerRegistered(ManufacturerDetails::named("HPE"));
    let renamed = ManufacturerDetails::named(" Hewlett Packard Enterprise ");
    given::<Manufacturer>([registered.clone()]).when(ManufacturerCommand::Edit(renamed)).then_state();
    given::<Manufacturer>([registered])
        .when(ManufacturerCommand::Edit(ManufacturerDetails::named("HPE")))
        .then_nothing();
    assert_eq!(slug("MikroTik"), slug("MIKROTIK"));
    assert_eq!(slug("„თბილისი“ 2"), "tbilisi-2");
}

#[test]
fn a_category_s_schema_describes_an_object() {
    let define = |device_schema| CategorySchemaCommand::Define {
        category: Category::Laptop,
        definition: Definition { device_schema: schema(device_schema), type_schema: AttributeSchema::default() },
    };
    let good = json!({ "type": "object", "properties": { "ram_gb": { "type": "integer" } } });
    let defined = given_nothing::<CategorySchema>().when(define(good)).then_state();
    assert!(defined.definition().is_some());
    given_nothing::<CategorySchema>().when(define(json!({ "type": "array" }))).refused("not-a-schema");
    let broken = json!({ "type": "object", "properties": { "ram_gb": { "type": "number", "minimum": "one" } } });
    given_nothing::<CategorySchema>().when(define(broken)).refused("not-a-schema");
    let foreign = json!({ "type": "object", "properties": { "a": { "$ref": "https://example.com/a.json" } } });
    given_nothing::<CategorySchema>().when(define(foreign)).refused("not-a-schema");
}

#[test]
fn rack_units_go_in_halves() {
    assert!(RackUnits::try_from(1.5).is_ok());
    assert!(RackUnits::try_from(1.3).is_err());
    assert!(RackUnits::try_from(-1.0).is_err());
    assert!(RackUnits::try_from(f64::NAN).is_err());
}
