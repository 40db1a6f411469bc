//! Hearing and publishing again: a consumer's place, and the relay's, set back.
//!
//! The inbox keeps effects to one for each event and subscription. What is heard again takes effect only where it had none:
//! a reaction that is new, or an event that was passed over.

use std::str::FromStr;

use anyhow::{Context, bail};
use chrono::{DateTime, Duration, Utc};
use clap::Args;
use event_store::{Store, statement};
use messaging::place;
use messaging::topics::Topics;
use sea_orm::ConnectionTrait;

use super::Chosen;
use super::desk::Desk;
use crate::capability::Service;

/// How far the clocks of machines may be apart; what is heard twice does nothing.
const CLOCKS_APART: Duration = Duration::seconds(60);

#[derive(Debug, Args)]
pub struct Replay {
    #[command(flatten)]
    of: Chosen,
    /// Whose events are to be heard again.
    #[arg(long)]
    producer: String,
    /// A position of the producer's log, a time (RFC 3339), or `beginning`.
    #[arg(long)]
    from: Start,
    /// Only say what would be done.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Args)]
pub struct Republish {
    #[command(flatten)]
    of: Chosen,
    /// A position of the log, a time (RFC 3339), or `beginning`.
    #[arg(long)]
    from: Start,
    /// Only say what would be done.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    Beginning,
    Position(i64),
    Time(DateTime<Utc>),
}

impl FromStr for Start {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "beginning" {
            return Ok(Self::Beginning);
        }
        if let Some(position) = text.parse().ok().filter(|position| *position > 0) {
            return Ok(Self::Position(position));
        }
        let time = DateTime::parse_from_rfc3339(text);
        time.map(|time| Self::Time(time.to_utc()))
            .map_err(|_| "a position (1, 2, …), a time (2026-03-02T09:00:00+04:00) or `beginning` is wanted".to_owned())
    }
}

impl Start {
    /// The last position that is left out.
    async fn after(self, log: &Store) -> anyhow::Result<i64> {
        Ok(match self {
            Self::Beginning => 0,
            Self::Position(position) => position - 1,
            Self::Time(time) => {
                let sql = "SELECT min(position) AS n FROM events WHERE recorded_at >= $1";
                let first: Option<i64> = value(log, sql, time.into()).await?;
                first.map_or(log.horizon().await?, |first| first - 1)
            }
        })
    }
}

async fn value<T: sea_orm::TryGetable>(log: &Store, sql: &str, value: sea_orm::Value) -> anyhow::Result<Option<T>> {
    let select = statement(log.database().backend(), sql, [value]);
    let row = log.database().reader.query_one_raw(select).await?;
    Ok(row.map(|row| row.try_get::<Option<T>>("", "n")).transpose()?.flatten())
}

pub(super) async fn replay(desk: &Desk, command: Replay, services: &[Service]) -> anyhow::Result<()> {
    let service = command.of.one(services)?;
    let heard: Vec<&'static str> = service.subscribed().iter().map(|reaction| reaction.service).collect();
    let Some(producer) = heard.iter().find(|name| **name == command.producer) else {
        let mut known = heard;
        known.sort_unstable();
        known.dedup();
        bail!("{} hears nothing of {}; it hears {}", service.name, command.producer, known.join(", "));
    };
    match &desk.settings.kafka {
        Some(servers) => {
            let topics = Topics::new(servers, &desk.settings.kafka_prefix);
            on_kafka(desk, &topics, service.name, producer, &command).await
        }
        None => in_process(desk, service, producer, &command).await,
    }
}

async fn in_process(desk: &Desk, service: &Service, producer: &'static str, command: &Replay) -> anyhow::Result<()> {
    let (store, log) = (desk.write(service).await?, desk.look(producer).await?);
    let (after, horizon) = (command.from.after(&log).await?, log.horizon().await?);
    if after > horizon {
        bail!("the log of {producer} ends at position {horizon}");
    }
    let before = place::heard(&store, producer).await?;
    println!("{} heard {producer} up to position {before}; it will hear it again after {after}", service.name);
    if command.dry_run {
        println!("nothing was changed (--dry-run)");
        return Ok(());
    }
    let _stopped = desk.stopped(&store).await?;
    place::hear_again(&store, producer, after).await?;
    println!("done: at its next start {} events come again, and take effect where they had none", horizon - after);
    Ok(())
}

async fn on_kafka(
    desk: &Desk,
    topics: &Topics,
    service: &'static str,
    producer: &'static str,
    command: &Replay,
) -> anyhow::Result<()> {
    if !topics.is_reachable().await {
        bail!("Kafka does not answer at {}", desk.settings.kafka.as_deref().unwrap_or_default());
    }
    let since = match command.from {
        Start::Beginning => None,
        Start::Time(time) => Some(time),
        Start::Position(position) => Some(recorded_at(desk, producer, position).await? - CLOCKS_APART),
    };
    let moves = topics.rewind(service, producer, since, command.dry_run).await?;
    if moves.is_empty() {
        bail!("the topic {} is not there", topics.name(producer));
    }
    let mut again = 0;
    for step in &moves {
        let from = step.from.map_or("the beginning".to_owned(), |from| from.to_string());
        println!("partition {:>2}: offset {from} → {}", step.partition, step.to);
        again += (step.from.unwrap_or(step.to) - step.to).max(0);
    }
    match command.dry_run {
        true => println!("{again} records would come again; nothing was changed (--dry-run)"),
        false => println!("done: at its next start {again} records come again, and take effect where they had none"),
    }
    Ok(())
}

/// When the event at the position was recorded: it was published after that.
async fn recorded_at(desk: &Desk, producer: &'static str, position: i64) -> anyhow::Result<DateTime<Utc>> {
    let of_each = desk.settings.database_url.as_ref().is_none_or(|url| url.reveal().contains("{service}"));
    if !of_each {
        bail!(
            "the log of {producer} is not in this service's database: give --from a time, or use `darbazi events replay`"
        );
    }
    let log = desk.look(producer).await?;
    let sql = "SELECT min(recorded_at) AS n FROM events WHERE position >= $1";
    let found = value(&log, sql, position.into()).await?;
    found.with_context(|| format!("the log of {producer} ends before position {position}"))
}

pub(super) async fn republish(desk: &Desk, command: Republish, services: &[Service]) -> anyhow::Result<()> {
    let service = command.of.one(services)?;
    if desk.settings.kafka.is_none() {
        bail!("no Kafka is configured: the log is not published, its readers look at it themselves");
    }
    let store = desk.write(service).await?;
    let (after, horizon) = (command.from.after(&store).await?, store.horizon().await?);
    if after > horizon {
        bail!("the log of {} ends at position {horizon}", service.name);
    }
    let before = place::published(&store).await?;
    println!("{} was published up to position {before}; it will be published after {after}", service.name);
    if command.dry_run {
        println!("nothing was changed (--dry-run)");
        return Ok(());
    }
    // On PostgreSQL the lease is taken from the relay that leads; on SQLite the lock on the directory is the lease.
    let _stopped = if desk.settings.database_url.is_none() { Some(desk.stopped(&store).await?) } else { None };
    place::publish_again(&store, after).await?;
    println!("done: the log has {horizon} positions; the relay goes on within seconds, or at the next start");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_position_a_time_or_the_beginning() {
        assert_eq!("beginning".parse(), Ok(Start::Beginning));
        assert_eq!("12".parse(), Ok(Start::Position(12)));
        assert!(matches!("2026-03-02T09:00:00+04:00".parse(), Ok(Start::Time(_))));
        assert!("0".parse::<Start>().is_err() && "yesterday".parse::<Start>().is_err());
    }
}
