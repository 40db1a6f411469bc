//! Carrying a trace from one service to the next, and into events: the `traceparent` of W3C Trace Context.

use std::collections::HashMap;

use opentelemetry::Context;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{SpanContext, TraceContextExt};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

const TRACEPARENT: &str = "traceparent";

/// What to hand on with an outgoing request or an event; `None` outside of any span.
pub fn current_traceparent() -> Option<String> {
    let mut carrier = HashMap::new();
    TraceContextPropagator::new().inject_context(&Span::current().context(), &mut carrier);
    carrier.remove(TRACEPARENT)
}

/// The trace of the current span, 32 hexadecimal digits.
pub fn current_trace_id() -> Option<String> {
    let context = Span::current().context();
    let span = context.span();
    Some(span.span_context()).filter(|span| span.is_valid()).map(|span| span.trace_id().to_string())
}

/// Makes `span` part of the caller's trace, before it is entered. What cannot be read is ignored, as the standard asks:
/// the span then begins a trace of its own.
pub fn continue_from(span: &Span, traceparent: Option<&str>) {
    if let Some(parent) = traceparent.and_then(parse) {
        // It fails for a span that nobody records; then there is nothing to be continued.
        let _ = span.set_parent(Context::new().with_remote_span_context(parent));
    }
}

fn parse(traceparent: &str) -> Option<SpanContext> {
    if !is_well_formed(traceparent.as_bytes()) {
        return None;
    }
    let carrier = HashMap::from([(TRACEPARENT.to_owned(), traceparent.to_owned())]);
    let context = TraceContextPropagator::new().extract_with_context(&Context::new(), &carrier);
    let parent = context.span().span_context().clone();
    parent.is_valid().then_some(parent)
}

/// `00-<32 digits>-<16 digits>-<2 digits>`; later versions may append. The library alone would take shorter ids and
/// signs for digits.
fn is_well_formed(text: &[u8]) -> bool {
    let fits = |(place, byte): (usize, &u8)| match place {
        2 | 35 | 52 | 55 => *byte == b'-',
        _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
    };
    (55..=255).contains(&text.len()) && text.iter().take(56).enumerate().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn a_traceparent_is_read() {
        let parent = parse(SOUND).unwrap();
        assert_eq!(parent.trace_id().to_string(), "0af7651916cd43dd8448eb211c80319c");
        assert!(parent.is_sampled() && parent.is_remote());
    }

    #[test]
    fn a_later_version_may_say_more() {
        let later = SOUND.replacen("00", "cc", 1) + "-what-the-future-brings";
        assert!(parse(&later).is_some());
    }

    #[test]
    fn garbage_is_ignored() {
        let zero_trace = "00-00000000000000000000000000000000-b7ad6b7169203331-01";
        let zero_span = "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01";
        let signed = SOUND.replace("-01", "-+1");
        let upper = SOUND.to_uppercase();
        let longer = format!("{SOUND}-01");
        let endless = format!("cc{}-{}", &SOUND[2..], "x".repeat(4000));
        let georgian = "კვალი".repeat(5);
        for text in ["", "-", "00", &SOUND[..54], zero_trace, zero_span, &signed, &upper, &longer, &endless, &georgian]
        {
            assert!(parse(text).is_none(), "{text}");
        }
        assert!(parse(&SOUND.replacen("00", "ff", 1)).is_none(), "a version that will never be");
    }

    #[test]
    fn outside_of_any_span_there_is_nothing_to_hand_on() {
        tracing::subscriber::with_default(tracing_subscriber::registry(), || {
            assert_eq!((current_traceparent(), current_trace_id()), (None, None));
        });
    }
}
