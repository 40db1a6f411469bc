//! `POST {collection}/import`.

use actix_web::dev::AppService;
use actix_web::dev::HttpServiceFactory;
use actix_web::http::header;
use actix_web::{HttpResponse, guard, web};
use event_store::Store;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::path::Paths;
use utoipa::openapi::{RefOr, Schema};

use super::jobs::{self, ImportJob};
use super::{ImportFile, ImportRow, parse, register};
use crate::caller::Caller;
use crate::directory::Directory;
use crate::problem::Problem;
use crate::schema;

#[derive(Clone)]
pub struct Route {
    path: &'static str,
    /// Under which jobs remember how their rows are applied.
    kind: &'static str,
    schema: Value,
}

impl Route {
    pub fn of<R: ImportRow>(path: &'static str) -> Self {
        Self { path, kind: register::<R>(), schema: schema::of::<R>() }
    }

    pub fn register(self, config: &mut AppService) {
        let path = format!("{}/import", self.path);
        let handler = move |caller, store, directory, file| import(self.clone(), caller, store, directory, file);
        web::resource(path).guard(guard::Post()).to(handler).register(config);
    }

    pub fn paths(&self) -> Paths {
        let columns = self.schema["properties"].as_object().into_iter().flatten().map(|(name, _)| format!("`{name}`"));
        let columns = columns.collect::<Vec<_>>().join(", ");
        let file = json!({ "schema": { "type": "string" } });
        let things = self.path.trim_start_matches('/').replace('-', " ");
        let item = json!({ "post": {
            "operationId": format!("import_{}", things.replace(' ', "_")),
            "summary": format!("Import {things}"),
            "description": format!("Creates or changes a thing for each row, by its natural key. Columns: {columns}."),
            "requestBody": { "required": true, "content": {
                parse::CSV: file, parse::JSON_LINES: file, parse::XLSX: { "schema": { "type": "string", "format": "binary" } } } },
            "responses": { "202": {
                "description": "Under way; the job tells how far it is.",
                "content": { "application/json": { "schema": { "$ref": "#/components/schemas/ImportJob" } } } } },
        }});
        let mut paths = Paths::new();
        paths.paths.extend(serde_json::from_value(item).ok().map(|item| (format!("{}/import", self.path), item)));
        paths
    }

    pub fn schemas(&self, schemas: &mut Vec<(String, RefOr<Schema>)>) {
        use utoipa::PartialSchema;
        schemas.push(("ImportJob".into(), ImportJob::schema()));
        ImportJob::schemas(schemas);
    }
}

async fn import(
    route: Route,
    caller: Caller,
    store: web::Data<Store>,
    directory: Directory,
    file: ImportFile,
) -> Result<HttpResponse, Problem> {
    let rows = file.rows(&route.schema)?;
    let job = jobs::begin(&store, &caller, route.kind, rows).await?;
    jobs::spawn(store.get_ref().clone(), directory, job.id);
    let location = format!("/api/{}/v1/jobs/{}", store.service(), job.id);
    Ok(HttpResponse::Accepted().insert_header((header::LOCATION, location)).json(job))
}
