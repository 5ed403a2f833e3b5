//! `rail`, the command of a webhooks rail's operators and of its users.
//!
//! An operator's commands work with AWS credentials, as the AWS command line finds them: there is no secret from which the first
//! API key would have to be bootstrapped. All others call the API with an API key.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        reason = "a test that meets the unexpected should stop there"
    )
)]

mod api;
mod arrivals;
mod aws;
mod completion;
mod deployment;
mod doctor;
mod endpoints;
mod event_types;
mod events;
mod failure;
mod given;
mod interruption;
mod keys;
mod listen;
mod listing;
mod moment;
mod output;
mod publish;
mod publish_all;
mod recovery;
mod redrive;
mod retry;
mod tail;
mod terminal;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use rail::wiring::Wiring;

use aws::{Aws, StackOptions};
use deployment::Deployment;
use failure::Failure;

/// Publishes events with a webhooks rail, follows their deliveries, and operates a deployed one.
///
/// keys, redrive and doctor are the operator's: they use the AWS credentials and the Region of the environment or of the profile
/// in use, and find the deployment by --stack. All others call the API at --url with --api-key, best set as RAIL_URL and
/// RAIL_API_KEY.
#[derive(Parser)]
#[command(version, max_term_width = 100, after_help = EXIT_CODES)]
struct Cli {
    /// Print JSON, for programs: one document, or for streams and with --all one object a line.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  failed: it ran, and what was asked for could not be done
  2  wrong usage
  3  the API refused it: the message says which field to mend, or what is missing
  4  the API or AWS was not reachable, or had a fault, repetitions included";

#[derive(Subcommand)]
enum Command {
    /// Where events go: lists, makes and changes endpoints.
    Endpoints(endpoints::Endpoints),
    /// Publishes an event.
    Publish(publish::Publish),
    /// Publishes a file of events.
    PublishAll(publish_all::PublishAll),
    /// What was published, and what became of it.
    Events(events::Events),
    /// Delivers again, now.
    Retry(retry::Retry),
    /// Cancels the attempts that are still to come.
    Cancel(retry::Cancel),
    /// Follows attempts as they are made.
    Tail(tail::Tail),
    /// Passes events on to a service on this machine.
    Listen(listen::Listen),
    /// The catalog of event types.
    EventTypes(event_types::EventTypes),
    /// API keys, for operators.
    Keys(Keys),
    /// For operators: shows the messages that landed in the dead-letter queues, and puts them back.
    Redrive(PutBack),
    /// For operators: looks a deployed stack over, and says what is wrong and what to do.
    Doctor(doctor::Doctor),
    /// Prints the completions for a shell.
    Completion(completion::Completion),
}

/// Makes, lists and revokes API keys.
#[derive(Args)]
struct Keys {
    #[command(flatten)]
    stack: StackOptions,
    #[command(subcommand)]
    command: keys::Command,
}

#[derive(Args)]
struct PutBack {
    #[command(flatten)]
    stack: StackOptions,
    #[command(flatten)]
    redrive: redrive::Redrive,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli.command, cli.json).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(),
    }
}

async fn run(command: Command, json: bool) -> Result<(), Failure> {
    match command {
        Command::Endpoints(endpoints) => endpoints.run(json).await,
        Command::Publish(publish) => publish.run(json).await,
        Command::PublishAll(publish_all) => publish_all.run(json).await,
        Command::Events(events) => events.run(json).await,
        Command::Retry(retry) => retry.run(json).await,
        Command::Cancel(cancel) => cancel.run(json).await,
        Command::Tail(tail) => tail.run(json).await,
        Command::Listen(listen) => listen.run(json).await,
        Command::EventTypes(event_types) => event_types.run(json).await,
        Command::Keys(Keys { stack, command }) => {
            let aws = Aws::load(stack).await?;
            keys(command, &aws, json).await.map_err(|failure| aws.judge(failure))
        }
        Command::Redrive(PutBack { stack, redrive }) => {
            let aws = Aws::load(stack).await?;
            put_back(redrive, &aws, json).await.map_err(|failure| aws.judge(failure))
        }
        Command::Doctor(doctor) => doctor.run(json).await,
        Command::Completion(completion) => completion.run(),
    }
}

async fn keys(command: keys::Command, aws: &Aws, json: bool) -> Result<(), Failure> {
    let deployment = Deployment::find(&aws.config, aws.stack.clone()).await?;
    let keys = Wiring::over(aws.config.clone()).api_keys_in(deployment.output("EndpointsTable")?);
    keys::run(command, &keys, json).await
}

async fn put_back(redrive: redrive::Redrive, aws: &Aws, json: bool) -> Result<(), Failure> {
    let deployment = Deployment::find(&aws.config, aws.stack.clone()).await?;
    redrive.run(&Wiring::over(aws.config.clone()), &deployment, json).await
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn every_command_is_well_formed() {
        Cli::command().debug_assert();
    }
}
