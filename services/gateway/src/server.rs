//! Starting and stopping the gateway.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use ::web::Facts;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServerHandle, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, Error, HttpResponse, HttpServer, web};
use anyhow::Context;
use auth::{HttpKeys, Verifier};
use kernel::Clock;
use reqwest::Client;
use service::Settings;
use tokio_util::sync::CancellationToken;
use utoipa_swagger_ui::SwaggerUi;

use crate::documents::Documents;
use crate::edge::{Edge, Limits};
use crate::{Upstream, health, proxy, stream};

/// What the gateway is made of.
pub struct Gateway {
    pub upstreams: Vec<Upstream>,
    pub settings: Settings,
    pub clock: Clock,
}

/// What handlers share.
pub struct Shared {
    pub upstreams: Arc<Vec<Upstream>>,
    pub client: Client,
    pub edge: Edge,
    pub documents: Documents,
    /// Cancelled when the gateway is about to stop.
    pub stop: CancellationToken,
}

impl Shared {
    pub fn upstream(&self, name: &str) -> Option<&Upstream> {
        self.upstreams.iter().find(|upstream| upstream.name == name)
    }
}

/// A gateway that serves.
pub struct Running {
    pub address: SocketAddr,
    server: ServerHandle,
    stop: CancellationToken,
}

impl Running {
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Lets requests finish, then ends.
    pub async fn stop(self) {
        self.stop.cancel();
        self.server.stop(true).await;
    }
}

pub fn start(gateway: Gateway, listen: &str) -> anyhow::Result<Running> {
    let listener = TcpListener::bind(listen).with_context(|| format!("{listen} is taken"))?;
    let address = listener.local_addr()?;
    let identity = gateway.upstreams.iter().find(|upstream| upstream.name == "identity");
    let keys = gateway.settings.identity_url.as_ref().or(identity.map(|identity| &identity.url));
    let keys = keys.context("no service is called identity, and DARBAZI_IDENTITY_URL does not say where it is")?;
    let keys = HttpKeys::new(&format!("{keys}/.well-known/jwks.json"))?;
    let verifier = Verifier::new(gateway.settings.issuer.clone(), Arc::new(keys));
    let limits = Limits { rate: gateway.settings.rate, burst: gateway.settings.burst };
    let stop = CancellationToken::new();
    let shared = web::Data::new(Shared {
        upstreams: Arc::new(gateway.upstreams),
        client: proxy::client()?,
        edge: Edge::new(verifier, limits, gateway.clock),
        documents: Documents::default(),
        stop: stop.clone(),
    });
    tokio::spawn(keep_up(shared.clone(), stop.clone()));
    let workers = gateway.settings.workers;
    let server = HttpServer::new(move || {
        App::new()
            .app_data(shared.clone())
            .wrap(from_fn(around))
            .service(web::resource("/livez").get(alive))
            .service(web::resource("/health").get(health::health))
            .service(web::resource("/readyz").get(health::health))
            .service(web::resource("/metrics").get(metrics))
            .service(web::resource("/openapi.json").get(openapi))
            .service(SwaggerUi::new("/docs/{_:.*}").config(utoipa_swagger_ui::Config::from("/openapi.json")))
            .service(web::resource("/docs").get(to_docs))
            .service(web::resource("/api/events/stream").get(stream::events))
            .service(web::resource("/.well-known/{document:.*}").to(proxy::forward_well_known))
            .service(web::resource("/api/{path:.*}").to(proxy::forward_api))
            .default_service(web::to(nothing))
    });
    // What passes through is streamed: without this its head would wait for an acknowledgement before its body.
    let server = server.tcp_nodelay(true);
    let server = server.workers(workers).disable_signals().shutdown_timeout(10).listen(listener)?.run();
    let handle = server.handle();
    tokio::spawn(server);
    tracing::info!(service = "gateway", %address, "serving");
    Ok(Running { address, server: handle, stop })
}

/// Keeps the documents of the services fresh, and forgets who has not come for long.
async fn keep_up(shared: web::Data<Shared>, stop: CancellationToken) {
    loop {
        let complete = shared.documents.refresh(&shared.client, &shared.upstreams).await;
        shared.edge.tidy();
        let pause = Duration::from_secs(if complete { 60 } else { 1 });
        if stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
            return;
        }
    }
}

/// Request ids, the bodies of refusals, and figures; as every service has them.
async fn around(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let template = request.match_pattern().unwrap_or_default();
    let answer = async |request, _: &Arc<Facts>| Ok(next.call(request).await?.map_into_boxed_body());
    ::web::gate::around("gateway", &template, request, answer).await
}

async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "alive" }))
}

async fn metrics() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(telemetry::metrics::render())
}

async fn openapi(shared: web::Data<Shared>) -> HttpResponse {
    HttpResponse::Ok().json(shared.documents.merged())
}

async fn to_docs() -> HttpResponse {
    HttpResponse::TemporaryRedirect().insert_header(("location", "/docs/")).finish()
}

async fn nothing() -> HttpResponse {
    proxy::refuse(kernel::Fault::not_found())
}
