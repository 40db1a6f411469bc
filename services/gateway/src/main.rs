//! The gateway as a program of its own.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};
use gateway::Gateway;
use kernel::Clock;
use service::{Settings, told_to_stop};

#[derive(Parser)]
struct Arguments {
    /// Configuration file (TOML); every key can be given as `DARBAZI_<KEY>` too.
    #[arg(long, env = "DARBAZI_CONFIG", global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until told to stop.
    Run,
}

fn main() -> ExitCode {
    let Arguments { config, command: Command::Run } = Arguments::parse();
    match actix_web::rt::System::new().block_on(run(config)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(config: Option<PathBuf>) -> anyhow::Result<()> {
    let settings = Settings::load(config.as_deref())?;
    let telemetry = telemetry::start(&settings.telemetry("gateway"))?;
    let services = settings.services.as_deref().context("DARBAZI_SERVICES names the services: identity=http://…,…")?;
    let upstreams = gateway::upstreams(services)?;
    let listen = settings.listen.clone().unwrap_or_else(|| "127.0.0.1:8080".into());
    let running = gateway::start(Gateway { upstreams, settings, clock: Clock::system() }, &listen)?;
    told_to_stop().await;
    running.stop().await;
    telemetry.stop();
    Ok(())
}
