//! The event logs on a terminal: as the world sees them, or whole.

use std::io::Write;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, Subcommand};
use event_store::chain::{Chain, ExportedEvent};
use event_store::{Store, StoredEvent};
use messaging::CloudEvent;

use super::desk::Desk;
use super::replay::{Replay, Republish};
use super::verify::{End, Line, Totals};
use super::{Chosen, replay};
use crate::capability::Service;

const PAGE: u64 = 1_000;
/// What is shown of each log when nobody says from where.
const NEWEST: i64 = 20;
const POLL: Duration = Duration::from_millis(500);

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print events as CloudEvents, one JSON object a line; personal fields stay sealed.
    Tail(Tail),
    /// Print every stored event with all that its hash covers, for `verify --export`.
    Export {
        #[command(flatten)]
        of: Chosen,
    },
    /// Make a service hear another one's events again.
    Replay(Replay),
    /// Publish a service's events to Kafka again.
    Republish(Republish),
}

#[derive(Debug, Args)]
pub struct Tail {
    #[command(flatten)]
    of: Chosen,
    /// The first position to print; the newest twenty of each log when absent.
    #[arg(long, value_name = "POSITION")]
    from: Option<i64>,
    /// Wait for more.
    #[arg(long)]
    follow: bool,
    /// Only these: `device.assigned.v1`, or the beginning of the name up to a dot (`device`). May be repeated.
    #[arg(long = "type", value_name = "NAME")]
    types: Vec<String>,
}

pub(super) async fn run(desk: &Desk, command: Command, services: &[Service]) -> anyhow::Result<()> {
    match command {
        Command::Tail(tail) => print(desk, &tail, &tail.of.among(services)?).await,
        Command::Export { of } => export(desk, &of.among(services)?).await,
        Command::Replay(command) => replay::replay(desk, command, services).await,
        Command::Republish(command) => replay::republish(desk, command, services).await,
    }
}

async fn print(desk: &Desk, tail: &Tail, services: &[&Service]) -> anyhow::Result<()> {
    let mut logs = vec![];
    for service in services {
        let store = desk.look(service.name).await?;
        let after = match tail.from {
            Some(from) => from - 1,
            None => store.horizon().await?.saturating_sub(NEWEST),
        };
        logs.push((store, after.max(0)));
    }
    loop {
        let mut more = false;
        for (store, after) in &mut logs {
            let page = store.tail(*after, PAGE).await?;
            *after = page.until;
            more |= page.more;
            let wanted = page.events.iter().filter(|event| tail.wants(store.service(), event));
            let lines = wanted.map(|event| serde_json::to_string(&CloudEvent::of(store.service(), event)));
            if !written(&lines.collect::<Result<Vec<_>, _>>()?)? {
                return Ok(());
            }
        }
        match (more, tail.follow) {
            (true, _) => {}
            (false, true) => tokio::time::sleep(POLL).await,
            (false, false) => return Ok(()),
        }
    }
}

impl Tail {
    fn wants(&self, service: &str, event: &StoredEvent) -> bool {
        let begins = |wanted: &String| {
            let wanted = wanted.strip_prefix(&format!("darbazi.{service}.")).unwrap_or(wanted);
            event.name.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.types.is_empty() || self.types.iter().any(begins)
    }
}

async fn export(desk: &Desk, services: &[&Service]) -> anyhow::Result<()> {
    for service in services {
        let store = desk.look(service.name).await?;
        let read = export_log(&store).await;
        if !read.with_context(|| format!("{}: the log", service.name))? {
            return Ok(());
        }
    }
    Ok(())
}

/// Everything up to where the log ends now; whether somebody still listens.
async fn export_log(store: &Store) -> anyhow::Result<bool> {
    let (horizon, mut after, mut chain) = (store.horizon().await?, 0, Chain::default());
    let service = store.service().to_owned();
    while after < horizon {
        let page = store.tail(after, PAGE).await?;
        let mut lines = vec![];
        for event in page.events.iter().filter(|event| event.position <= horizon) {
            // Faults are for `verify` to name.
            let _ = chain.check(event);
            lines.push(serde_json::to_string(&Line { service: service.clone(), event: ExportedEvent::from(event) })?);
        }
        if !written(&lines)? {
            return Ok(false);
        }
        after = page.until;
    }
    Ok(written(&[serde_json::to_string(&End { service, end: Totals::of(&chain) })?])?)
}

/// Prints the lines; `false` when the reader of a pipe has gone.
fn written(lines: &[String]) -> std::io::Result<bool> {
    let mut out = std::io::stdout().lock();
    let mut print = || {
        lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
        out.flush()
    };
    match print() {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        other => other.map(|()| true),
    }
}
