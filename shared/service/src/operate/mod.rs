//! What operators do besides running: looking, verifying, rebuilding, replaying. One set of commands for the program of a
//! service and for the one of all services.
//!
//! Start with [`Operation`]. [`desk`] opens databases without taking the data directory from who runs; [`doctor`] looks
//! at everything; the other modules are a command each.

mod dead_letters;
mod desk;
mod doctor;
mod events;
mod rebuild;
mod replay;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, Subcommand};

use crate::capability::Service;
use crate::settings::Settings;
use desk::Desk;

#[derive(Debug, Subcommand)]
pub enum Operation {
    /// Look whether all is well: configuration, keys, databases, logs, consumers, timers, dead letters, topics.
    Doctor {
        #[command(flatten)]
        of: Chosen,
        /// Findings as one JSON object.
        #[arg(long)]
        json: bool,
        /// How many of the newest events of each log are read.
        #[arg(long, default_value_t = 1000)]
        events: u64,
    },
    /// Recompute every hash of the logs, or of an export.
    Verify {
        #[command(flatten)]
        of: Chosen,
        /// JSON lines of `events export`, checked without a database; `-` is the standard input.
        #[arg(long, value_name = "FILE", conflicts_with = "service")]
        export: Option<PathBuf>,
    },
    /// Make read models anew from the events, beside the live ones.
    Rebuild {
        #[command(flatten)]
        of: Chosen,
        /// The read model's table.
        #[arg(required_unless_present = "all")]
        read_model: Option<String>,
        /// Every read model.
        #[arg(long, conflicts_with = "read_model")]
        all: bool,
    },
    /// The event logs: look, take along, hear or publish again.
    Events {
        #[command(subcommand)]
        command: events::Command,
    },
    /// Events that a reaction could not handle.
    DeadLetters {
        #[command(subcommand)]
        command: dead_letters::Command,
    },
}

/// The services that a command is about.
#[derive(Debug, Args)]
pub struct Chosen {
    /// One service; all that the program knows when absent.
    #[arg(long)]
    service: Option<String>,
}

impl Chosen {
    fn among<'a>(&self, services: &'a [Service]) -> anyhow::Result<Vec<&'a Service>> {
        let Some(name) = &self.service else { return Ok(services.iter().collect()) };
        let found: Vec<_> = services.iter().filter(|service| service.name == name).collect();
        if found.is_empty() {
            bail!("there is no service {name}; there are {}", names(services));
        }
        Ok(found)
    }

    /// The one service that is meant.
    fn one<'a>(&self, services: &'a [Service]) -> anyhow::Result<&'a Service> {
        match self.among(services)?.as_slice() {
            [one] => Ok(one),
            _ => bail!("say which service with --service: {}", names(services)),
        }
    }
}

fn names(services: &[Service]) -> String {
    services.iter().map(|service| service.name).collect::<Vec<_>>().join(", ")
}

/// Carries it out over `services`. The settings may be broken: the doctor says so among the rest.
pub async fn operate(
    operation: Operation,
    settings: anyhow::Result<Settings>,
    services: &[Service],
) -> anyhow::Result<ExitCode> {
    let well = match operation {
        Operation::Doctor { of, json, events } => {
            doctor::run(settings, &of.among(services)?, events).await.print(json)?
        }
        Operation::Verify { export: Some(file), .. } => verify::offline(&file)?,
        Operation::Verify { of, export: None } => verify::logs(&Desk::new(settings?)?, &of.among(services)?).await?,
        Operation::Rebuild { of, read_model, .. } => {
            rebuild::run(&Desk::new(settings?)?, &of.among(services)?, read_model.as_deref()).await?;
            true
        }
        Operation::Events { command } => {
            events::run(&Desk::new(settings?)?, command, services).await?;
            true
        }
        Operation::DeadLetters { command } => dead_letters::run(&Desk::new(settings?)?, command, services).await?,
    };
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
