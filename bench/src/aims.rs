//! What is aimed at, and of what.

use Rule::{AtLeast, AtMost, TimesAtLeast, TimesAtMost};

/// One row of the table.
pub struct Aim {
    pub cell: &'static str,
    pub case: &'static str,
    /// What we measure.
    pub ours: &'static str,
    pub rule: Rule,
}

/// Which numbers are good ones.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    AtLeast(f64),
    AtMost(f64),
    /// Of what is measured beside it, repetition by repetition.
    TimesAtLeast(f64, &'static str),
    TimesAtMost(f64, &'static str),
}

const fn aim(cell: &'static str, case: &'static str, ours: &'static str, rule: Rule) -> Aim {
    Aim { cell, case, ours, rule }
}

pub const AIMS: &[Aim] = &[
    aim("commands", "8 connections", "commands", TimesAtLeast(1.0, "pgbench, event and row")),
    aim("commands", "32 connections", "commands", TimesAtLeast(1.5, "pgbench, event and row")),
    aim("commands", "32 connections", "commands", TimesAtLeast(0.6, "pgbench, event alone")),
    aim("store", "8 writers", "event store", TimesAtLeast(3.0, "postgres-es with view")),
    aim("store", "32 writers", "event store", TimesAtLeast(3.0, "postgres-es with view")),
    aim("store", "32 writers", "event store", TimesAtLeast(3.0, "postgres-es without view")),
    aim("replay", "fold", "replay", TimesAtLeast(3.0, "postgres-es replay")),
    aim("replay", "read model", "rebuild", AtLeast(50_000.0)),
    aim("reads", "one, p50", "GET", TimesAtMost(2.0, "pgbench SELECT")),
    aim("reads", "list of 50, p50", "GET", TimesAtMost(2.0, "pgbench SELECT")),
    aim("reads", "last page, p50", "GET", TimesAtMost(1.5, "first page")),
    aim("delivery", "command to Kafka, p50", "delay", AtMost(20.0)),
    aim("delivery", "command to Kafka, p99", "delay", AtMost(150.0)),
    aim("delivery", "command to effect, p50", "delay", AtMost(20.0)),
    aim("delivery", "command to effect, p99", "delay", AtMost(150.0)),
    aim("relay", "catching up", "relay", TimesAtLeast(0.3, "bare producer")),
    aim("gateway", "64 connections", "gateway", TimesAtLeast(0.5, "nginx")),
    aim("gateway", "1 connection, added p50", "gateway", AtMost(1.0)),
    aim("token", "a known token", "verifier", TimesAtMost(2.0, "jsonwebtoken alone")),
    aim("token", "a new token", "verifier", TimesAtMost(2.0, "jsonwebtoken alone")),
    aim("memory", "at rest", "all in one", AtMost(150.0)),
    aim("memory", "after load", "all in one", AtMost(400.0)),
    aim("memory", "start to ready", "all in one", AtMost(2.0)),
    aim("growth", "commands, 1,000,000 events", "commands", TimesAtLeast(0.67, "at 10,000 events")),
    aim("growth", "list, 1,000,000 events, p50", "GET", TimesAtMost(1.5, "at 10,000 events")),
];
