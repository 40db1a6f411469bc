//! Bringing in many rows at once: CSV, XLSX or JSON lines, as a job that survives a crash.
//!
//! A row is upserted by its natural key, so doing it twice changes nothing; that is what makes a job resumable. The
//! file is read whole first (a wrong header or encoding refuses it); then each row stands for itself. A row may refer to
//! one further down: what is unknown at first is looked for again when all rows have had their turn.

mod file;
mod jobs;
mod parse;
mod reports;
mod route;
mod upsert;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, RwLock};

use async_trait::async_trait;
use event_store::{Context, Record, Store};
use futures_util::future::BoxFuture;
use kernel::Fault;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::caller::Visible;
use crate::directory::Directory;
use crate::schema;

pub use file::ImportFile;
pub use jobs::{MIGRATIONS, forget, resume};
pub use reports::routes;
pub(crate) use route::Route;
pub use upsert::Upsert;

/// A row of an import file: its members are the columns.
#[async_trait]
pub trait ImportRow: DeserializeOwned + Serialize + ToSchema + Send + 'static {
    /// What the rows become.
    type Aggregate: Record;

    /// Creates or changes the thing with this row's natural key. With `context.dry_run` nothing may be kept.
    async fn apply(self, context: &ImportContext) -> Result<Imported, Fault>;
}

/// The circumstances of an import.
#[derive(Clone)]
pub struct ImportContext {
    pub store: Store,
    /// Facts about employees and units.
    pub directory: Directory,
    pub context: Context,
    /// What the importing caller may see, and so bring in.
    pub visible: Visible,
    pub dry_run: bool,
    /// All rows of the file.
    pub rows: Arc<Vec<Value>>,
}

impl ImportContext {
    /// Creating or changing things as this import may.
    pub fn upsert(&self) -> Upsert<'_> {
        Upsert { store: &self.store, context: &self.context, visible: &self.visible, dry_run: self.dry_run }
    }

    /// Whether some row of the file has this text in this column.
    pub fn file_has(&self, column: &str, text: &str) -> bool {
        self.rows.iter().any(|row| row[column] == text)
    }
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Imported {
    Created { number: String },
    Changed { number: String },
    Unchanged { number: String },
}

type Apply = Arc<dyn Fn(Value, ImportContext) -> BoxFuture<'static, Result<Imported, Fault>> + Send + Sync>;

/// How each kind of row is applied; filled when routes are listed, asked when a job of a former process goes on.
static APPLIES: LazyLock<RwLock<HashMap<&'static str, Apply>>> = LazyLock::new(RwLock::default);

/// Makes rows of `R` known; returns the name under which jobs remember them.
fn register<R: ImportRow>() -> &'static str {
    let name = std::any::type_name::<R>();
    let apply: Apply = Arc::new(|row, context| {
        Box::pin(async move {
            let row: R = schema::read(row)?;
            row.apply(&context).await
        })
    });
    if let Ok(mut applies) = APPLIES.write() {
        applies.insert(name, apply);
    }
    name
}

fn apply_of(name: &str) -> Option<Apply> {
    APPLIES.read().ok()?.get(name).cloned()
}
