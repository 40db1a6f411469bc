//! Log lines, on standard error: standard output belongs to what a command prints.

use std::fmt;
use std::io::{IsTerminal, stderr};

use chrono::Local;
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::{EnvFilter, ParseError};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, fmt as lines};

use crate::options::{Format, Options};
use crate::trace::current_trace_id;

type Boxed<S> = Box<dyn Layer<S> + Send + Sync>;

pub(crate) fn layer<S>(options: &Options) -> Result<Boxed<S>, ParseError>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let filter = EnvFilter::builder().parse(&options.filter)?;
    let layer = match options.format {
        Format::Human => human(),
        Format::Json => json(stderr),
    };
    Ok(layer.with_filter(filter).boxed())
}

fn human<S>() -> Boxed<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let layer = lines::layer().compact().with_timer(TimeOfDay).with_writer(stderr);
    // On a terminal colours are decided by the library, which honours NO_COLOR.
    if stderr().is_terminal() { layer.boxed() } else { layer.with_ansi(false).boxed() }
}

fn json<S, W>(writer: W) -> Boxed<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let layer = lines::layer().json().flatten_event(true).with_current_span(true).with_span_list(false);
    layer.map_event_format(WithTraceId).with_writer(writer).boxed()
}

/// Whoever watches a terminal knows which day it is.
struct TimeOfDay;

impl FormatTime for TimeOfDay {
    /// Lines carry the machine's time, whatever clock the services were given.
    #[allow(clippy::disallowed_methods)]
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        write!(writer, "{}", Local::now().format("%H:%M:%S%.3f"))
    }
}

/// Puts the trace id in front of a JSON line, so that a line leads to its trace and to the lines of other services.
struct WithTraceId<F>(F);

impl<S, N, F> FormatEvent<S, N> for WithTraceId<F>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    N: for<'writer> FormatFields<'writer> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let Some(trace) = current_trace_id() else { return self.0.format_event(context, to, event) };
        let mut line = String::new();
        self.0.format_event(context, Writer::new(&mut line), event)?;
        match line.strip_prefix('{') {
            Some(rest) => write!(to, r#"{{"trace_id":"{trace}",{rest}"#),
            None => to.write_str(&line),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use opentelemetry::trace::TracerProvider;
    use serde_json::Value;
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;
    use crate::export::tracer_provider;

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Captured {
        fn objects(&self) -> Vec<Value> {
            let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
        }
    }

    #[test]
    fn a_filter_that_cannot_be_read_is_refused() {
        let told = |filter: &str| {
            layer::<tracing_subscriber::Registry>(&Options { filter: filter.into(), ..Options::default() })
        };
        assert!(told("warn,assets=debug").is_ok());
        assert!(told("assets=loud").is_err());
    }

    /// Takes the process's subscriber: no other unit test may.
    #[test]
    fn a_json_line_is_one_object_and_names_its_trace() {
        let captured = Captured::default();
        let writer = captured.clone();
        let spans =
            tracing_opentelemetry::layer().with_tracer(tracer_provider(&Options::default()).unwrap().tracer("test"));
        let subscriber = tracing_subscriber::registry().with(spans).with(json(move || writer.clone()));
        tracing::subscriber::set_global_default(subscriber).unwrap();

        tracing::warn!("before\nall");
        let trace = tracing::info_span!("request", path = "/v1/devices").in_scope(|| {
            tracing::info!(number = 7, "inside");
            current_trace_id().unwrap()
        });

        let [outside, inside] = captured.objects().try_into().unwrap();
        assert_eq!((&outside["message"], &outside["trace_id"]), (&"before\nall".into(), &Value::Null));
        assert_eq!((&inside["number"], &inside["span"]["path"]), (&7.into(), &"/v1/devices".into()));
        assert_eq!(inside["trace_id"], trace);
    }
}
