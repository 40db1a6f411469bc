//! The documents of a service, made from its value alone: no database, no server.

use std::collections::BTreeMap;

use actix_web::App;
use messaging::asyncapi::{self, EventDescription};
use serde_json::{Value, json};
use utoipa_actix_web::AppExt;
use web::Routes;
use web::document::{Part, finish};

use crate::capability::{Capability, Service};

impl Service {
    /// The OpenAPI 3.1 document; also what the gate enforces.
    pub fn openapi(&self) -> Value {
        let mut parts: Vec<Part<'_>> = self.capabilities.iter().map(|capability| self.part(capability)).collect();
        parts.push(Part {
            service: self.name,
            capability: "platform",
            about: "What every service has: imports under way, events, refusals.",
            functions: &[],
            declared: declared(&[web::import::routes, crate::event_feed::routes, crate::audit::routes]),
        });
        finish(self.name, self.about, env!("CARGO_PKG_VERSION"), parts)
    }

    fn part<'a>(&'a self, capability: &'a Capability) -> Part<'a> {
        let routes: Vec<fn(&mut Routes<'_>)> =
            capability.routes.iter().chain(&capability.root_routes).copied().collect();
        Part {
            service: self.name,
            capability: capability.name,
            about: capability.about,
            functions: capability.functions,
            declared: declared(&routes),
        }
    }

    /// The AsyncAPI 3 document: what the service publishes and what it reacts to.
    pub fn asyncapi(&self) -> Value {
        let mut schemas = BTreeMap::new();
        let mut published = vec![];
        for aggregate in self.aggregates() {
            schemas.extend(aggregate.schemas.clone());
            published.extend(
                aggregate
                    .events
                    .iter()
                    .map(|(name, schema)| EventDescription { name: name.clone(), schema: schema.clone() }),
            );
        }
        let reacts_to: Vec<(String, String)> =
            self.subscribed().iter().map(|one| (one.service.to_owned(), one.event_name.to_owned())).collect();
        let mut document = asyncapi::document(self.name, &published, &reacts_to);
        document["components"]["schemas"] = json!(schemas);
        web::document::sorted(document)
    }

    /// Which event of which service leads to what here, one line each.
    pub fn topology(&self) -> Vec<String> {
        self.subscribed()
            .iter()
            .map(|reaction| {
                format!("{}: {} -> {}: {}", reaction.service, reaction.event_name, self.name, reaction.name)
            })
            .collect()
    }
}

/// What handlers declare, as they declare it.
fn declared(routes: &[fn(&mut Routes<'_>)]) -> Value {
    let mut app = App::new().into_utoipa_app();
    for list in routes {
        app = app.configure(list);
    }
    json!(app.split_for_parts().1)
}
