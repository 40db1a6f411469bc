//! Whether the process lives, and whether it can serve.

use actix_web::{HttpResponse, web};
use event_store::Store;
use sea_orm::ConnectionTrait;
use serde_json::json;
use tokio::time::{Duration, timeout};

/// How long a dependency may take to answer before it counts as away.
const PATIENCE: Duration = Duration::from_secs(2);

/// What readiness depends on.
#[derive(Clone)]
pub struct Dependencies {
    pub service: &'static str,
    pub store: Store,
    pub kafka: Option<messaging::Broker>,
}

pub async fn livez() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "alive" }))
}

/// 200 when everything is there, else 503 that names what is missing. Kafka missing does not stop commands: events wait
/// in the log, so the service stays ready and says `degraded`.
pub async fn readyz(dependencies: web::Data<Dependencies>) -> HttpResponse {
    let database = database_answers(&dependencies.store).await;
    let kafka = match &dependencies.kafka {
        Some(broker) => Some(timeout(PATIENCE, broker.is_reachable()).await.unwrap_or(false)),
        None => None,
    };
    let word = |there: bool| if there { "ready" } else { "away" };
    let status = match (database, kafka) {
        (false, _) => "not ready",
        (true, Some(false)) => "degraded",
        _ => "ready",
    };
    let body = json!({
        "service": dependencies.service,
        "status": status,
        "dependencies": { "database": word(database), "kafka": kafka.map_or("not configured", word) },
    });
    if database { HttpResponse::Ok().json(body) } else { HttpResponse::ServiceUnavailable().json(body) }
}

async fn database_answers(store: &Store) -> bool {
    let ping = store.database().reader.execute_unprepared("SELECT 1");
    matches!(timeout(PATIENCE, ping).await, Ok(Ok(_)))
}

pub async fn metrics(dependencies: web::Data<Dependencies>) -> HttpResponse {
    crate::measure::connections(&dependencies.store);
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(telemetry::metrics::render())
}
