//! An uploaded table: CSV, XLSX or JSON lines.

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use kernel::Fault;
use serde_json::Value;

use super::parse;
use crate::problem::Problem;

/// Largest file.
const LIMIT: usize = 20 * 1024 * 1024;
const TYPES: &[&str] = &[parse::CSV, parse::JSON_LINES, parse::XLSX];

/// The file of a request, as it came.
#[derive(Debug)]
pub struct ImportFile {
    media_type: String,
    pub body: Vec<u8>,
}

impl ImportFile {
    /// Its rows as JSON objects: cells typed as the columns of `schema` (see [`crate::schema::of`]), but not validated.
    /// Another encoding, a header that does not fit and a broken table refuse the file.
    pub fn rows(&self, schema: &Value) -> Result<Vec<Value>, Fault> {
        parse::rows(&self.media_type, &self.body, schema)
    }
}

impl FromRequest for ImportFile {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media_type = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let media_type = media_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_lowercase();
        let body = crate::input::body(request, payload, TYPES, LIMIT);
        Box::pin(async move { Ok(Self { media_type, body: body.await? }) })
    }
}
