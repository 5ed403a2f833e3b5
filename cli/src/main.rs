//! `rail`, the operator's command. It works with AWS credentials, as the AWS command line finds them: there is no secret
//! from which the first API key would have to be bootstrapped.

mod deployment;
mod keys;
mod redrive;

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use deployment::Deployment;
use rail::wiring::Wiring;
use serde::Serialize;

/// Operates a deployed webhooks rail.
///
/// Uses the AWS credentials and Region of the environment or of the profile in use. Exit codes: 0 done, 1 failed, 2 wrong
/// usage.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Cli {
    /// The name of the deployment's CloudFormation stack.
    #[arg(long, env = "RAIL_STACK", global = true, value_name = "NAME")]
    stack: Option<String>,
    /// Print JSON, for programs.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// API keys.
    #[command(subcommand)]
    Keys(keys::Command),
    /// Shows the messages that landed in the dead-letter queues, and puts them back.
    Redrive(redrive::Redrive),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rail: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<(), Box<dyn Error>> {
    let stack = cli.stack.ok_or("which stack? Give --stack or set RAIL_STACK")?;
    let config = aws_config::defaults(aws_config::BehaviorVersion::v2026_01_12())
        .http_client(rail::aws::connections()?)
        .load()
        .await;
    let deployment = Deployment::find(&config, stack).await?;
    let wiring = Wiring::over(config);
    match cli.command {
        Command::Keys(command) => {
            keys::run(command, &wiring.api_keys_in(deployment.output("EndpointsTable")?), cli.json).await
        }
        Command::Redrive(redrive) => redrive.run(&wiring, &deployment, cli.json).await,
    }
}

fn print_json(value: &impl Serialize) -> Result<(), Box<dyn Error>> {
    println!("{}", serde_json::to_string(value)?);
    Ok(())
}
