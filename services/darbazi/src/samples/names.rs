//! The files name things as people do (an HR number, an inventory number, a code); the API wants numbers.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Unit,
    Position,
    Employee,
    Vendor,
    Contract,
    DeviceType,
    Device,
    Handover,
    System,
    Assessment,
    Queue,
    Ticket,
}

/// What the platform calls things.
#[derive(Default)]
pub struct Names(BTreeMap<(Kind, String), Called>);

#[derive(Clone)]
struct Called {
    id: String,
    number: String,
}

impl Names {
    /// Keeps what a row says of the thing that people call `name`.
    pub fn learn(&mut self, kind: Kind, name: &str, row: &Value) {
        let text = |member: &str| row[member].as_str().unwrap_or_default().to_owned();
        self.0.insert((kind, name.to_owned()), Called { id: text("id"), number: text("number") });
    }

    pub fn number(&self, kind: Kind, name: &str) -> Result<&str> {
        Ok(&self.called(kind, name)?.number)
    }

    pub fn id(&self, kind: Kind, name: &str) -> Result<&str> {
        Ok(&self.called(kind, name)?.id)
    }

    fn called(&self, kind: Kind, name: &str) -> Result<&Called> {
        self.0.get(&(kind, name.to_owned())).with_context(|| format!("there is no {kind:?} {name}"))
    }

    /// A body with numbers instead of names, wherever a member is known to hold a name.
    pub fn resolved(&self, body: Value) -> Result<Value> {
        let Value::Object(members) = body else { return Ok(body) };
        let resolved = members.into_iter().map(|(member, value)| {
            let value = match kind_of(&member) {
                Some(kind) => self.named(kind, &member, value)?,
                // The unit of a term is no org unit.
                None if member == "term" => value,
                None => self.resolved(value)?,
            };
            Ok((member, value))
        });
        Ok(Value::Object(resolved.collect::<Result<_>>()?))
    }

    fn named(&self, kind: Kind, member: &str, value: Value) -> Result<Value> {
        match value {
            Value::String(name) if member.ends_with("_id") => Ok(self.id(kind, &name)?.into()),
            Value::String(name) => Ok(self.number(kind, &name)?.into()),
            Value::Array(names) => names.into_iter().map(|name| self.named(kind, member, name)).collect(),
            other => Ok(other),
        }
    }
}

fn kind_of(member: &str) -> Option<Kind> {
    Some(match member {
        "org_unit" | "org_unit_id" | "unit" => Kind::Unit,
        "employee" | "requester" | "assignee" | "supervisor" | "signatory" => Kind::Employee,
        "vendor" => Kind::Vendor,
        "devices" | "affected_devices" => Kind::Device,
        "system" => Kind::System,
        "queue" => Kind::Queue,
        "ticket" => Kind::Ticket,
        _ => return None,
    })
}
