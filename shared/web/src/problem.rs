//! Refusals as RFC 9457 problem documents.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use event_store::Failure;
use kernel::{Fault, Kind, Language};
use serde::Serialize;
use utoipa::ToSchema;

/// What a handler fails with. The gate writes its body, in the caller's language.
#[derive(Clone, Debug)]
pub struct Problem {
    pub fault: Fault,
    /// The version that `If-Match` missed.
    pub current: Option<i64>,
    pub retry_after_s: Option<u64>,
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        let retry_after_s = matches!(fault.kind, Kind::Unavailable | Kind::TooMany).then_some(5);
        Self { fault, current: None, retry_after_s }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let current = if let Failure::Stale { actual } = &failure { Some(*actual) } else { None };
        Self { current, ..failure.fault().into() }
    }
}

impl From<sea_orm::DbErr> for Problem {
    fn from(error: sea_orm::DbErr) -> Self {
        Failure::from(error).into()
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.fault.fmt(f)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        status(self.fault.kind)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        if let Some(version) = self.current {
            response.insert_header((header::ETAG, format!("\"{version}\"")));
        }
        if let Some(seconds) = self.retry_after_s {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        let mut response = response.finish();
        response.extensions_mut().insert(self.fault.clone());
        response
    }
}

/// The only place where kinds of refusals become HTTP statuses (RFC 9110, RFC 6585).
pub fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Malformed => StatusCode::BAD_REQUEST,
        Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Stale => StatusCode::PRECONDITION_FAILED,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// A problem document (RFC 9457, `application/problem+json`).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// Stable address of this kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "urn:darbazi:problem:device-not-in-stock")]
    pub kind: String,
    #[schema(example = "Conflict")]
    pub title: String,
    #[schema(minimum = 400, maximum = 599, example = 409)]
    pub status: u16,
    /// In the language of `Accept-Language`: ka or en.
    #[schema(example = "The device is not in stock.")]
    pub detail: String,
    /// Stable, kebab-case.
    #[schema(example = "device-not-in-stock")]
    pub code: String,
    /// The path that was asked for.
    #[schema(example = "/v1/devices/DEV-000123/assign")]
    pub instance: String,
    #[schema(example = "0198c0de-0000-7000-8000-000000000001")]
    pub request_id: String,
    /// All faults of the input at once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<InputFault>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct InputFault {
    /// JSON pointer (RFC 6901) into the body, or `?name` for a parameter.
    #[schema(example = "/serial")]
    pub pointer: String,
    #[schema(example = "too-long")]
    pub code: String,
    #[schema(example = "At most 100 characters.")]
    pub detail: String,
}

impl ProblemDocument {
    pub fn new(fault: &Fault, language: Language, instance: &str, request_id: &str) -> Self {
        let status = status(fault.kind);
        let parts: &[Fault] = match (&fault.pointer, fault.parts.as_slice()) {
            (Some(_), []) => std::slice::from_ref(fault),
            (_, parts) => parts,
        };
        Self {
            kind: format!("urn:darbazi:problem:{}", fault.code),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: fault.detail(language).to_owned(),
            code: fault.code.clone(),
            instance: instance.to_owned(),
            request_id: request_id.to_owned(),
            errors: parts.iter().map(|part| InputFault::new(part, language)).collect(),
        }
    }
}

impl InputFault {
    fn new(fault: &Fault, language: Language) -> Self {
        Self {
            pointer: fault.pointer.clone().unwrap_or_default(),
            code: fault.code.clone(),
            detail: fault.detail(language).to_owned(),
        }
    }
}
