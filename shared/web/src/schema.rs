//! The schema in the document is the validator: what is published is what is enforced, all faults at once.

use std::any::{TypeId, type_name};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, RwLock};

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use kernel::{Fault, Kind};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::words;

/// Reads `value` as a `T`, or says everything that is wrong with it.
pub fn read<T: DeserializeOwned + ToSchema + 'static>(value: Value) -> Result<T, Fault> {
    let mut faults: Vec<Fault> = validator::<T>().iter_errors(&value).flat_map(|error| faults(&error)).collect();
    find_nul(&value, "", &mut faults);
    if !faults.is_empty() {
        return Err(Fault::all(Kind::Invalid, faults));
    }
    // What a schema cannot say (a date that does not exist, an amount too large) the type says.
    serde_path_to_error::deserialize(value).map_err(|error| {
        let pointer = format!("/{}", error.path().to_string().replace('.', "/"));
        let text = error.inner().to_string();
        let fault = Fault::invalid("wrong-value", text, "მნიშვნელობა დაუშვებელია.").at(pointer);
        Fault::all(Kind::Invalid, vec![fault])
    })
}

/// JSON Schema (2020-12) of `T` with everything it refers to.
pub fn of<T: ToSchema>() -> Value {
    let mut referred = vec![];
    T::schemas(&mut referred);
    let mut schema = json!(T::schema());
    let referred: serde_json::Map<String, Value> =
        referred.into_iter().map(|(name, schema)| (name, json!(schema))).collect();
    schema["components"] = json!({ "schemas": referred });
    schema
}

fn validator<T: ToSchema + 'static>() -> Arc<Validator> {
    static KNOWN: LazyLock<RwLock<HashMap<TypeId, Arc<Validator>>>> = LazyLock::new(RwLock::default);
    let known = KNOWN.read().ok().and_then(|known| known.get(&TypeId::of::<T>()).cloned());
    known.unwrap_or_else(|| {
        let options = jsonschema::options().should_validate_formats(true);
        let validator = options
            .build(&of::<T>())
            .unwrap_or_else(|error| panic!("the schema of {} is no JSON Schema: {error}", type_name::<T>()));
        let validator = Arc::new(validator);
        if let Ok(mut known) = KNOWN.write() {
            known.insert(TypeId::of::<T>(), validator.clone());
        }
        validator
    })
}

/// PostgreSQL cannot keep NUL in text, and nobody means it.
fn find_nul(value: &Value, pointer: &str, faults: &mut Vec<Fault>) {
    match value {
        Value::String(text) if text.contains('\0') => faults.push(words::nul(pointer)),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                find_nul(item, &format!("{pointer}/{index}"), faults);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                if name.contains('\0') {
                    faults.push(words::nul(pointer));
                }
                find_nul(member, &format!("{pointer}/{name}"), faults);
            }
        }
        _ => {}
    }
}

fn faults(error: &ValidationError<'_>) -> Vec<Fault> {
    let pointer = error.instance_path().to_string();
    let here = |code: &str, en: String, ka: String| vec![Fault::invalid(code, en, ka).at(pointer.clone())];
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let fault = Fault::invalid("required", "This is required.", "ეს ველი სავალდებულოა.");
            vec![fault.at(format!("{pointer}/{name}"))]
        }
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            let unknown = |name: &String| {
                Fault::invalid("unknown-member", "There is no such member.", "ასეთი ველი არ არსებობს.")
                    .at(format!("{pointer}/{name}"))
            };
            unexpected.iter().map(unknown).collect()
        }
        ValidationErrorKind::Type { kind } => {
            let types = match kind {
                TypeKind::Single(one) => one.to_string(),
                TypeKind::Multiple(several) => several.iter().map(|one| one.to_string()).collect::<Vec<_>>().join(", "),
            };
            here("wrong-type", format!("Expected: {types}."), format!("მოსალოდნელი ტიპი: {types}."))
        }
        ValidationErrorKind::Enum { options } => {
            let options = options.to_string();
            here("not-one-of", format!("Must be one of {options}."), format!("დასაშვებია მხოლოდ: {options}."))
        }
        ValidationErrorKind::MinLength { limit } => {
            here("too-short", format!("At least {limit} character(s)."), format!("მინიმუმ {limit} სიმბოლო."))
        }
        ValidationErrorKind::MaxLength { limit } => {
            here("too-long", format!("At most {limit} characters."), format!("არაუმეტეს {limit} სიმბოლო."))
        }
        ValidationErrorKind::Minimum { limit } => {
            here("too-small", format!("At least {limit}."), format!("მინიმუმ {limit}."))
        }
        ValidationErrorKind::Maximum { limit } => {
            here("too-great", format!("At most {limit}."), format!("არაუმეტეს {limit}."))
        }
        ValidationErrorKind::MinItems { limit } => {
            here("too-few", format!("At least {limit} item(s)."), format!("მინიმუმ {limit} ელემენტი."))
        }
        ValidationErrorKind::MaxItems { limit } => {
            here("too-many", format!("At most {limit} items."), format!("არაუმეტეს {limit} ელემენტი."))
        }
        ValidationErrorKind::Format { format } => {
            here("wrong-format", format!("Not a valid {format}."), format!("ფორმატი არასწორია ({format})."))
        }
        ValidationErrorKind::Pattern { pattern } => {
            here("wrong-format", format!("Must match {pattern}."), format!("უნდა შეესაბამებოდეს შაბლონს {pattern}."))
        }
        _ => here("invalid", "This is not valid here.".into(), "მნიშვნელობა აქ დაუშვებელია.".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize, ToSchema)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Lamp {
        #[schema(min_length = 1, max_length = 5)]
        serial: String,
        #[schema(minimum = 0)]
        watts: i32,
        bought_on: Option<chrono::NaiveDate>,
    }

    #[test]
    fn all_faults_are_named_at_once() {
        let fault = read::<Lamp>(json!({ "serial": "abcdefg", "colour": "red" })).unwrap_err();
        let mut found: Vec<_> =
            fault.parts.iter().map(|part| (part.pointer.as_deref().unwrap(), part.code.as_str())).collect();
        found.sort_unstable();
        assert_eq!(found, [("/colour", "unknown-member"), ("/serial", "too-long"), ("/watts", "required")]);
    }

    #[test]
    fn a_day_that_does_not_exist_is_refused() {
        let fault = read::<Lamp>(json!({ "serial": "a", "watts": 1, "bought_on": "2026-02-30" })).unwrap_err();
        assert_eq!(fault.parts[0].pointer.as_deref(), Some("/bought_on"));
    }

    #[test]
    fn nul_is_refused_wherever_it_stands() {
        let fault = read::<Lamp>(json!({ "serial": "a\0", "watts": 1 })).unwrap_err();
        assert_eq!(fault.parts[0].code, "nul-character");
    }
}
