//! The commands of a service's binary.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Parser, Subcommand};
use kernel::Clock;

use crate::capability::Service;
use crate::running::Platform;
use crate::settings::Settings;

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
    /// Bring the database up to date, then end.
    Migrate,
    /// Make a read model anew from the events, beside the live one.
    Rebuild { read_model: String },
    /// Print the OpenAPI document.
    Openapi,
    /// Print the AsyncAPI document.
    Asyncapi,
    /// Recompute every hash of the log.
    Verify,
}

/// Runs a service as its own program.
pub fn main(service: Service) -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = actix_web::rt::System::new();
    match runtime.block_on(run(service, arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(service: Service, arguments: Arguments) -> anyhow::Result<()> {
    match &arguments.command {
        Command::Openapi => println!("{:#}", service.openapi()),
        Command::Asyncapi => println!("{:#}", service.asyncapi()),
        _ => return operate(service, arguments).await,
    }
    Ok(())
}

async fn operate(service: Service, arguments: Arguments) -> anyhow::Result<()> {
    let settings = Settings::load(arguments.config.as_deref())?;
    let telemetry = telemetry::start(&settings.telemetry(service.name)).context("telemetry")?;
    let listen = settings.listen.clone().unwrap_or_else(|| default_address(service.name).to_owned());
    let platform = Platform::open(settings, Clock::system())?;
    match arguments.command {
        Command::Run => {
            let running = platform.start(vec![service], |_| listen.clone()).await?;
            told_to_stop().await;
            for service in running {
                service.stop().await;
            }
        }
        Command::Migrate => drop(platform.store(&service).await?),
        Command::Rebuild { read_model } => rebuild(&platform, &service, &read_model).await?,
        Command::Verify => verify(&platform, &service).await?,
        Command::Openapi | Command::Asyncapi => {}
    }
    telemetry.stop();
    Ok(())
}

/// Where each service listens unless configured otherwise.
pub fn default_address(service: &str) -> &'static str {
    match service {
        "identity" => "127.0.0.1:8081",
        "assets" => "127.0.0.1:8082",
        "incidents" => "127.0.0.1:8083",
        "software" => "127.0.0.1:8084",
        "contracts" => "127.0.0.1:8085",
        _ => "127.0.0.1:8080",
    }
}

async fn rebuild(platform: &Platform, service: &Service, read_model: &str) -> anyhow::Result<()> {
    let store = platform.store(service).await?;
    let Some(aggregate) = service.aggregates().find(|aggregate| aggregate.table == read_model) else {
        let known: Vec<_> = service.aggregates().map(|aggregate| aggregate.table).collect();
        bail!("there is no read model {read_model}; there are {}", known.join(", "));
    };
    let built = (aggregate.rebuild)(store).await?;
    println!("{read_model}: {} rows from {} events", built.rows, built.events);
    Ok(())
}

async fn verify(platform: &Platform, service: &Service) -> anyhow::Result<()> {
    let verdict = platform.store(service).await?.verify().await?;
    println!("{}: {} events in {} streams", service.name, verdict.events, verdict.streams);
    for (position, fault) in &verdict.faults {
        println!("  position {position}: {fault}");
    }
    if verdict.faults.is_empty() { Ok(()) } else { bail!("the log is not as it was written") }
}

/// Ctrl-C, or what Kubernetes sends.
pub async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}
