//! `rail`, the operator's command. It works with AWS credentials, as the AWS command line finds them: there is no secret
//! from which the first API key would have to be bootstrapped.

mod keys;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use rail::wiring::Wiring;

/// Operates a deployed webhooks rail.
///
/// Uses the AWS credentials and Region of the environment or of the profile in use. Exit codes: 0 done, 1 failed, 2 wrong
/// usage.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Cli {
    /// The table `Endpoints` of the deployment (output `EndpointsTable` of its stack).
    #[arg(long, env = "ENDPOINTS_TABLE", global = true, value_name = "TABLE")]
    endpoints_table: Option<String>,
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

async fn run(cli: Cli) -> Result<(), Box<dyn std::error::Error>> {
    let Command::Keys(command) = cli.command;
    let table = cli.endpoints_table.ok_or("which table? Give --endpoints-table or set ENDPOINTS_TABLE")?;
    let config = aws_config::defaults(aws_config::BehaviorVersion::v2026_01_12())
        .http_client(rail::aws::http_client())
        .load()
        .await;
    keys::run(command, &Wiring::over(config).api_keys_in(table), cli.json).await
}
