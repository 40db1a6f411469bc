//! Events that a reaction could not handle: to look at, to retry, to skip.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use event_store::Store;
use messaging::dead_letters::{self, DeadLetter, Operator};
use serde_json::json;
use uuid::Uuid;

use super::Chosen;
use super::desk::Desk;
use crate::capability::Service;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// What is parked, in the order it came.
    List {
        #[command(flatten)]
        of: Chosen,
        #[command(flatten)]
        which: Which,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// One event with everything that is known of it, and what operators did with it.
    Show {
        #[command(flatten)]
        of: Chosen,
        id: Uuid,
    },
    /// Handle what is parked again, key by key and in order, until one fails.
    Retry {
        #[command(flatten)]
        of: Chosen,
        #[command(flatten)]
        which: Which,
        /// Everything parked under the key of this event.
        #[arg(required_unless_present_any = ["all", "key", "subscription"])]
        id: Option<Uuid>,
        /// Every key.
        #[arg(long)]
        all: bool,
        /// Why, for the record.
        #[arg(long)]
        reason: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// Give one event up. It stays on record; what waits behind it can be retried then.
    Skip {
        #[command(flatten)]
        of: Chosen,
        id: Uuid,
        /// Why, for the record.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        by: By,
    },
}

#[derive(Debug, Args)]
pub struct Which {
    /// Of one subscription, as `list` prints it.
    #[arg(long)]
    subscription: Option<String>,
    /// Of one key.
    #[arg(long)]
    key: Option<String>,
}

#[derive(Debug, Args)]
pub struct By {
    /// Who does it, for the record; the user of the system when absent.
    #[arg(long, env = "USER")]
    operator: Option<String>,
}

impl By {
    fn operator(self, reason: Option<String>) -> anyhow::Result<Operator> {
        let name = match self.operator.filter(|name| !name.trim().is_empty()) {
            Some(name) => name,
            None => {
                let own = std::fs::metadata("/proc/self").context("say who you are with --operator")?;
                format!("user {}", own.uid())
            }
        };
        Ok(Operator { name, reason })
    }
}

/// Whether all went well.
pub(super) async fn run(desk: &Desk, command: Command, services: &[Service]) -> anyhow::Result<bool> {
    match command {
        Command::List { of, which, json } => list(desk, &of.among(services)?, &which, json).await,
        Command::Show { of, id } => show(desk, &of.among(services)?, id).await,
        Command::Retry { of, which, id, reason, by, .. } => {
            retry(desk, &of.among(services)?, &which, id, &by.operator(reason)?).await
        }
        Command::Skip { of, id, reason, by } => {
            if reason.trim().is_empty() {
                bail!("--reason says why the event is given up; it cannot be empty");
            }
            skip(desk, &of.among(services)?, id, &by.operator(Some(reason))?).await
        }
    }
}

async fn list(desk: &Desk, services: &[&Service], which: &Which, as_json: bool) -> anyhow::Result<bool> {
    let mut count = 0;
    for service in services {
        let store = desk.look(service.name).await?;
        for letter in dead_letters::list(&store, which.subscription.as_deref(), which.key.as_deref()).await? {
            count += 1;
            match as_json {
                true => println!("{}", json!({ "service": service.name, "dead_letter": letter })),
                false => print(service.name, &letter),
            }
        }
    }
    if !as_json {
        println!("{count} parked");
    }
    Ok(true)
}

fn print(service: &str, letter: &DeadLetter) {
    let (kind, number) = (letter.event["type"].as_str(), letter.event["number"].as_str());
    println!("{}  {service}", letter.id);
    println!("    {} on {} {}", letter.subscription, kind.unwrap_or("?"), number.unwrap_or("?"));
    println!("    key {}, {} attempts since {}", letter.key, letter.attempts, letter.first_at.format("%F %T UTC"));
    println!("    {}", letter.error);
}

async fn show(desk: &Desk, services: &[&Service], id: Uuid) -> anyhow::Result<bool> {
    let (service, store, letter) = find(desk, services, id).await?;
    let actions = dead_letters::actions(&store, id).await?;
    println!("{:#}", json!({ "service": service.name, "dead_letter": letter, "actions": actions }));
    Ok(true)
}

async fn find<'a>(desk: &Desk, services: &[&'a Service], id: Uuid) -> anyhow::Result<(&'a Service, Store, DeadLetter)> {
    for service in services {
        let store = desk.look(service.name).await?;
        if let Some(letter) = dead_letters::find(&store, id).await? {
            return Ok((service, store, letter));
        }
    }
    bail!("no dead letter is called {id}; `dead-letters list` shows those that are parked")
}

async fn retry(
    desk: &Desk,
    services: &[&Service],
    which: &Which,
    id: Option<Uuid>,
    by: &Operator,
) -> anyhow::Result<bool> {
    let mut keys = BTreeSet::new();
    if let Some(id) = id {
        let (service, _, letter) = find(desk, services, id).await?;
        if letter.state != "parked" {
            bail!("{id} is not parked any more: it was {}", letter.state);
        }
        keys.insert((service.name, letter.key));
    } else {
        for service in services {
            let store = desk.look(service.name).await?;
            let letters = dead_letters::list(&store, which.subscription.as_deref(), which.key.as_deref()).await?;
            keys.extend(letters.into_iter().map(|letter| (service.name, letter.key)));
        }
    }
    if keys.is_empty() {
        println!("nothing of the kind is parked");
    }
    let mut well = true;
    for (name, key) in keys {
        let Some(service) = services.iter().find(|service| service.name == name) else { continue };
        let (store, reactions) = (desk.write(service).await?, service.subscribed());
        let retried = dead_letters::retry(&store, &reactions, &key, by).await?;
        println!("{name}, key {key}: {} handled, {} still parked", retried.through, retried.left);
        if let Some(error) = &retried.error {
            println!("    {error}");
        }
        well &= retried.left == 0;
    }
    Ok(well)
}

async fn skip(desk: &Desk, services: &[&Service], id: Uuid, by: &Operator) -> anyhow::Result<bool> {
    let (service, _, letter) = find(desk, services, id).await?;
    let store = desk.write(service).await?;
    if !dead_letters::skip(&store, id, by).await? {
        bail!("{id} is not parked any more: it was {}", letter.state);
    }
    println!("{id} is skipped, as {} wanted", by.name);
    let left = dead_letters::list(&store, None, Some(&letter.key)).await?;
    if let Some(next) = left.first() {
        println!("{} more wait under its key: `dead-letters retry {}`", left.len(), next.id);
    }
    Ok(true)
}
