//! The telemetry of a process: one test binary, as a process starts it once.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod collector;

use std::sync::LazyLock;
use std::thread;

use collector::Collector;
use telemetry::{Options, Telemetry, continue_from, current_trace_id, current_traceparent};
use tracing::info_span;

const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

static PROCESS: LazyLock<(Collector, Telemetry)> = LazyLock::new(|| {
    let collector = Collector::listening();
    let options = Options {
        otlp_endpoint: Some(collector.address.clone()),
        service: "assets-under-test".into(),
        // Quiet logs must not cut traces.
        filter: "off".into(),
        ..Options::default()
    };
    let telemetry = telemetry::start(&options).unwrap();
    (collector, telemetry)
});

fn started() -> &'static (Collector, Telemetry) {
    &PROCESS
}

#[test]
fn a_finished_span_arrives_at_the_collector() {
    let (collector, telemetry) = started();
    info_span!("hand-over-of-a-device").in_scope(|| tracing::info!("signed"));
    telemetry.stop();
    let batch = collector.batch_with("hand-over-of-a-device");
    assert!(batch.head.starts_with("POST /v1/traces "), "{}", batch.head);
    assert!(batch.head.to_lowercase().contains("content-type: application/x-protobuf"), "{}", batch.head);
    assert!(batch.says("assets-under-test"));
}

/// The thread that blocks is the only one that could drive the services' own tasks.
#[tokio::test(flavor = "current_thread")]
async fn stopping_sends_the_last_spans_while_the_runtime_is_blocked() {
    let (collector, telemetry) = started();
    info_span!("the-last-request").in_scope(|| ());
    telemetry.stop();
    assert!(collector.batch_with("the-last-request").says("assets-under-test"));
}

#[test]
fn stopping_one_service_leaves_the_others_their_traces() {
    let (collector, telemetry) = started();
    telemetry.stop();
    info_span!("after-a-stop").in_scope(|| ());
    telemetry.stop();
    collector.batch_with("after-a-stop");
}

#[test]
fn a_second_start_gets_what_the_first_one_started() {
    started();
    let second = Options { otlp_endpoint: Some("not an address".into()), ..Options::default() };
    assert!(telemetry::start(&second).is_ok());
}

#[test]
fn a_trace_travels_from_a_caller_through_a_service_to_the_next() {
    started();
    let first = info_span!("request");
    continue_from(&first, Some(PARENT));
    let handed_on = first.in_scope(|| current_traceparent().unwrap());
    assert_eq!(&handed_on[..36], &PARENT[..36], "the same trace");
    assert_ne!(handed_on, PARENT, "another span");

    let next = thread::spawn(move || {
        let next = info_span!("request");
        continue_from(&next, Some(&handed_on));
        next.in_scope(|| current_trace_id().unwrap())
    });
    assert_eq!(next.join().unwrap(), PARENT[3..35]);
}

#[test]
fn a_span_within_a_span_is_part_of_its_trace() {
    started();
    let request = info_span!("request");
    continue_from(&request, Some(PARENT));
    let inner = request.in_scope(|| info_span!("append").in_scope(|| current_traceparent().unwrap()));
    assert_eq!(&inner[..36], &PARENT[..36]);
}

#[test]
fn without_a_readable_parent_a_span_begins_its_own_trace() {
    started();
    let trace_after = |traceparent| {
        let span = info_span!("request");
        continue_from(&span, traceparent);
        span.in_scope(|| current_trace_id().unwrap())
    };
    let traces = [None, Some(""), Some("garbage"), Some("00-0-0-01"), Some("კვალი")].map(trace_after);
    for (place, trace) in traces.iter().enumerate() {
        assert_eq!(trace.len(), 32);
        assert!(!traces[..place].contains(trace));
    }
}

#[test]
fn a_parent_comes_too_late_for_a_span_that_has_begun() {
    started();
    let span = info_span!("request");
    let before = span.in_scope(|| current_trace_id().unwrap());
    continue_from(&span, Some(PARENT));
    assert_eq!(span.in_scope(|| current_trace_id().unwrap()), before);
}

#[test]
fn measures_are_told_to_prometheus() {
    started();
    telemetry::metrics::timer_fired("incidents", "sla");
    assert!(telemetry::metrics::render().contains("darbazi_timers_fired_total{"));
}
