//! What `scripts/bench` drives and counts with. Each command prints lines of a name and a number.
//!
//! [`log`] measures the event store by itself, [`kafka`] the relay, [`pace`] what follows from commands at a constant rate,
//! [`token`] the check of tokens; [`report`] turns the numbers of a run into the table of `docs/performance.md`.

mod aims;
mod asset;
mod kafka;
mod log;
mod pace;
mod report;
mod token;

use std::path::PathBuf;

use clap::Parser;

#[derive(Parser)]
enum Command {
    /// Commands a second on the event store.
    Append { url: String, writers: u64, assets: u64, commands: u64 },
    /// Fills a log: so many assets with so many events each.
    Fill { url: String, assets: u64, events: u64 },
    /// Events folded a second.
    Replay { url: String },
    /// Events a second when a read model is made anew.
    Rebuild { url: String },
    /// Events published a second from a log that is full.
    Relay { url: String, servers: String, prefix: String },
    /// Records a second of a bare producer.
    Produce { servers: String, topic: String, records: u64 },
    /// Milliseconds from a command to its event on Kafka.
    ToKafka {
        #[command(flatten)]
        target: pace::Target,
        #[arg(long)]
        servers: String,
        #[arg(long)]
        topic: String,
    },
    /// Milliseconds from a command to its effect in another service.
    ToEffect {
        #[command(flatten)]
        target: pace::Target,
        #[arg(long)]
        database: String,
        /// Gives `id` and `at` of every effect.
        #[arg(long)]
        query: String,
    },
    /// Writes a key set and a token into a directory.
    Token { directory: PathBuf },
    /// Microseconds to check a token.
    CheckToken { seconds: f64 },
    /// Writes the results of a run as JSON, and into the marked section of a page.
    Report { facts: PathBuf, json: PathBuf, page: PathBuf },
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Command::parse() {
        Command::Append { url, writers, assets, commands } => log::append(&url, writers, assets, commands).await,
        Command::Fill { url, assets, events } => log::fill(&url, assets, events).await,
        Command::Replay { url } => log::replay(&url).await,
        Command::Rebuild { url } => log::rebuild(&url).await,
        Command::Relay { url, servers, prefix } => kafka::relay(&url, &servers, &prefix).await,
        Command::Produce { servers, topic, records } => kafka::produce(&servers, &topic, records).await,
        Command::ToKafka { target, servers, topic } => pace::to_kafka(&target, &servers, &topic).await,
        Command::ToEffect { target, database, query } => pace::to_effect(&target, &database, &query).await,
        Command::Token { directory } => token::write(&directory),
        Command::CheckToken { seconds } => token::check(seconds).await,
        Command::Report { facts, json, page } => report::write(&facts, &json, &page),
    }
}

/// A line of the output.
pub fn say(name: &str, value: f64) {
    println!("{name} {value:.3}");
}

/// The middle and the slowest hundredth.
pub fn say_percentiles(name: &str, mut values: Vec<f64>) {
    values.sort_by(f64::total_cmp);
    let at = |share: f64| values[((values.len() as f64 * share).ceil() as usize).clamp(1, values.len()) - 1];
    if !values.is_empty() {
        say(&format!("{name}_p50_ms"), at(0.5));
        say(&format!("{name}_p99_ms"), at(0.99));
    }
}
