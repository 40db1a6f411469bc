//! Spans, and their way to a collector.

use std::sync::Arc;
use std::time::Duration;

use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider, SpanData, SpanExporter as Exporter};
use tokio::runtime::{Builder, Runtime};

use crate::options::Options;
use crate::start::NotStarted;

/// Less than the five seconds that a stopping service waits for its last spans.
const TIMEOUT: Duration = Duration::from_secs(4);

/// Gives spans their ids, also when they go nowhere: ids tie log lines and events of several services together.
pub(crate) fn tracer_provider(options: &Options) -> Result<SdkTracerProvider, NotStarted> {
    let provider = SdkTracerProvider::builder()
        .with_resource(Resource::builder().with_service_name(options.service.clone()).build())
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::AlwaysOn)));
    Ok(match &options.otlp_endpoint {
        None => provider.build(),
        Some(endpoint) => provider.with_batch_exporter(OwnRuntime::new(endpoint)?).build(),
    })
}

/// An exporter with a runtime of its own. Batches leave from a plain thread, where the HTTP client cannot work; and the
/// runtime of the services cannot be used, as a service that stops blocks it while the last batch leaves.
#[derive(Debug)]
struct OwnRuntime {
    exporter: Arc<SpanExporter>,
    runtime: Runtime,
}

impl OwnRuntime {
    fn new(endpoint: &str) -> Result<Self, NotStarted> {
        let runtime = Builder::new_multi_thread().worker_threads(1).thread_name("spans").enable_all().build()?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(traces_address(endpoint))
            .with_timeout(TIMEOUT)
            .build()?;
        Ok(Self { exporter: Arc::new(exporter), runtime })
    }
}

impl Exporter for OwnRuntime {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let exporter = self.exporter.clone();
        let sent = self.runtime.spawn(async move { exporter.export(batch).await });
        sent.await.unwrap_or_else(|error| Err(OTelSdkError::InternalFailure(error.to_string())))
    }

    /// Called before the first batch, when nobody else has the exporter.
    fn set_resource(&mut self, resource: &Resource) {
        if let Some(exporter) = Arc::get_mut(&mut self.exporter) {
            exporter.set_resource(resource);
        }
    }
}

/// Collectors are named by their root, as in `OTEL_EXPORTER_OTLP_ENDPOINT`.
fn traces_address(endpoint: &str) -> String {
    let root = endpoint.trim_end_matches('/');
    if root.ends_with("/v1/traces") { root.to_owned() } else { format!("{root}/v1/traces") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collector_may_be_named_by_its_root_or_in_full() {
        for endpoint in ["http://c:4318", "http://c:4318/", "http://c:4318/v1/traces"] {
            assert_eq!(traces_address(endpoint), "http://c:4318/v1/traces");
        }
    }
}
