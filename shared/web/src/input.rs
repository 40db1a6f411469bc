//! What comes with a request, read into types before a handler sees it.

use std::fmt;
use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use event_store::{Record, request_hash};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use kernel::Fault;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::caller::Facts;
use crate::gate::BODY_TIMEOUT;
use crate::problem::Problem;
use crate::{schema, words};

/// Largest body of an ordinary request.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// A JSON body that its schema allows.
#[derive(Debug)]
pub struct Valid<T>(T);

impl<T> Valid<T> {
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T: DeserializeOwned + ToSchema + 'static> FromRequest for Valid<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = body(request, payload, &["application/json"], BODY_LIMIT);
        Box::pin(async move { Ok(Self(schema::read(json(&body.await?)?)?)) })
    }
}

/// A JSON merge patch (RFC 7396) of a `T`; [`crate::Commands::patch`] applies it.
#[derive(Debug)]
pub struct MergePatch<T> {
    pub(crate) patch: Value,
    of: PhantomData<T>,
}

impl<T: DeserializeOwned + Serialize + ToSchema + 'static> MergePatch<T> {
    /// `current` with the patch applied, if that is still a valid `T`.
    pub fn apply(&self, current: &T) -> Result<T, Fault> {
        let mut document = serde_json::to_value(current).map_err(|_| Fault::internal())?;
        json_patch::merge(&mut document, &self.patch);
        schema::read(document)
    }
}

impl<T: 'static> FromRequest for MergePatch<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = body(request, payload, &["application/merge-patch+json", "application/json"], BODY_LIMIT);
        Box::pin(async move {
            let patch = json(&body.await?)?;
            if !patch.is_object() {
                let fault = Fault::invalid("wrong-type", "A merge patch is an object.", "ცვლილება უნდა იყოს ობიექტი.");
                return Err(fault.at("").into());
            }
            Ok(Self { patch, of: PhantomData })
        })
    }
}

/// A text body of some media type (YAML, CSV).
#[derive(Debug)]
pub struct Text(pub String);

impl FromRequest for Text {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = body(request, payload, &["application/yaml", "text/yaml", "text/csv", "text/plain"], BODY_LIMIT);
        Box::pin(async move {
            let text = String::from_utf8(body.await?).map_err(|_| words::not_utf8())?;
            let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
            if text.contains('\0') {
                return Err(words::nul("").into());
            }
            Ok(Self(text))
        })
    }
}

/// Reads a body of one of `types`, at most `limit` bytes, and notes its hash.
pub(crate) fn body(
    request: &HttpRequest,
    payload: &mut Payload,
    types: &'static [&'static str],
    limit: usize,
) -> LocalBoxFuture<'static, Result<Vec<u8>, Problem>> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim().to_ascii_lowercase();
    let facts = request.extensions().get::<Arc<Facts>>().cloned();
    let mut payload = web::Payload::from_request(request, payload);
    Box::pin(async move {
        if !types.contains(&kind.as_str()) {
            return Err(words::wrong_media_type(types[0]).into());
        }
        let read = async {
            let mut payload = (&mut payload).await.map_err(|_| Fault::internal())?;
            let mut body = vec![];
            while let Some(chunk) = payload.next().await {
                let broken = |_| Fault::malformed("broken-body", "The body ended early.", "მოთხოვნის ტანი შეწყდა.");
                body.extend_from_slice(&chunk.map_err(broken)?);
                if body.len() > limit {
                    return Err(words::too_large(limit));
                }
            }
            Ok(body)
        };
        let slow = |_| Fault::malformed("request-too-slow", "The body took too long.", "მოთხოვნის მიღება გაგრძელდა.");
        let body = tokio::time::timeout(BODY_TIMEOUT, read).await.map_err(slow)??;
        if let Some(facts) = facts {
            let _ = facts.body_hash.set(request_hash(&[&body]));
        }
        Ok(body)
    })
}

fn json(body: &[u8]) -> Result<Value, Fault> {
    let text = std::str::from_utf8(body).map_err(|_| words::not_utf8())?;
    serde_json::from_str(text).map_err(|error| words::unreadable_json(&error))
}

/// The `{id}` of a path: id or number of an `A`.
pub struct Key<A> {
    pub(crate) text: String,
    of: PhantomData<A>,
}

impl<A> fmt::Debug for Key<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<A> Key<A> {
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), of: PhantomData }
    }
}

impl<A: Record> FromRequest for Key<A> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let text = request.match_info().query("id");
        // What cannot be anybody's id or number is nobody's.
        let sound = !text.is_empty()
            && text.len() <= 64
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        ready(if sound { Ok(Self::new(text)) } else { Err(Fault::not_found().into()) })
    }
}

/// Id or number of something, in a body.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, min_length = 1, max_length = 64, pattern = r"^[0-9A-Za-z-]+$", example = "EMP-000123")]
pub struct Reference(pub String);

impl Reference {
    /// The fault of a reference at `pointer` to what is not there, or not for the caller to know.
    pub fn unknown(pointer: &str) -> Fault {
        words::no_such_reference(pointer)
    }

    pub fn id(&self) -> Option<uuid::Uuid> {
        self.0.parse().ok()
    }

    /// Numbers are written in capitals.
    pub fn number(&self) -> String {
        self.0.to_ascii_uppercase()
    }
}

impl<T: Into<uuid::Uuid>> From<T> for Reference {
    fn from(id: T) -> Self {
        Self(id.into().to_string())
    }
}

/// Query parameters of an operation, declared with `params(T)` in its document.
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Params<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = serde_urlencoded::from_str(request.query_string()).map_err(|error| {
            Fault::malformed("bad-parameter", format!("The parameters: {error}."), "პარამეტრები არასწორია.").into()
        });
        ready(read.map(Self))
    }
}
