//! Every measure of the platform: its name, what it means, and the function that takes it.
//!
//! Dashboards and alerts use these names: a change of one is a change for the operators. Labels come from small sets
//! only; ids and anything a caller can make up stay out, as each value costs memory for good.

use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use crate::start::NotStarted;

pub const REQUEST_DURATION: &str = "darbazi_http_request_duration_seconds";
pub const APPEND_DURATION: &str = "darbazi_append_duration_seconds";
pub const EVENTS_APPENDED: &str = "darbazi_events_appended_total";
pub const RELAY_LAG: &str = "darbazi_relay_lag_events";
pub const CONSUMER_LAG: &str = "darbazi_consumer_lag_events";
pub const REACTION_FAILURES: &str = "darbazi_reaction_failures_total";
pub const POOL_CONNECTIONS: &str = "darbazi_db_pool_connections";
pub const PARKED_KEYS: &str = "darbazi_parked_keys";
pub const RELAY_BLOCKED: &str = "darbazi_relay_blocked";
pub const UNREADABLE_RECORDS: &str = "darbazi_unreadable_records_total";
pub const DEAD_LETTERS: &str = "darbazi_dead_letters";
pub const POOL_LIMIT: &str = "darbazi_db_pool_connections_limit";
pub const TIMER_OVERDUE: &str = "darbazi_timer_overdue_seconds";
pub const TIMERS_STUCK: &str = "darbazi_timers_stuck";
pub const TIMERS_FIRED: &str = "darbazi_timers_fired_total";

const REQUEST_BUCKETS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
const APPEND_BUCKETS: &[f64] = &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// How often samples are folded into their buckets, so that they do not pile up when nobody asks.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

static RECORDED: OnceLock<PrometheusHandle> = OnceLock::new();

/// Everything measured so far, in Prometheus' text format; empty before the start.
pub fn render() -> String {
    RECORDED.get().map(PrometheusHandle::render).unwrap_or_default()
}

/// A request was answered. `route` is the template (`/v1/devices/{id}`), empty when none matched.
pub fn request(service: &str, method: &str, route: &str, status: u16, elapsed: Duration) {
    let labels = [
        ("service", service.to_owned()),
        ("method", known_method(method).to_owned()),
        ("route", if route.is_empty() { "unmatched" } else { route }.to_owned()),
        ("status", status.to_string()),
    ];
    histogram!(REQUEST_DURATION, &labels).record(elapsed);
}

/// How many events of `service` are not published yet.
pub fn relay_lag(service: &str, events: u64) {
    gauge!(RELAY_LAG, "service" => service.to_owned()).set(events as f64);
}

/// How many events `consumer`, a subscription of `service`, has not seen yet.
pub fn consumer_lag(service: &str, consumer: &str, events: u64) {
    gauge!(CONSUMER_LAG, "service" => service.to_owned(), "consumer" => consumer.to_owned()).set(events as f64);
}

/// A reaction to an event failed and will be tried again or set aside.
pub fn reaction_failed(service: &str, consumer: &str) {
    counter!(REACTION_FAILURES, "service" => service.to_owned(), "consumer" => consumer.to_owned()).increment(1);
}

/// How many keys of `consumer` wait behind an event that could not be reacted to.
pub fn parked_keys(service: &str, consumer: &str, keys: u64) {
    gauge!(PARKED_KEYS, "service" => service.to_owned(), "consumer" => consumer.to_owned()).set(keys as f64);
}

/// Whether publishing the log of `service` stands still; the log says why.
pub fn relay_blocked(service: &str, blocked: bool) {
    gauge!(RELAY_BLOCKED, "service" => service.to_owned()).set(f64::from(u8::from(blocked)));
}

/// A record on `topic` is no event that `service` can read.
pub fn unreadable_record(service: &str, topic: &str) {
    counter!(UNREADABLE_RECORDS, "service" => service.to_owned(), "topic" => topic.to_owned()).increment(1);
}

/// How many events of `consumer` could not be reacted to, or wait behind one that could not.
pub fn dead_letters(service: &str, consumer: &str, events: u64) {
    gauge!(DEAD_LETTERS, "service" => service.to_owned(), "consumer" => consumer.to_owned()).set(events as f64);
}

/// How long the oldest timer that is due waits already, and how many failed again and again.
pub fn timers(service: &str, overdue: Duration, stuck: u64) {
    gauge!(TIMER_OVERDUE, "service" => service.to_owned()).set(overdue.as_secs_f64());
    gauge!(TIMERS_STUCK, "service" => service.to_owned()).set(stuck as f64);
}

/// How many connections the pool may have.
pub fn pool_limit(service: &str, connections: u64) {
    gauge!(POOL_LIMIT, "service" => service.to_owned()).set(connections as f64);
}

/// The connections of the pool to the database.
pub fn pool_connections(service: &str, idle: u64, used: u64) {
    gauge!(POOL_CONNECTIONS, "service" => service.to_owned(), "state" => "idle").set(idle as f64);
    gauge!(POOL_CONNECTIONS, "service" => service.to_owned(), "state" => "used").set(used as f64);
}

/// A timer of this kind (a deadline, an expiry, a reminder) fired.
pub fn timer_fired(service: &str, timer: &str) {
    counter!(TIMERS_FIRED, "service" => service.to_owned(), "timer" => timer.to_owned()).increment(1);
}

/// Begins to record; once for a process.
pub(crate) fn install() -> Result<(), NotStarted> {
    if RECORDED.get().is_none() {
        let recorded = builder()?.install_recorder()?;
        describe();
        keep_up(recorded.clone())?;
        RECORDED.get_or_init(|| recorded);
    }
    Ok(())
}

fn builder() -> Result<PrometheusBuilder, BuildError> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(REQUEST_DURATION.into()), REQUEST_BUCKETS)?
        .set_buckets_for_metric(Matcher::Full(APPEND_DURATION.into()), APPEND_BUCKETS)
}

fn keep_up(recorded: PrometheusHandle) -> Result<(), NotStarted> {
    let upkeep = move || loop {
        thread::sleep(UPKEEP_EVERY);
        recorded.run_upkeep();
    };
    thread::Builder::new().name("metrics".into()).spawn(upkeep)?;
    Ok(())
}

fn describe() {
    describe_histogram!(REQUEST_DURATION, Unit::Seconds, "Time from a request's arrival to its answer");
    describe_histogram!(APPEND_DURATION, Unit::Seconds, "Time to make events and their read models durable");
    describe_counter!(EVENTS_APPENDED, Unit::Count, "Events made durable");
    describe_gauge!(RELAY_LAG, Unit::Count, "Events that are durable but not published yet");
    describe_gauge!(CONSUMER_LAG, Unit::Count, "Published events that a consumer has not seen yet");
    describe_counter!(REACTION_FAILURES, Unit::Count, "Reactions to events that failed");
    describe_gauge!(POOL_CONNECTIONS, Unit::Count, "Connections to the database");
    describe_gauge!(PARKED_KEYS, Unit::Count, "Keys that wait behind an event that could not be reacted to");
    describe_gauge!(RELAY_BLOCKED, Unit::Count, "1 while publishing the log stands still");
    describe_counter!(UNREADABLE_RECORDS, Unit::Count, "Records that were no event that could be read");
    describe_gauge!(DEAD_LETTERS, Unit::Count, "Events that could not be reacted to or wait behind one that could not");
    describe_gauge!(POOL_LIMIT, Unit::Count, "Connections to the database that there may be");
    describe_gauge!(TIMER_OVERDUE, Unit::Seconds, "How long the oldest timer that is due waits already");
    describe_gauge!(TIMERS_STUCK, Unit::Count, "Timers that failed again and again");
    describe_counter!(TIMERS_FIRED, Unit::Count, "Deadlines, expiries and reminders that fired");
}

/// HTTP lets a caller invent methods.
fn known_method(method: &str) -> &str {
    match method {
        "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS" => method,
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measure_is_told_to_prometheus_with_its_meaning() {
        install().unwrap();
        install().unwrap();
        request("assets", "GET", "/v1/devices/{id}", 200, Duration::from_millis(7));
        request("assets", "BREW", "", 404, Duration::from_millis(7));
        // As the event store, which knows nothing of this crate, takes them.
        histogram!(APPEND_DURATION, "service" => "assets").record(Duration::from_micros(800));
        counter!(EVENTS_APPENDED, "service" => "assets").increment(3);
        relay_lag("assets", 5);
        consumer_lag("software", "assets", 6);
        reaction_failed("software", "assets");
        parked_keys("software", "assets", 1);
        pool_connections("assets", 4, 2);
        pool_limit("assets", 8);
        relay_blocked("assets", true);
        unreadable_record("software", "darbazi.assets.v1");
        dead_letters("software", "assets", 3);
        timers("incidents", Duration::from_secs(90), 2);
        timer_fired("incidents", "sla");

        let text = render();
        for line in [
            "# TYPE darbazi_http_request_duration_seconds histogram",
            "# HELP darbazi_http_request_duration_seconds Time from a request's arrival to its answer",
            r#"route="/v1/devices/{id}",status="200",le="0.005"} 0"#,
            r#"route="/v1/devices/{id}",status="200",le="0.01"} 1"#,
            r#"method="other",route="unmatched",status="404""#,
            r#"darbazi_append_duration_seconds_bucket{service="assets",le="0.001"} 1"#,
            r#"darbazi_events_appended_total{service="assets"} 3"#,
            r#"darbazi_relay_lag_events{service="assets"} 5"#,
            r#"darbazi_consumer_lag_events{service="software",consumer="assets"} 6"#,
            r#"darbazi_reaction_failures_total{service="software",consumer="assets"} 1"#,
            r#"darbazi_parked_keys{service="software",consumer="assets"} 1"#,
            r#"darbazi_db_pool_connections{service="assets",state="idle"} 4"#,
            r#"darbazi_db_pool_connections_limit{service="assets"} 8"#,
            r#"darbazi_relay_blocked{service="assets"} 1"#,
            r#"darbazi_unreadable_records_total{service="software",topic="darbazi.assets.v1"} 1"#,
            r#"darbazi_dead_letters{service="software",consumer="assets"} 3"#,
            r#"darbazi_timer_overdue_seconds{service="incidents"} 90"#,
            r#"darbazi_timers_stuck{service="incidents"} 2"#,
            r#"darbazi_timers_fired_total{service="incidents",timer="sla"} 1"#,
        ] {
            assert!(text.contains(line), "{line}\nis missing in\n{text}");
        }
    }
}
