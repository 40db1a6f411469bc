//! Carrying a request to its service and the answer back, both as streams.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, ResponseError, web};
use futures_util::StreamExt;
use kernel::Fault;
use reqwest::Client;
use web_kit::{Facts, Problem};

use crate::Upstream;
use crate::server::Shared;
use ::web as web_kit;

/// How long a service may take to begin its answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// A safe request that never reached the service is sent again this often.
const RETRIES: usize = 2;

/// Headers that speak of one connection and go no further (RFC 9110 §7.6.1), and those the client library sets itself.
const HOP_BY_HOP: [&str; 10] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "host",
];

/// What only the gateway says of where a request came from; a caller that says it itself is not believed.
const OURS: [&str; 4] = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"];

pub fn client() -> reqwest::Result<Client> {
    Client::builder()
        .connect_timeout(Duration::from_secs(3))
        .pool_max_idle_per_host(256)
        .redirect(reqwest::redirect::Policy::none())
        .build()
}

/// `/api/{service}/v1/…` → the service's `/v1/…`.
pub async fn forward_api(request: HttpRequest, body: web::Payload, shared: web::Data<Shared>) -> HttpResponse {
    let path = request.path().strip_prefix("/api/").unwrap_or_default();
    let (name, rest) = path.split_once('/').unwrap_or((path, ""));
    let Some(upstream) = shared.upstream(name) else { return refuse(Fault::not_found()) };
    if !rest.starts_with("v1/") {
        return refuse(Fault::not_found());
    }
    forward(&request, body, &shared, upstream, &format!("/{rest}")).await
}

/// Identity's well-known documents stand at the gateway's root (RFC 8615).
pub async fn forward_well_known(request: HttpRequest, body: web::Payload, shared: web::Data<Shared>) -> HttpResponse {
    match shared.upstream("identity") {
        Some(identity) => forward(&request, body, &shared, identity, request.path()).await,
        None => refuse(Fault::not_found()),
    }
}

async fn forward(
    request: &HttpRequest,
    body: web::Payload,
    shared: &Shared,
    upstream: &Upstream,
    path: &str,
) -> HttpResponse {
    let operations = match shared.documents.operations(&shared.client, upstream).await {
        Ok(operations) => operations,
        Err(error) => return away(upstream, &error),
    };
    let template = operations.template_of(path);
    let remaining = match shared.edge.admit(request, &operations, template.as_deref()).await {
        Ok(remaining) => remaining,
        Err(stopped) => return stop(stopped),
    };
    if !upstream.breaker.admits(Instant::now()) {
        return refuse(Fault::unavailable(&format!("{} service", upstream.name)));
    }
    let sent = send(request, body, shared, upstream, path).await;
    match sent {
        Ok(answer) => {
            upstream.breaker.succeeded();
            let mut response = carry_back(answer);
            insert(&mut response, "ratelimit-policy", &shared.edge.limits.policy());
            insert(&mut response, "ratelimit", &remaining.to_string());
            response
        }
        Err(error) => {
            upstream.breaker.failed(Instant::now());
            away(upstream, &error)
        }
    }
}

fn away(upstream: &Upstream, error: &reqwest::Error) -> HttpResponse {
    tracing::warn!(service = upstream.name, %error, "no answer");
    refuse(Fault::unavailable(&format!("{} service", upstream.name)))
}

async fn send(
    request: &HttpRequest,
    body: web::Payload,
    shared: &Shared,
    upstream: &Upstream,
    path: &str,
) -> reqwest::Result<reqwest::Response> {
    let query = request.query_string();
    let url =
        if query.is_empty() { format!("{}{path}", upstream.url) } else { format!("{}{path}?{query}", upstream.url) };
    let safe = matches!(*request.method(), Method::GET | Method::HEAD);
    let mut body = Some(body);
    let mut tries = 0;
    loop {
        let mut outgoing = shared.client.request(method(request.method()), &url).headers(headers(request));
        if let Some(body) = body.take().filter(|_| has_body(request)) {
            outgoing = outgoing.body(streamed(body));
        }
        let sent = tokio::time::timeout(PATIENCE, outgoing.send()).await;
        match sent {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(error)) if safe && error.is_connect() && tries < RETRIES => {
                tries += 1;
                tokio::time::sleep(Duration::from_millis(50 << tries)).await;
            }
            Ok(Err(error)) => return Err(error),
            // Says that time ran out in the words of the client library.
            Err(_) => return shared.client.get(&url).timeout(Duration::ZERO).send().await,
        }
    }
}

fn has_body(request: &HttpRequest) -> bool {
    let headers = request.headers();
    headers.contains_key(header::CONTENT_LENGTH) || headers.contains_key(header::TRANSFER_ENCODING)
}

/// The request's body, chunk by chunk. actix's payload stays on its thread, the client's body does not, so a channel
/// joins them; it holds a few chunks, so a slow service slows its client down.
fn streamed(mut body: web::Payload) -> reqwest::Body {
    let (sender, receiver) = tokio::sync::mpsc::channel::<Result<web::Bytes, std::io::Error>>(8);
    actix_web::rt::spawn(async move {
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|error| std::io::Error::other(error.to_string()));
            if sender.send(chunk).await.is_err() {
                break;
            }
        }
    });
    let chunks =
        futures_util::stream::unfold(receiver, |mut receiver| async { Some((receiver.recv().await?, receiver)) });
    reqwest::Body::wrap_stream(chunks)
}

fn method(method: &Method) -> reqwest::Method {
    reqwest::Method::from_bytes(method.as_str().as_bytes()).unwrap_or(reqwest::Method::GET)
}

fn headers(request: &HttpRequest) -> reqwest::header::HeaderMap {
    let mut headers = reqwest::header::HeaderMap::new();
    for (name, value) in request.headers() {
        let passed = !HOP_BY_HOP.contains(&name.as_str()) && !OURS.contains(&name.as_str());
        let name = reqwest::header::HeaderName::from_bytes(name.as_str().as_bytes());
        let value = reqwest::header::HeaderValue::from_bytes(value.as_bytes());
        if let (true, Ok(name), Ok(value)) = (passed, name, value) {
            headers.append(name, value);
        }
    }
    if let Some(facts) = request.extensions().get::<Arc<Facts>>() {
        // What the gateway calls the request, the services call it too.
        let pairs =
            [("x-request-id", Some(facts.request_id.clone())), ("traceparent", telemetry::current_traceparent())];
        for (name, value) in pairs {
            if let Some(value) = value.and_then(|value| value.parse().ok()) {
                headers.insert(name, value);
            }
        }
    }
    let address = request.peer_addr().map(|address| address.ip().to_string()).unwrap_or_default();
    let connection = request.connection_info();
    let origin = [
        ("x-forwarded-for", address.as_str()),
        ("x-forwarded-host", connection.host()),
        ("x-forwarded-proto", connection.scheme()),
    ];
    for (name, value) in origin {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    }
    headers
}

pub fn carry_back(answer: reqwest::Response) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status().as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response = HttpResponse::build(status);
    for (name, value) in answer.headers() {
        let name = HeaderName::from_bytes(name.as_str().as_bytes());
        let value = HeaderValue::from_bytes(value.as_bytes());
        if let (Ok(name), Ok(value)) = (name, value)
            && !HOP_BY_HOP.contains(&name.as_str())
            && name != header::CONTENT_LENGTH
        {
            response.append_header((name, value));
        }
    }
    match answer.content_length() {
        Some(length) => response.body(actix_web::body::SizedStream::new(length, answer.bytes_stream())),
        None => response.streaming(answer.bytes_stream()),
    }
}

fn insert(response: &mut HttpResponse, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(HeaderName::from_static(name), value);
    }
}

/// A refusal of the gateway's own; its middleware writes the body.
pub fn refuse(fault: Fault) -> HttpResponse {
    Problem::from(fault).error_response()
}

pub fn stop(stopped: crate::edge::Stopped) -> HttpResponse {
    let mut problem = Problem::from(stopped.fault);
    if let Some(wait) = stopped.retry_after {
        problem.retry_after_s = Some(wait.as_secs().max(1));
    }
    problem.error_response()
}
