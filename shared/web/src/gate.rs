//! The way in and out of a service: who asks, may they, which parameters; and how refusals are written.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use async_trait::async_trait;
use auth::{Principal, Reach, Refused, Verifier};
use event_store::Failure;
use kernel::{Clock, Fault, Kind, Language};
use tracing::Instrument;
use uuid::Uuid;

use crate::caller::{Caller, Facts, Visible};
use crate::operations::{Access, Operation, Operations};
use crate::problem::{Problem, ProblemDocument};
use crate::words;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const ACCEPT_PATCH: HeaderName = HeaderName::from_static("accept-patch");

/// What the gate of a service needs to know.
pub struct Gate {
    pub service: &'static str,
    pub operations: Operations,
    pub verifier: Arc<Verifier>,
    pub units: Arc<dyn Units>,
    pub refusals: Arc<dyn Refusals>,
    pub clock: Clock,
}

/// The tree of org units, as far as rights need it.
#[async_trait]
pub trait Units: Send + Sync {
    /// The given units and everything under them.
    async fn under(&self, units: &[Uuid]) -> Result<Vec<Uuid>, Failure>;
}

/// Keeps a record of who was refused what.
#[async_trait]
pub trait Refusals: Send + Sync {
    async fn keep(&self, refusal: Refusal);
}

#[derive(Clone, Debug)]
pub struct Refusal {
    pub caller: Option<Arc<Principal>>,
    pub address: String,
    pub operation: String,
    pub code: String,
    pub request_id: String,
}

/// Middleware of a service: admits the caller, then lets the handler answer.
pub async fn gate(
    gate: web::Data<Gate>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let template = gate.operations.template_for(request.method(), request.path());
    let template = template.or_else(|| request.match_pattern()).unwrap_or_default();
    around(gate.service, &template, request, async |request, facts| {
        let template = template.as_str();
        let mut response = match admit(&gate, &request, template, facts).await {
            Ok(caller) => {
                if let Some(caller) = caller {
                    request.extensions_mut().insert(caller);
                }
                next.call(request).await?.map_into_boxed_body()
            }
            Err(problem) => {
                keep_refusal(&gate, &request, template, facts, &problem.fault).await;
                refused(&gate, request, template, &problem)
            }
        };
        // RFC 5789 §3.1
        if gate.operations.find(template, &Method::PATCH).is_some() {
            insert(response.headers_mut(), ACCEPT_PATCH, "application/merge-patch+json");
        }
        Ok(response)
    })
    .await
}

/// Everything that happens around an answer, wherever it is made: facts of the request, span, figures, and the body of a
/// refusal in the caller's language.
///
/// `template` is the path as the document has it.
pub async fn around(
    service: &'static str,
    template: &str,
    request: ServiceRequest,
    inner: impl AsyncFnOnce(ServiceRequest, &Arc<Facts>) -> Result<ServiceResponse<BoxBody>, Error>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let (facts, fault) = read_facts(&request);
    let facts = Arc::new(facts);
    let method = request.method().clone();
    let span = tracing::info_span!("request", service, %method, path = %template, request_id = %facts.request_id);
    telemetry::continue_from(&span, header(request.headers(), "traceparent"));
    request.extensions_mut().insert(facts.clone());
    let response = match fault {
        Some(fault) => {
            let response = actix_web::ResponseError::error_response(&Problem::from(fault));
            request.into_response(response)
        }
        None => inner(request, &facts).instrument(span).await?,
    };
    let response = written(response, &facts);
    telemetry::metrics::request(service, method.as_str(), template, response.status().as_u16(), started.elapsed());
    Ok(response)
}

/// Whether the caller may, and as whom.
async fn admit(
    gate: &Gate,
    request: &ServiceRequest,
    template: &str,
    facts: &Arc<Facts>,
) -> Result<Option<Caller>, Problem> {
    let Some(methods) = gate.operations.at(template) else {
        // Not one of the documented operations: health, documents, or nothing at all.
        return Ok(None);
    };
    let Some(operation) = methods.get(request.method().as_str()) else {
        return Err(words::method_not_allowed().into());
    };
    let caller = match &operation.access {
        Access::Public => None,
        Access::Authenticated => Some(authenticate(gate, request, facts, None).await?),
        Access::Scope(scope) => Some(authenticate(gate, request, facts, Some(scope)).await?),
    };
    check_parameters(operation, request.query_string())?;
    Ok(caller)
}

async fn authenticate(
    gate: &Gate,
    request: &ServiceRequest,
    facts: &Arc<Facts>,
    scope: Option<&str>,
) -> Result<Caller, Problem> {
    let token = bearer(request.headers()).ok_or_else(|| words::not_authenticated("token-missing"))?;
    let principal = gate.verifier.verify(token, gate.clock.now()).await.map_err(not_verified)?;
    let visible = match scope.map(|scope| (scope, principal.reach(scope))) {
        None | Some((_, Reach::Everywhere)) => Visible::Everything,
        Some((scope, Reach::Nowhere)) => return Err(words::lacks_scope(scope).into()),
        Some((_, Reach::Limited { units, own })) if units.is_empty() => Visible::Only { units, own },
        Some((_, Reach::Limited { units, own })) => Visible::Only { units: gate.units.under(&units).await?, own },
    };
    Ok(Caller { principal, visible, facts: facts.clone() })
}

fn not_verified(refused: Refused) -> Fault {
    match refused {
        Refused::KeysUnavailable => Fault::unavailable("identity service"),
        refused => words::not_authenticated(refused.code()),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = header(headers, "authorization")?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn check_parameters(operation: &Operation, query: &str) -> Result<(), Fault> {
    let mut faults = vec![];
    for (name, value) in &pairs(query) {
        if !operation.parameters.contains(name) {
            faults.push(words::unknown_parameter(name));
        }
        if value.contains('\0') || value.contains('\u{fffd}') {
            faults.push(words::bad_parameter(name, "Not valid text.", "ტექსტი არასწორია."));
        }
        // Whoever means to try must not change anything because of a spelling.
        if name == "dry_run" && !matches!(value.as_str(), "true" | "false") {
            faults.push(words::bad_parameter(name, "true or false.", "true ან false."));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Fault::all(Kind::Malformed, faults)) }
}

fn pairs(query: &str) -> Vec<(String, String)> {
    serde_urlencoded::from_str(query).unwrap_or_default()
}

/// What the headers say, and what is wrong with them.
fn read_facts(request: &ServiceRequest) -> (Facts, Option<Fault>) {
    let headers = request.headers();
    let mut fault = None;
    let mut checked = |name: &str, limit: usize| match header(headers, name) {
        None if headers.contains_key(name) => {
            fault = Some(words::bad_header(name, "not readable text", "ტექსტი არ იკითხება"));
            None
        }
        Some(value) if value.is_empty() || value.len() > limit => {
            fault = Some(words::bad_header(name, "empty or too long", "ცარიელია ან ზედმეტად გრძელი"));
            None
        }
        value => value.map(str::to_owned),
    };
    let reason = checked("x-change-reason", 1000).map(|reason| percent_decoded(&reason));
    let idempotency_key = checked("idempotency-key", 255).map(|key| key.trim_matches('"').to_owned());
    let if_match = match checked("if-match", 64).as_deref() {
        None | Some("*") => None,
        Some(tag) => match tag.trim_matches('"').parse() {
            Ok(version) => Some(version),
            // A tag that we never gave cannot match anything.
            Err(_) => Some(-1),
        },
    };
    let request_id = header(headers, "x-request-id").filter(|id| sound_request_id(id));
    let facts = Facts {
        request_id: request_id.map_or_else(|| kernel::id::random().to_string(), str::to_owned),
        language: language(header(headers, "accept-language")),
        reason,
        if_match,
        idempotency_key,
        dry_run: pairs(request.query_string()).iter().any(|(name, value)| name == "dry_run" && value == "true"),
        address: request.connection_info().realip_remote_addr().unwrap_or_default().to_owned(),
        method: request.method().to_string(),
        path: request.path().to_owned(),
        query: request.query_string().to_owned(),
        body_hash: std::sync::OnceLock::new(),
    };
    (facts, fault)
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok())
}

fn sound_request_id(id: &str) -> bool {
    (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Headers carry ASCII; Georgian reasons may come percent-encoded (RFC 8187 shows the way).
fn percent_decoded(text: &str) -> String {
    let pair = format!("t={}", text.replace('+', "%2B").replace('&', "%26"));
    let decoded: Result<Vec<(String, String)>, _> = serde_urlencoded::from_str(&pair);
    decoded.ok().and_then(|pairs| pairs.into_iter().next()).map_or_else(|| text.to_owned(), |(_, value)| value)
}

/// The first of our languages that the caller names (RFC 9110 §12.5.4; weights are rarely sent and not weighed).
fn language(accepted: Option<&str>) -> Language {
    let named = accepted.unwrap_or_default().split(',').find_map(|tag| match tag.trim().get(..2) {
        Some("ka") => Some(Language::Ka),
        Some("en") => Some(Language::En),
        _ => None,
    });
    named.unwrap_or(Language::En)
}

async fn keep_refusal(gate: &Gate, request: &ServiceRequest, template: &str, facts: &Facts, fault: &Fault) {
    if matches!(fault.kind, Kind::Unauthenticated | Kind::Forbidden) {
        let caller = match bearer(request.headers()) {
            Some(token) => gate.verifier.verify(token, gate.clock.now()).await.ok(),
            None => None,
        };
        gate.refusals
            .keep(Refusal {
                caller,
                address: facts.address.clone(),
                operation: format!("{} {template}", facts.method),
                code: fault.code.clone(),
                request_id: facts.request_id.clone(),
            })
            .await;
    }
}

/// The answer to a request that goes no further.
fn refused(gate: &Gate, request: ServiceRequest, template: &str, problem: &Problem) -> ServiceResponse<BoxBody> {
    let mut response = actix_web::ResponseError::error_response(problem);
    if problem.fault.code == "method-not-allowed" {
        *response.status_mut() = actix_web::http::StatusCode::METHOD_NOT_ALLOWED;
        let known = gate.operations.at(template).into_iter().flat_map(|methods| methods.keys());
        let allow = known.cloned().collect::<Vec<_>>().join(", ");
        insert(response.headers_mut(), header::ALLOW, &allow);
    }
    request.into_response(response)
}

/// Gives a refusal its body, and every answer its headers.
fn written(mut response: ServiceResponse<BoxBody>, facts: &Facts) -> ServiceResponse<BoxBody> {
    insert(response.headers_mut(), REQUEST_ID, &facts.request_id);
    let failed = response.status().is_client_error() || response.status().is_server_error();
    let already =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/"));
    if !failed || already {
        return response;
    }
    let fault = response.response().extensions().get::<Fault>().cloned();
    let fault = fault.unwrap_or_else(|| fault_of(response.status().as_u16()));
    let mut document = ProblemDocument::new(&fault, facts.language, &facts.path, &facts.request_id);
    document.status = response.status().as_u16();
    response.response().status().canonical_reason().unwrap_or("Error").clone_into(&mut document.title);
    if response.status().as_u16() == 401 {
        insert(response.headers_mut(), header::WWW_AUTHENTICATE, &challenge(&fault));
    }
    insert(response.headers_mut(), header::CONTENT_TYPE, "application/problem+json");
    let body = serde_json::to_vec(&document).unwrap_or_default();
    response.map_body(|head, _| {
        head.headers.remove(header::CONTENT_LENGTH);
        BoxBody::new(body)
    })
}

/// RFC 6750 §3.
fn challenge(fault: &Fault) -> String {
    match fault.code.as_str() {
        "token-missing" => "Bearer realm=\"darbazi\"".to_owned(),
        code => format!("Bearer realm=\"darbazi\", error=\"invalid_token\", error_description=\"{code}\""),
    }
}

/// A refusal that the framework made, in our words.
fn fault_of(code: u16) -> Fault {
    match code {
        404 => Fault::not_found(),
        413 => words::too_large(1024 * 1024),
        415 => words::wrong_media_type("application/json"),
        405 => words::method_not_allowed(),
        408 => Fault::malformed("request-too-slow", "The request took too long.", "მოთხოვნის მიღება გაგრძელდა."),
        400..=499 => Fault::malformed("malformed-request", "The request cannot be read.", "მოთხოვნა არ იკითხება."),
        503 => Fault::unavailable("service"),
        _ => Fault::internal(),
    }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// A slow client does not hold a worker: a body that takes longer is given up.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(15);
