//! The HTTP server of a service.

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::Arc;

use ::web::Routes;
use ::web::commands::Running as RunningCommands;
use ::web::gate::{Gate, gate};
use ::web::operations::Operations;
use actix_web::dev::Server;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, HttpServer, web};
use auth::Verifier;
use messaging::Broker;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::audit::RefusalLog;
use crate::capability::{Provide, Service, Starting};
use crate::event_feed::{Closing, EventScope, EventScopes};
use crate::health::{self, Dependencies};

/// Everything that a server is made of, shared by its workers.
pub struct Serving {
    pub starting: Starting,
    pub provided: Vec<Provide>,
    pub verifier: Arc<Verifier>,
    pub broker: Broker,
    pub closing: Closing,
}

pub fn serve(service: &Service, serving: Serving, listener: TcpListener) -> std::io::Result<Server> {
    let document =
        web::Data::new(Documents { openapi: service.openapi().to_string(), asyncapi: service.asyncapi().to_string() });
    let Serving { starting, provided, verifier, broker, closing } = serving;
    let closing = web::Data::new(closing);
    let store = starting.store.clone();
    let gate_data = web::Data::new(Gate {
        service: service.name,
        operations: Operations::of(&serde_json::from_str(&document.openapi)?),
        verifier,
        units: Arc::new(starting.directory.clone()),
        refusals: Arc::new(RefusalLog::begin(store.clone())),
        clock: starting.clock.clone(),
    });
    let dependencies = web::Data::new(Dependencies {
        service: service.name,
        store: store.clone(),
        kafka: broker.is_kafka().then_some(broker),
    });
    let (store, directory) = (web::Data::new(store), web::Data::new(starting.directory.clone()));
    let (running, scopes) = (web::Data::new(RunningCommands::default()), web::Data::new(scopes(service)));
    let (routes, root_routes) = (Arc::new(routes(service)), Arc::new(root_routes(service)));
    let workers = starting.settings.workers;
    let server = HttpServer::new(move || {
        let (routes, root_routes, provided) = (routes.clone(), root_routes.clone(), provided.clone());
        App::new()
            .app_data(gate_data.clone())
            .app_data(store.clone())
            .app_data(directory.clone())
            .app_data(running.clone())
            .app_data(scopes.clone())
            .app_data(closing.clone())
            .app_data(dependencies.clone())
            .app_data(document.clone())
            .configure(move |config| provided.iter().for_each(|provide| provide(config)))
            .wrap(from_fn(gate))
            .wrap(Compress::default())
            .configure(operational)
            .configure(move |config| list(config, &root_routes))
            .service(web::scope("/v1").configure(move |config| list(config, &routes)))
    });
    // A streamed answer would wait 40 ms between its head and its first chunk (Nagle and the delayed acknowledgement).
    let server = server.tcp_nodelay(true);
    let server = server.workers(workers).disable_signals().shutdown_timeout(10).listen(listener)?;
    Ok(server.run())
}

type RouteList = Vec<fn(&mut Routes<'_>)>;

fn list(config: &mut web::ServiceConfig, routes: &RouteList) {
    let mut config = ServiceConfig::new(config);
    routes.iter().for_each(|list| list(&mut config));
}

fn routes(service: &Service) -> RouteList {
    let shared: [fn(&mut Routes<'_>); 3] = [::web::import::routes, crate::event_feed::routes, crate::audit::routes];
    service.capabilities.iter().flat_map(|capability| &capability.routes).copied().chain(shared).collect()
}

fn root_routes(service: &Service) -> RouteList {
    service.capabilities.iter().flat_map(|capability| &capability.root_routes).copied().collect()
}

fn scopes(service: &Service) -> EventScopes {
    let kinds = service.capabilities.iter().flat_map(|capability| {
        let scope = format!("{}.{}:read", service.name, capability.name);
        let shown = move |placed| EventScope { scope: scope.clone(), placed };
        capability.aggregates.iter().map(move |aggregate| (aggregate.kind, shown(aggregate.placed)))
    });
    EventScopes(Arc::new(kinds.collect::<HashMap<_, _>>()))
}

/// The service's documents, as text.
struct Documents {
    openapi: String,
    asyncapi: String,
}

/// What operators and other parts of the platform ask; not part of the API, and open to the cluster.
fn operational(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/livez").get(health::livez))
        .service(web::resource("/readyz").get(health::readyz))
        .service(web::resource("/metrics").get(health::metrics))
        .service(web::resource("/openapi.json").get(openapi))
        .service(web::resource("/asyncapi.json").get(asyncapi));
}

async fn openapi(documents: web::Data<Documents>) -> actix_web::HttpResponse {
    actix_web::HttpResponse::Ok().content_type("application/json").body(documents.openapi.clone())
}

async fn asyncapi(documents: web::Data<Documents>) -> actix_web::HttpResponse {
    actix_web::HttpResponse::Ok().content_type("application/json").body(documents.asyncapi.clone())
}
