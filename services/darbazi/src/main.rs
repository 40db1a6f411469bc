//! `darbazi run`, and the operators' commands.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use darbazi::{functions, platform, samples};
use kernel::Clock;
use service::{Operation, Settings, operate, told_to_stop};

/// The IT department's platform: five services and their gateway in one process.
#[derive(Parser)]
#[command(version)]
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
    Run {
        /// Load the sample data once everything serves.
        #[arg(long)]
        samples: bool,
    },
    /// Sample data.
    Samples {
        #[command(subcommand)]
        command: SampleCommand,
    },
    #[command(flatten)]
    Operate(Operation),
    /// Print which functions of the department have operations.
    Functions,
}

#[derive(Subcommand)]
enum SampleCommand {
    /// Load it into a running platform; loading it twice changes nothing.
    Load {
        /// Address of the gateway.
        #[arg(long, default_value = "http://127.0.0.1:8080")]
        url: String,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match actix_web::rt::System::new().block_on(carry_out(arguments)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn carry_out(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let settings = Settings::load(arguments.config.as_deref());
    match arguments.command {
        Command::Run { samples } => run(settings?, samples).await?,
        Command::Samples { command: SampleCommand::Load { url } } => samples::load(&url, &settings?).await?,
        Command::Operate(operation) => return operate(operation, settings, &darbazi::services()).await,
        Command::Functions => print!("{}", functions::report()),
    }
    Ok(ExitCode::SUCCESS)
}

async fn run(settings: Settings, with_samples: bool) -> anyhow::Result<()> {
    let telemetry = telemetry::start(&settings.telemetry("darbazi"))?;
    let serving = platform::start(settings.clone(), Clock::system(), platform::addresses(&settings)).await?;
    println!("Darbazi serves at {} (documents: {}/docs)", serving.gateway.url(), serving.gateway.url());
    if with_samples && let Err(error) = samples::load(&serving.gateway.url(), &settings).await {
        eprintln!("the sample data are not complete: {error:#}");
    }
    told_to_stop().await;
    println!("stopping: requests under way may finish");
    serving.stop().await;
    telemetry.stop();
    Ok(())
}
