//! How the services are.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::Upstream;
use crate::server::Shared;

/// 200 when every service is ready, else 503; the body says how each one is.
pub async fn health(shared: web::Data<Shared>) -> HttpResponse {
    let services = join_all(shared.upstreams.iter().map(|upstream| ask(&shared, upstream))).await;
    let ready = services.iter().all(|service| service["ready"] == true);
    let body = json!({ "status": if ready { "ready" } else { "not ready" }, "services": services });
    if ready { HttpResponse::Ok().json(body) } else { HttpResponse::ServiceUnavailable().json(body) }
}

async fn ask(shared: &Shared, upstream: &Upstream) -> Value {
    let url = format!("{}/readyz", upstream.url);
    let answer = shared.client.get(url).timeout(Duration::from_secs(3)).send().await;
    match answer {
        Ok(answer) => {
            let ready = answer.status().is_success();
            let said: Value = answer.json().await.unwrap_or_default();
            json!({ "service": upstream.name, "ready": ready, "status": said["status"], "dependencies": said["dependencies"] })
        }
        Err(_) => json!({ "service": upstream.name, "ready": false, "status": "away" }),
    }
}
