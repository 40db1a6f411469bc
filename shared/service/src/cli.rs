//! The commands of a service's binary.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};
use kernel::Clock;

use crate::capability::Service;
use crate::operate::{Operation, operate};
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
    /// Print the OpenAPI document.
    Openapi,
    /// Print the AsyncAPI document.
    Asyncapi,
    #[command(flatten)]
    Operate(Operation),
}

/// Runs a service as its own program.
pub fn main(service: Service) -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = actix_web::rt::System::new();
    match runtime.block_on(run(service, arguments)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(service: Service, arguments: Arguments) -> anyhow::Result<ExitCode> {
    let settings = || Settings::load(arguments.config.as_deref());
    match arguments.command {
        Command::Openapi => println!("{:#}", service.openapi()),
        Command::Asyncapi => println!("{:#}", service.asyncapi()),
        Command::Operate(operation) => return operate(operation, settings(), &[service]).await,
        Command::Migrate => migrate(service, settings()?).await?,
        Command::Run => serve(service, settings()?).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn migrate(service: Service, settings: Settings) -> anyhow::Result<()> {
    let telemetry = telemetry::start(&settings.telemetry(service.name)).context("telemetry")?;
    drop(Platform::open(settings, Clock::system())?.store(&service).await?);
    telemetry.stop();
    Ok(())
}

async fn serve(service: Service, settings: Settings) -> anyhow::Result<()> {
    let telemetry = telemetry::start(&settings.telemetry(service.name)).context("telemetry")?;
    let listen = settings.listen.clone().unwrap_or_else(|| default_address(service.name).to_owned());
    let platform = Platform::open(settings, Clock::system())?;
    let running = platform.start(vec![service], |_| listen.clone()).await?;
    told_to_stop().await;
    for service in running {
        service.stop().await;
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
