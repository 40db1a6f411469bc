//! What the document says of each operation, as the gate needs it.

use std::collections::{BTreeSet, HashMap};

use actix_web::http::Method;
use serde_json::Value;

/// Who may call an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anyone; the operation lists itself so.
    Public,
    /// Any caller with a valid token.
    Authenticated,
    /// A caller that holds this scope somewhere.
    Scope(String),
}

#[derive(Clone, Debug)]
pub struct Operation {
    pub access: Access,
    /// Query parameters it knows; any other is refused.
    pub parameters: BTreeSet<String>,
}

/// Every operation of a service, by path template and method.
#[derive(Clone, Debug, Default)]
pub struct Operations(HashMap<String, HashMap<String, Operation>>);

/// The extension that marks an operation open to any valid token.
pub const AUTHENTICATED: &str = "x-authenticated";
/// The extension that marks an operation that is no command on a thing: it takes effect at once, so it cannot be tried dry,
/// and doing it again is another.
pub const IMMEDIATE: &str = "x-immediate";

impl Operations {
    /// Reads them from a finished document.
    pub fn of(document: &Value) -> Self {
        let paths = document["paths"].as_object().into_iter().flatten();
        Self(paths.map(|(path, item)| (path.clone(), methods(item))).collect())
    }

    /// The methods that `template` knows; `None` when nothing is there.
    pub fn at(&self, template: &str) -> Option<&HashMap<String, Operation>> {
        self.0.get(template)
    }

    /// The template that a path is an instance of; one with a name in a place goes before one that takes anything there.
    pub fn template_of(&self, path: &str) -> Option<String> {
        let fits = self.0.keys().filter(|template| is_instance(path, template));
        fits.min_by_key(|template| template.matches('{').count()).cloned()
    }

    /// The template that a request is meant for: one that knows its method goes before one that does not.
    ///
    /// The framework's own word for it looks at paths alone, so it takes `POST /devices/import` for an instance of
    /// `/devices/{id}` when only that knows `PATCH`.
    pub fn template_for(&self, method: &Method, path: &str) -> Option<String> {
        let fits = self.0.iter().filter(|(template, _)| is_instance(path, template));
        let best = fits
            .min_by_key(|(template, methods)| (!methods.contains_key(method.as_str()), template.matches('{').count()));
        best.map(|(template, _)| template.clone())
    }

    pub fn find(&self, template: &str, method: &Method) -> Option<&Operation> {
        self.at(template)?.get(method.as_str())
    }
}

fn is_instance(path: &str, template: &str) -> bool {
    let (mut parts, mut wanted) = (path.split('/'), template.split('/'));
    loop {
        match (parts.next(), wanted.next()) {
            (None, None) => return true,
            (Some(part), Some(want)) if part == want || (want.starts_with('{') && !part.is_empty()) => {}
            _ => return false,
        }
    }
}

fn methods(item: &Value) -> HashMap<String, Operation> {
    let known = ["get", "post", "put", "patch", "delete"];
    let operations = known.iter().filter_map(|method| Some((method.to_uppercase(), operation(item.get(method)?))));
    operations.collect()
}

fn operation(value: &Value) -> Operation {
    let parameters = value["parameters"].as_array().into_iter().flatten();
    let in_query = parameters.filter(|parameter| parameter["in"] == "query");
    Operation {
        access: access(value),
        parameters: in_query.filter_map(|parameter| Some(parameter["name"].as_str()?.to_owned())).collect(),
    }
}

fn access(operation: &Value) -> Access {
    if operation[AUTHENTICATED] == true {
        return Access::Authenticated;
    }
    let needs = operation["security"].as_array().into_iter().flatten().find_map(|requirement| requirement.get("token"));
    match (needs.and_then(|scopes| scopes[0].as_str()), operation["security"].as_array()) {
        (Some(scope), _) => Access::Scope(scope.to_owned()),
        (None, Some(requirements)) if requirements.is_empty() => Access::Public,
        // Deny by default: what says nothing of its scope is open to nobody.
        _ => Access::Scope("nobody".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_says_nothing_of_its_scope_is_open_to_nobody() {
        let document = json!({ "paths": {
            "/v1/a": { "get": {} },
            "/v1/b": { "get": { "security": [] } },
            "/v1/c": { "get": { "security": [{ "token": ["x.y:read"] }] } } } });
        let operations = Operations::of(&document);
        let access = |path: &str| operations.find(path, &Method::GET).unwrap().access.clone();
        assert_eq!(access("/v1/a"), Access::Scope("nobody".into()));
        assert_eq!(access("/v1/b"), Access::Public);
        assert_eq!(access("/v1/c"), Access::Scope("x.y:read".into()));
    }

    #[test]
    fn a_method_tells_which_of_two_paths_is_meant() {
        let document = json!({ "paths": {
            "/v1/devices/{id}": { "get": {}, "patch": {} }, "/v1/devices/import": { "post": {} } } });
        let operations = Operations::of(&document);
        let meant = |method: Method| operations.template_for(&method, "/v1/devices/import");
        assert_eq!(meant(Method::POST).as_deref(), Some("/v1/devices/import"));
        assert_eq!(meant(Method::PATCH).as_deref(), Some("/v1/devices/{id}"));
        assert_eq!(meant(Method::DELETE).as_deref(), Some("/v1/devices/import"));
    }

    #[test]
    fn a_named_path_goes_before_a_template() {
        let document = json!({ "paths": { "/v1/devices/{id}": { "get": {} }, "/v1/devices/export": { "get": {} } } });
        let operations = Operations::of(&document);
        assert_eq!(operations.template_of("/v1/devices/export").as_deref(), Some("/v1/devices/export"));
        assert_eq!(operations.template_of("/v1/devices/7").as_deref(), Some("/v1/devices/{id}"));
        assert_eq!(operations.template_of("/v1/devices/7/x"), None);
    }
}
