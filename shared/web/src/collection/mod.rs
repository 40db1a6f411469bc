//! Reading a collection: its list, an item, their history and their past, and the export of all of it.
//!
//! One line gives a capability four operations: `routes.service(Collection::<Device>::at("/devices"))`. Everything
//! follows from the row struct: which filters there are, how they are documented, what is exported. List it after
//! handlers whose paths begin alike (`GET /devices/summary`), since `/devices/{id}` would take those too.

mod cursor;
mod describe;
mod export;
mod fields;
mod history;
mod list;
mod selection;

use std::marker::PhantomData;

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::{guard, web};
use event_store::{Record, Row};
use utoipa::openapi::path::Paths;
use utoipa::openapi::{RefOr, Schema};
use utoipa_actix_web::OpenApiFactory;

use crate::import::{self, ImportRow};
use crate::reply::collection_name;

/// The reading operations of the rows of `A`.
pub struct Collection<A> {
    path: &'static str,
    import: Option<import::Route>,
    of: PhantomData<A>,
}

impl<A: Record> Collection<A>
where
    A::Row: Row,
{
    /// `path` is the table's name in kebab-case: `/device-types` for `device_types`.
    pub fn at(path: &'static str) -> Self {
        assert_eq!(path, format!("/{}", collection_name::<A>()), "a collection is named as its table");
        Self { path, import: None, of: PhantomData }
    }

    /// Adds `POST {path}/import`: rows of `R` from CSV, XLSX or JSON lines.
    pub fn importable<R: ImportRow>(mut self) -> Self {
        self.import = Some(import::Route::of::<R>(self.path));
        self
    }
}

impl<A: Record> HttpServiceFactory for Collection<A> {
    fn register(self, config: &mut AppService) {
        let item = format!("{}/{{id}}", self.path);
        let get = |path: &str| web::resource(path.to_owned()).guard(guard::Get());
        if let Some(import) = self.import {
            import.register(config);
        }
        get(self.path).to(list::list::<A>).register(config);
        get(&format!("{}/export", self.path)).to(export::export::<A>).register(config);
        get(&item).to(list::item::<A>).register(config);
        get(&format!("{item}/history")).to(history::history::<A>).register(config);
    }
}

impl<A: Record> OpenApiFactory for Collection<A> {
    fn paths(&self) -> Paths {
        let mut paths = describe::paths::<A>(self.path);
        if let Some(import) = &self.import {
            paths.merge(import.paths());
        }
        paths
    }

    fn schemas(&self, schemas: &mut Vec<(String, RefOr<Schema>)>) {
        describe::schemas::<A>(schemas);
        if let Some(import) = &self.import {
            import.schemas(schemas);
        }
    }
}
