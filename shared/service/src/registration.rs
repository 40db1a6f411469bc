//! An aggregate as the kit sees it, its type forgotten.

use std::collections::BTreeMap;
use std::sync::Arc;

use event_store::rebuild::{Progress, Rebuilt};
use event_store::row::{column, table_name};
use event_store::{Failure, Record, Row, Store, StoredEvent};
use futures_util::future::BoxFuture;
use messaging::timers::Fire;
use serde_json::{Value, json};
use utoipa::{PartialSchema, ToSchema};

type Build<T> = fn(Store) -> BoxFuture<'static, Result<T, Failure>>;

/// Is told how far a rebuild has come.
pub type Telling = Arc<dyn Fn(Progress) + Send + Sync>;

#[derive(Clone)]
pub struct Registration {
    pub kind: &'static str,
    /// The read model's table.
    pub table: &'static str,
    /// Whether its rows belong to org units or people, and are for their eyes only.
    pub placed: bool,
    pub ensure: Build<Option<Rebuilt>>,
    /// Whether the read model has today's shape; `None` when it is not there.
    pub fits: Build<Option<bool>>,
    pub rebuild: fn(Store, Telling) -> BoxFuture<'static, Result<Rebuilt, Failure>>,
    /// Whether today's code reads the event, its personal fields open.
    pub reads: fn(&StoredEvent) -> Result<(), Failure>,
    pub fire: Fire,
    /// Released events: name → JSON Schema of the data.
    pub events: BTreeMap<String, Value>,
    /// What those schemas refer to.
    pub schemas: BTreeMap<String, Value>,
}

impl Registration {
    pub fn of<A: Record>() -> Self {
        let mut referred = vec![];
        <A::Event as ToSchema>::schemas(&mut referred);
        Self {
            kind: A::KIND,
            table: table_name::<<A::Row as Row>::Table>(),
            placed: ["org_unit_id", "owner_id"].iter().any(|name| column::<A::Row>(name).is_some()),
            ensure: |store| Box::pin(async move { store.ensure_read_model::<A>().await }),
            fits: |store| Box::pin(async move { store.read_model_fits::<A>().await }),
            rebuild: |store, tell| Box::pin(async move { store.rebuild::<A>(&*tell).await }),
            reads: |event| event_store::decode::<A::Event>(event).map(drop),
            fire: Arc::new(|store, due, context| Box::pin(async move { store.fire::<A>(&due, &context).await })),
            events: events::<A>(),
            schemas: referred.into_iter().map(|(name, schema)| (name, json!(schema))).collect(),
        }
    }
}

/// Each variant of an adjacently tagged enum is one event: `{"type": {"enum": [name]}, "data": …}`.
fn events<A: Record>() -> BTreeMap<String, Value> {
    let schema = json!(<A::Event as PartialSchema>::schema());
    let variants = schema["oneOf"].as_array().cloned().unwrap_or_default();
    let named = variants.into_iter().filter_map(|variant| {
        let mut properties = variant["properties"].clone();
        let name = properties["type"]["enum"][0].as_str()?.to_owned();
        let data = properties["data"].take();
        Some((name, if data.is_null() { json!({ "type": "object" }) } else { data }))
    });
    named.collect()
}
