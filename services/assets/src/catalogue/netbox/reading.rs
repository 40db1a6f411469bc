//! From a document of the library to a device type.

use kernel::Fault;
use serde_json::{Map, Value, json};
use utoipa::PartialSchema;

use super::guess;
use super::yaml::Document;
use crate::catalogue::Category;
use crate::catalogue::domain::{
    ConsolePort, DeviceBay, DeviceTypeDetails, FrontPort, Interface, InventoryItem, ModuleBay, PowerOutlet, PowerPort,
    RearPort,
};

/// A device type as a document describes it.
#[derive(Clone, Debug)]
pub struct Reading {
    pub manufacturer: String,
    pub details: DeviceTypeDetails,
    pub category_guessed: bool,
}

/// Members of a document that mean the same here.
const COMMON: [&str; 7] = ["model", "slug", "part_number", "u_height", "is_full_depth", "airflow", "comments"];

impl Reading {
    /// All that is wrong with the document, if it is no device type.
    pub fn of(document: &Document, category: Option<Category>) -> Result<Self, Vec<Fault>> {
        let Value::Object(members) = document.value.clone() else {
            return Err(vec![fault(
                document,
                "",
                "A device type is a mapping.",
                "მოწყობილობის ტიპი უნდა იყოს ობიექტი.",
            )]);
        };
        let mut split = Split { members, ..Split::default() };
        let manufacturer = split.manufacturer();
        let mut details = split.details();
        details["category"] = json!(category.unwrap_or_else(|| guess::category(&details)));
        let details = web::schema::read::<DeviceTypeDetails>(details);
        match (manufacturer, details) {
            (Some(manufacturer), Ok(details)) => {
                Ok(Self { manufacturer, details, category_guessed: category.is_none() })
            }
            (manufacturer, details) => {
                let nameless = manufacturer.is_none().then(|| {
                    fault(
                        document,
                        "/manufacturer",
                        "The manufacturer's name is required.",
                        "მწარმოებელი სავალდებულოა.",
                    )
                });
                let invalid = details.err().into_iter().flat_map(|fault| located(document, fault));
                Err(nameless.into_iter().chain(invalid).collect())
            }
        }
    }
}

/// A document being taken apart: what is known goes, what is not stays.
#[derive(Default)]
struct Split {
    members: Map<String, Value>,
    extra: Map<String, Value>,
}

impl Split {
    fn take(&mut self, name: &str) -> Option<Value> {
        self.members.shift_remove(name).filter(|value| !value.is_null())
    }

    fn manufacturer(&mut self) -> Option<String> {
        let name = self.take("manufacturer")?;
        let name = name.as_str().map(str::trim).unwrap_or_default();
        (1..=200).contains(&name.chars().count()).then(|| name.to_owned())
    }

    /// The document in the shape of [`DeviceTypeDetails`], still unchecked.
    fn details(mut self) -> Value {
        let known = properties::<DeviceTypeDetails>();
        let mut details = Map::new();
        for name in COMMON {
            if let Some(value) = self.take(name) {
                details.insert(name.into(), fitted(value, &known[name]));
            }
        }
        if let Some(value) = self.take("weight") {
            let unit = self.take("weight_unit").unwrap_or_else(|| json!("kg"));
            details.insert("weight".into(), json!({ "value": value, "unit": unit }));
        }
        details.insert("components".into(), self.components());
        self.extra.extend(std::mem::take(&mut self.members));
        details.insert("extra".into(), self.extra.into());
        details.into()
    }

    fn components(&mut self) -> Value {
        let lists = [
            self.list::<Interface>("interfaces"),
            self.list::<PowerPort>("power-ports"),
            self.list::<PowerOutlet>("power-outlets"),
            self.list::<ConsolePort>("console-ports"),
            self.list::<ConsolePort>("console-server-ports"),
            self.list::<FrontPort>("front-ports"),
            self.list::<RearPort>("rear-ports"),
            self.list::<ModuleBay>("module-bays"),
            self.list::<DeviceBay>("device-bays"),
            self.list::<InventoryItem>("inventory-items"),
        ];
        Value::Object(lists.into_iter().flatten().collect())
    }

    fn list<T: PartialSchema>(&mut self, name: &str) -> Option<(String, Value)> {
        let known = properties::<T>();
        let list = match self.take(name)? {
            Value::Array(items) => {
                let items = items.into_iter().enumerate();
                items.map(|(index, item)| self.item(&format!("{name}/{index}"), item, &known)).collect()
            }
            other => other,
        };
        Some((name.replace('-', "_"), list))
    }

    /// The item with what is known of it; the rest goes to `extra` under its path.
    fn item(&mut self, path: &str, item: Value, known: &Map<String, Value>) -> Value {
        let Value::Object(members) = item else { return item };
        let mut kept = Map::new();
        for (name, value) in members.into_iter().filter(|(_, value)| !value.is_null()) {
            match known.get(&name) {
                Some(schema) => kept.insert(name, fitted(value, schema)),
                None => self.extra.insert(format!("{path}/{name}"), value),
            };
        }
        kept.into()
    }
}

/// What `T` knows, by name, each with its schema.
fn properties<T: PartialSchema>() -> Map<String, Value> {
    json!(T::schema())["properties"].as_object().cloned().unwrap_or_default()
}

/// An unquoted `3850` is a number even where a name is meant; `yes` is a word even where Python reads a flag.
fn fitted(value: Value, schema: &Value) -> Value {
    let wants = |name: &str| match &schema["type"] {
        Value::Array(types) => types.contains(&json!(name)),
        one => one == name,
    };
    match value {
        Value::Number(number) if wants("string") => number.to_string().into(),
        Value::String(word) if wants("boolean") => match word.to_lowercase().as_str() {
            "yes" | "on" => true.into(),
            "no" | "off" => false.into(),
            _ => word.into(),
        },
        other => other,
    }
}

/// The faults that the schema names, each with the line and the name that the file has for it.
fn located(document: &Document, fault: Fault) -> Vec<Fault> {
    let parts = if fault.parts.is_empty() { vec![fault] } else { fault.parts };
    let located = |part: Fault| {
        let pointer = in_file(part.pointer.as_deref().unwrap_or_default());
        let line = document.line(&pointer);
        let (ka, en) = (format!("სტრიქონი {line}: {}", part.text.ka), format!("Line {line}: {}", part.text.en));
        Fault { text: kernel::Localized::new(ka, en), ..part }.at(pointer)
    };
    parts.into_iter().map(located).collect()
}

/// `/components/power_ports/0/name` → `/power-ports/0/name`.
fn in_file(pointer: &str) -> String {
    let Some(inner) = pointer.strip_prefix("/components/") else { return pointer.to_owned() };
    let (list, rest) = inner.split_once('/').unwrap_or((inner, ""));
    format!("/{}/{rest}", list.replace('_', "-")).trim_end_matches('/').to_owned()
}

fn fault(document: &Document, pointer: &str, en: &str, ka: &str) -> Fault {
    let line = document.line(pointer);
    Fault::invalid("not-a-device-type", format!("Line {line}: {en}"), format!("სტრიქონი {line}: {ka}")).at(pointer)
}
