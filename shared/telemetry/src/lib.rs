//! What a running service tells its operators: logs, traces and metrics.
//!
//! [`start()`] sets all three up for the process, as [`Options`] say. Code then uses `tracing` as usual; [`trace`] carries
//! a trace from one service to the next, and [`metrics`] holds the name of every measure and a function to take it.
//! Inside, `logs` writes the lines and `export` sends spans to a collector.

mod export;
mod logs;
pub mod metrics;
mod options;
mod start;
pub mod trace;

pub use options::{Format, Options};
pub use start::{NotStarted, Telemetry, start};
pub use trace::{continue_from, current_trace_id, current_traceparent};
