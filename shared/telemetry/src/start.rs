//! Sets everything up, once for a process.

use std::sync::{Mutex, PoisonError};

use metrics_exporter_prometheus::BuildError;
use opentelemetry::global;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::ExporterBuildError;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Subscriber;
use tracing_subscriber::filter::{LevelFilter, ParseError, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{Layer, registry};

use crate::options::Options;
use crate::{export, logs, metrics};

static STARTED: Mutex<Option<Telemetry>> = Mutex::new(None);

/// The telemetry of the process.
#[derive(Clone, Debug)]
pub struct Telemetry {
    spans: SdkTracerProvider,
}

#[derive(Debug, thiserror::Error)]
pub enum NotStarted {
    #[error("the log filter cannot be read")]
    Filter(#[from] ParseError),
    #[error("spans cannot be exported")]
    Export(#[from] ExporterBuildError),
    #[error("no thread to work in the background")]
    Thread(#[from] std::io::Error),
    #[error("metrics cannot be recorded")]
    Metrics(#[from] BuildError),
    #[error("another subscriber has the log already")]
    Logs(#[from] TryInitError),
}

/// Starts logs, traces and metrics. Whoever comes second (all services may share a process, as may tests) gets what
/// the first one started, whatever its own options say.
pub fn start(options: &Options) -> Result<Telemetry, NotStarted> {
    let mut started = STARTED.lock().unwrap_or_else(PoisonError::into_inner);
    match &*started {
        Some(telemetry) => Ok(telemetry.clone()),
        None => Ok(started.insert(begin(options)?).clone()),
    }
}

impl Telemetry {
    /// Sends the spans that are still waiting; blocks for five seconds at most. Others in the process may go on.
    pub fn stop(&self) {
        if let Err(error) = self.spans.force_flush() {
            tracing::warn!(%error, "the last spans may be lost");
        }
    }
}

fn begin(options: &Options) -> Result<Telemetry, NotStarted> {
    let spans = export::tracer_provider(options)?;
    let lines = logs::layer(options)?;
    registry().with(span_layer(&spans)).with(lines).try_init()?;
    metrics::install()?;
    global::set_text_map_propagator(TraceContextPropagator::new());
    Ok(Telemetry { spans })
}

fn span_layer<S>(spans: &SdkTracerProvider) -> impl Layer<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let layer = tracing_opentelemetry::layer().with_tracer(spans.tracer("darbazi"));
    layer.with_location(false).with_threads(false).with_filter(traced())
}

/// Traces have a filter of their own: quieter logs must not cut a trace. The exporter's own work is not traced.
fn traced() -> Targets {
    let ours = Targets::new().with_default(LevelFilter::INFO);
    ["opentelemetry", "hyper", "hyper_util", "h2", "reqwest"]
        .into_iter()
        .fold(ours, |targets, library| targets.with_target(library, LevelFilter::OFF))
}
