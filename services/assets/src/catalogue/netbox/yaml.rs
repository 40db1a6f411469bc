//! YAML as JSON that remembers its lines.

use std::collections::BTreeMap;
use std::fmt;

use kernel::Fault;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use serde_saphyr::{Options, Spanned};

/// One document of a file.
#[derive(Debug)]
pub struct Document {
    pub value: Value,
    /// By JSON pointer.
    lines: BTreeMap<String, u64>,
}

impl Document {
    /// The line of the value at `pointer`, or of what would hold it.
    pub fn line(&self, pointer: &str) -> u64 {
        let mut pointer = pointer;
        loop {
            match (self.lines.get(pointer), pointer.rfind('/')) {
                (Some(line), _) => return *line,
                (None, Some(end)) => pointer = &pointer[..end],
                (None, None) => return 1,
            }
        }
    }
}

/// Reads every document of `text`, spending no more than a file of the library could need.
pub fn documents(text: &str) -> Result<Vec<Document>, Fault> {
    let nodes: Vec<Spanned<Node>> = serde_saphyr::from_multiple_with_options(text, options()).map_err(|error| {
        let line = error.location().map_or(1, |location| location.line());
        let why = error.without_snippet().to_string();
        Fault::malformed(
            "malformed-yaml",
            format!("Line {line}: {}.", why.trim_end_matches('.')),
            format!("სტრიქონი {line}: YAML არ იკითხება."),
        )
    })?;
    Ok(nodes.into_iter().map(document).collect())
}

/// Aliases may not make more of a file than it is, nor may it nest deeper than the library's do. A model may be called
/// `N` or `ON`: these are names, as YAML 1.2 has it.
fn options() -> Options {
    serde_saphyr::options! {
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        budget: serde_saphyr::budget! { max_depth: 16, max_nodes: 200_000, max_documents: 500, max_aliases: 1_000 },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 50_000, max_replay_stack_depth: 8 },
    }
}

fn document(root: Spanned<Node>) -> Document {
    let mut lines = BTreeMap::new();
    let value = flatten(root, String::new(), &mut lines);
    Document { value, lines }
}

fn flatten(node: Spanned<Node>, pointer: String, lines: &mut BTreeMap<String, u64>) -> Value {
    let value = match node.value {
        Node::Scalar(value) => value,
        Node::List(items) => {
            let items = items.into_iter().enumerate();
            items.map(|(index, item)| flatten(item, format!("{pointer}/{index}"), lines)).collect()
        }
        Node::Map(members) => {
            let members = members.into_iter();
            let member = |(name, member)| {
                let value = flatten(member, format!("{pointer}/{name}"), lines);
                (name, value)
            };
            Value::Object(members.map(member).collect::<Map<_, _>>())
        }
    };
    lines.insert(pointer, node.referenced.line());
    value
}

enum Node {
    Scalar(Value),
    List(Vec<Spanned<Node>>),
    Map(Vec<(String, Spanned<Node>)>),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Null))
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Node, E> {
        Ok(Node::Scalar(flag.into()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Scalar(number.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Node, E> {
        Ok(Node::Scalar(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Node, E> {
        Ok(Node::Scalar(number.into()))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Scalar(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = vec![];
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Node, A::Error> {
        let mut map = vec![];
        while let Some(member) = members.next_entry()? {
            map.push(member);
        }
        Ok(Node::Map(map))
    }
}
