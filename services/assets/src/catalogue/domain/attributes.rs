//! Custom attributes, and the JSON Schema that says which there are.

use jsonschema::{PatternOptions, Validator};
use kernel::Fault;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// What a category's devices have besides the common fields: `{"ram_gb": 16}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, sea_orm::FromJsonQueryResult)]
#[schema(value_type = Object, example = json!({ "ram_gb": 16 }))]
pub struct Attributes(pub Map<String, Value>);

impl Attributes {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A JSON Schema (2020-12) of an object; one that refers to nothing outside itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, sea_orm::FromJsonQueryResult)]
#[schema(value_type = Object, example = json!({
    "type": "object",
    "properties": { "ram_gb": { "type": "integer", "minimum": 1 } },
    "additionalProperties": false,
}))]
pub struct AttributeSchema(pub Map<String, Value>);

impl Default for AttributeSchema {
    /// Of a category that nobody described: no attributes.
    fn default() -> Self {
        let none = serde_json::json!({ "type": "object", "additionalProperties": false });
        Self(none.as_object().cloned().unwrap_or_default())
    }
}

impl AttributeSchema {
    /// Why this cannot serve as a schema of attributes, if it cannot.
    pub fn defect(&self) -> Option<String> {
        if self.0.get("type").is_none_or(|kind| kind != "object") {
            return Some(r#"its "type" must be "object""#.into());
        }
        self.validator().err()
    }

    /// Everything that is wrong with `attributes`, each fault with its pointer.
    pub fn faults(&self, attributes: &Attributes) -> Vec<Fault> {
        let Ok(validator) = self.validator() else { return vec![] };
        let document = Value::Object(attributes.0.clone());
        let fault = |error: jsonschema::ValidationError<'_>| {
            let pointer = format!("/attributes{}", error.instance_path());
            Fault::invalid("attribute-invalid", format!("{error}."), "ატრიბუტი არ შეესაბამება კატეგორიის სქემას.")
                .at(pointer)
        };
        validator.iter_errors(&document).map(fault).collect()
    }

    /// Patterns are matched by the engine that cannot be made to backtrack.
    fn validator(&self) -> Result<Validator, String> {
        let options = jsonschema::options().should_validate_formats(true).with_pattern_options(PatternOptions::regex());
        options.build(&Value::Object(self.0.clone())).map_err(|error| error.to_string())
    }
}
