//! Every operation of every service, as the documents list them.

use std::fmt;
use std::sync::{Arc, LazyLock};

use reqwest::Method;
use serde_json::Value;
use web::operations::{Access, Operations};

/// An operation of a service.
pub struct Operation {
    pub service: &'static str,
    pub method: Method,
    /// As the service serves it: `/v1/devices/{id}`.
    pub template: String,
    /// What the document says of it.
    pub described: Value,
    pub access: Access,
    pub document: Arc<Value>,
}

/// All of them; the documents are made once.
pub fn all() -> &'static [Operation] {
    static ALL: LazyLock<Vec<Operation>> = LazyLock::new(|| {
        darbazi::services().iter().flat_map(|service| of(service.name, Arc::new(service.openapi()))).collect()
    });
    &ALL
}

fn of(service: &'static str, document: Arc<Value>) -> Vec<Operation> {
    let access = Operations::of(&document);
    let paths = document["paths"].as_object().into_iter().flatten();
    let described = paths.flat_map(|(path, item)| {
        item.as_object().into_iter().flatten().map(move |(method, described)| (path, method, described))
    });
    let operations = described.map(|(path, method, described)| {
        let method: Method = method.to_uppercase().parse().expect("a method");
        Operation {
            service,
            access: access.find(path, &method.as_str().parse().expect("a method")).expect("known").access.clone(),
            method,
            template: path.clone(),
            described: described.clone(),
            document: document.clone(),
        }
    });
    operations.collect()
}

impl Operation {
    /// Its path at the service, with `id` for what stands in braces.
    pub fn path(&self, id: &str) -> String {
        let part = |part: &str| if part.starts_with('{') { id.to_owned() } else { part.to_owned() };
        self.template.split('/').map(part).collect::<Vec<_>>().join("/")
    }

    /// The collection it belongs to: `devices`.
    pub fn collection(&self) -> &str {
        self.template.split('/').nth(2).unwrap_or_default()
    }

    pub fn has_id(&self) -> bool {
        self.template.contains('{')
    }

    /// Whether it is about a part of a thing.
    pub fn is_nested(&self) -> bool {
        self.template.matches('{').count() > 1
    }

    /// Whether a path of this operation could be one of the other, with another's name for an id.
    pub fn shadows(&self, other: &Self) -> bool {
        let pairs = self.template.split('/').zip(other.template.split('/'));
        let same_length = self.template.split('/').count() == other.template.split('/').count();
        self.service == other.service
            && same_length
            && pairs.into_iter().all(|(own, its)| own == its || own.starts_with('{'))
    }

    pub fn is_stream(&self) -> bool {
        self.template.ends_with("/stream")
    }

    /// Whether the body is a file that is not JSON.
    pub fn takes_json(&self) -> bool {
        self.media_types().any(|kind| kind.ends_with("json") && !kind.contains("ndjson"))
    }

    /// Media types of the body that it takes.
    pub fn media_types(&self) -> impl Iterator<Item = &str> {
        let content = self.described["requestBody"]["content"].as_object();
        content.into_iter().flatten().map(|(kind, _)| kind.as_str())
    }

    pub fn has_parameter(&self, place: &str, name: &str) -> bool {
        let parameters = self.described["parameters"].as_array().into_iter().flatten();
        parameters.into_iter().any(|parameter| parameter["in"] == place && parameter["name"] == name)
    }

    /// Whether it pages through a collection.
    pub fn is_list(&self) -> bool {
        self.has_parameter("query", "cursor")
    }

    pub fn is_export(&self) -> bool {
        self.template.ends_with("/export")
    }

    /// Whether it reads one thing of a collection.
    pub fn is_item(&self) -> bool {
        self.method == Method::GET && self.has_parameter("query", "as_of") && self.has_id()
    }
}

/// A path of a service as it is at the gateway.
pub fn at_gateway(service: &str, path: &str) -> String {
    path.strip_prefix("/v1").map_or_else(|| path.to_owned(), |rest| format!("/api/{service}/v1{rest}"))
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.service, self.method, self.template)
    }
}
