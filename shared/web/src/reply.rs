//! What a handler answers with.

use std::marker::PhantomData;

use actix_web::body::BoxBody;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, Responder};
use event_store::row::{column, table_name};
use event_store::{Answer, Entity, Record};
use sea_orm::ModelTrait;
use serde_json::{Value, json};

use crate::problem::Problem;

/// The answer of a command: the new representation of an `A`, or why not.
pub type Reply<A> = Result<Done<A>, Problem>;

/// A command that was carried out, now or when it came the first time.
pub struct Done<A> {
    pub(crate) answer: Answer,
    pub(crate) replayed: bool,
    pub(crate) of: PhantomData<A>,
}

impl<A: Record> Done<A> {
    pub(crate) fn new(answer: Answer, replayed: bool) -> Self {
        Self { answer, replayed, of: PhantomData }
    }

    /// The representation of an entity, as after a transition.
    pub fn with(service: &str, entity: &Entity<A>) -> Self {
        Self::new(answer(service, StatusCode::OK, entity), false)
    }

    /// Shows a secret besides the representation. It is never stored, so a repeated command does not show it again.
    pub fn revealing(mut self, name: &str, secret: &str) -> Self {
        if !self.replayed {
            self.answer.body[name] = json!(secret);
        }
        self
    }

    /// The body, for handlers that answer with more than it.
    pub fn body(&self) -> &Value {
        &self.answer.body
    }
}

impl<A> Responder for Done<A> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let status = StatusCode::from_u16(self.answer.status).unwrap_or(StatusCode::OK);
        let mut response = HttpResponse::build(status);
        if let Some(location) = self.answer.location {
            response.insert_header((header::LOCATION, location));
        }
        if let Some(etag) = self.answer.etag {
            response.insert_header((header::ETAG, etag));
        }
        if self.replayed {
            response.insert_header(("idempotent-replayed", "true"));
        }
        response.json(self.answer.body)
    }
}

/// A row as callers see it, for answers that show it among other things.
pub fn shown<A: Record>(service: &str, row: &A::Row) -> Value {
    let id = column::<A::Row>("id").and_then(|id| if let sea_orm::Value::Uuid(id) = row.get(id) { id } else { None });
    representation(row, format!("{}/{}", collection_url::<A>(service), id.unwrap_or_default()))
}

/// The answer that shows `entity`.
pub(crate) fn answer<A: Record>(service: &str, status: StatusCode, entity: &Entity<A>) -> Answer {
    let url = url::<A>(service, entity);
    Answer {
        status: status.as_u16(),
        location: (status == StatusCode::CREATED).then(|| url.clone()),
        etag: Some(etag(entity.version)),
        body: representation(&<A::Row>::from(entity), url),
    }
}

pub(crate) fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// A row as callers see it.
pub(crate) fn representation(row: &impl serde::Serialize, url: String) -> Value {
    let mut body = serde_json::to_value(row).unwrap_or_default();
    body["url"] = json!(url);
    body
}

fn url<A: Record>(service: &str, entity: &Entity<A>) -> String {
    format!("{}/{}", collection_url::<A>(service), entity.id)
}

pub(crate) fn collection_url<A: Record>(service: &str) -> String {
    format!("/api/{service}/v1/{}", collection_name::<A>())
}

/// The table's name is the collection's name: `device_types` → `device-types`.
pub(crate) fn collection_name<A: Record>() -> String {
    table_name::<<A::Row as event_store::Row>::Table>().replace('_', "-")
}
