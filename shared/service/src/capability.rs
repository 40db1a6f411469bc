//! What a service writes down of itself.

use std::sync::Arc;

use event_store::{Migration, Record, Store};
use futures_util::future::BoxFuture;
use kernel::Clock;
use messaging::Reaction;
use web::{Directory, Routes};

use crate::registration::Registration;
use crate::settings::Settings;

/// One of the platform's services: a table of contents of its capabilities.
pub struct Service {
    pub name: &'static str,
    pub about: &'static str,
    pub capabilities: Vec<Capability>,
}

/// One room of a service: everything that one capability needs.
pub struct Capability {
    pub name: &'static str,
    pub about: &'static str,
    /// Numbers of the department's functions that it carries (`docs/functions.md`).
    pub functions: &'static [&'static str],
    pub aggregates: Vec<Registration>,
    pub reactions: Vec<Reaction>,
    pub migrations: &'static [Migration],
    pub routes: Vec<fn(&mut Routes<'_>)>,
    /// Routes at the root, for well-known documents (RFC 8615).
    pub root_routes: Vec<fn(&mut Routes<'_>)>,
    pub on_start: Vec<OnStart>,
}

/// Work to do when a service starts, before it serves; what it provides is at hand in handlers.
pub type OnStart = Arc<dyn Fn(Starting) -> BoxFuture<'static, anyhow::Result<Vec<Provide>>> + Send + Sync>;

/// Something that handlers find by its type, as `web::Data<T>`.
pub type Provide = Arc<dyn Fn(&mut actix_web::web::ServiceConfig) + Send + Sync>;

/// A service that is about to serve.
#[derive(Clone)]
pub struct Starting {
    pub store: Store,
    pub settings: Arc<Settings>,
    pub clock: Clock,
    pub directory: Directory,
}

impl Starting {
    /// Makes `value` known to handlers.
    pub fn provide<T: Send + Sync + 'static>(value: T) -> Provide {
        let data = actix_web::web::Data::new(value);
        Arc::new(move |config| {
            config.app_data(data.clone());
        })
    }
}

impl Service {
    pub fn new(name: &'static str) -> Self {
        Self { name, about: "", capabilities: vec![] }
    }

    pub fn about(mut self, about: &'static str) -> Self {
        self.about = about;
        self
    }

    pub fn capability(mut self, capability: Capability) -> Self {
        self.capabilities.push(capability);
        self
    }

    pub fn aggregates(&self) -> impl Iterator<Item = &Registration> {
        self.capabilities.iter().flat_map(|capability| &capability.aggregates)
    }

    pub fn reactions(&self) -> impl Iterator<Item = &Reaction> {
        self.capabilities.iter().flat_map(|capability| &capability.reactions)
    }

    /// Everything it reacts to, with what keeps its copy of the directory.
    pub fn subscribed(&self) -> Vec<Reaction> {
        self.reactions().cloned().chain(crate::directory::reactions()).collect()
    }

    /// Every table that is not a read model, in the order to make them.
    pub fn migrations(&self) -> Vec<Migration> {
        let shared = [
            event_store::MIGRATIONS,
            messaging::MIGRATIONS,
            web::import::MIGRATIONS,
            web::directory::MIGRATIONS,
            crate::audit::MIGRATIONS,
        ];
        let own = self.capabilities.iter().map(|capability| capability.migrations);
        shared.into_iter().chain(own).flatten().copied().collect()
    }
}

impl Capability {
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            about: "",
            functions: &[],
            aggregates: vec![],
            reactions: vec![],
            migrations: &[],
            routes: vec![],
            root_routes: vec![],
            on_start: vec![],
        }
    }

    /// What it is for, in a sentence.
    pub fn about(mut self, about: &'static str) -> Self {
        self.about = about;
        self
    }

    pub fn functions(mut self, functions: &'static [&'static str]) -> Self {
        self.functions = functions;
        self
    }

    /// Keeps `A`'s row, fires its timers, publishes its events.
    pub fn aggregate<A: Record>(mut self) -> Self {
        self.aggregates.push(Registration::of::<A>());
        self
    }

    pub fn reactions(mut self, reactions: Vec<Reaction>) -> Self {
        self.reactions.extend(reactions);
        self
    }

    /// Tables that are no aggregate's row.
    pub fn migrations(mut self, migrations: &'static [Migration]) -> Self {
        self.migrations = migrations;
        self
    }

    pub fn routes(mut self, routes: fn(&mut Routes<'_>)) -> Self {
        self.routes.push(routes);
        self
    }

    pub fn root_routes(mut self, routes: fn(&mut Routes<'_>)) -> Self {
        self.root_routes.push(routes);
        self
    }

    pub fn on_start<F, Fut>(mut self, prepare: F) -> Self
    where
        F: Fn(Starting) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = anyhow::Result<Vec<Provide>>> + Send + 'static,
    {
        self.on_start.push(Arc::new(move |starting| Box::pin(prepare(starting))));
        self
    }
}
