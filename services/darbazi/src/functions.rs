//! Which functions of the department have operations.

use std::collections::{BTreeMap, BTreeSet};

/// The functions of the department, as `docs/functions.md` numbers them.
const FUNCTIONS: &str = include_str!("../../../docs/functions.md");

/// A function, and the operations that carry it out.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    pub number: String,
    pub name: String,
    pub operations: BTreeSet<String>,
}

/// Every function in the order of the document.
pub fn coverage() -> Vec<Function> {
    let operations = operations();
    let rows = FUNCTIONS.lines().filter_map(|line| {
        let mut cells = line.trim_matches('|').split('|').map(str::trim);
        let number = cells.next().filter(|number| number.starts_with(|first: char| first.is_ascii_digit()))?;
        Some((number.to_owned(), cells.next()?.to_owned()))
    });
    rows.map(|(number, name)| Function {
        operations: operations.get(&number).cloned().unwrap_or_default(),
        number,
        name,
    })
    .collect()
}

fn operations() -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for service in crate::services() {
        let document = service.openapi();
        let items = document["paths"].as_object().into_iter().flatten().filter_map(|(_, item)| item.as_object());
        for operation in items.flat_map(|item| item.values()) {
            let id = format!("{}.{}", service.name, operation["operationId"].as_str().unwrap_or_default());
            for function in
                operation["x-functions"].as_array().into_iter().flatten().filter_map(|number| number.as_str())
            {
                found.entry(function.to_owned()).or_default().insert(id.clone());
            }
        }
    }
    found
}

/// The coverage as lines for a terminal.
pub fn report() -> String {
    let functions = coverage();
    let covered = functions.iter().filter(|function| !function.operations.is_empty()).count();
    let lines = functions.iter().map(|function| {
        let mark =
            if function.operations.is_empty() { "–".to_owned() } else { function.operations.len().to_string() };
        format!("{:>6}  {mark:>4}  {}\n", function.number, function.name)
    });
    lines.collect::<String>() + &format!("{covered} of {} functions have operations\n", functions.len())
}
