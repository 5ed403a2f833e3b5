//! `rail endpoints`: where events go.

use clap::{Args, Subcommand};
use rail::domain::id::EndpointId;
use reqwest::Method;
use serde_json::json;

use crate::api::view::Endpoint;
use crate::api::{Answer, Api, ApiError, ApiOptions};
use crate::failure::Failure;
use crate::listing::Listing;
use crate::output;
use crate::recovery;
use crate::terminal::{self, Consent};

mod fields;
mod stats;
mod test;
mod view;

use fields::{Changes, NewEndpoint, Rotation};

#[derive(Args)]
pub struct Endpoints {
    #[command(flatten)]
    api: ApiOptions,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lists them.
    List(Listing),
    /// Shows one.
    Show {
        /// The endpoint, `we_…`.
        endpoint: EndpointId,
    },
    /// Registers one, and shows its signing secret, this once.
    Create(NewEndpoint),
    /// Changes what is given, and leaves the rest.
    Update {
        /// The endpoint, `we_…`.
        endpoint: EndpointId,
        #[command(flatten)]
        changes: Changes,
    },
    /// Keeps what arrives for it until it is resumed.
    Pause {
        /// The endpoint, `we_…`.
        endpoint: EndpointId,
    },
    /// Opens one that is paused or disabled; what was kept for it goes now.
    Resume {
        /// The endpoint, `we_…`.
        endpoint: EndpointId,
    },
    /// Closes it: it gets nothing more, and what waited for it fails.
    Disable {
        /// The endpoint, `we_…`.
        endpoint: EndpointId,
        #[command(flatten)]
        consent: Consent,
    },
    /// Removes it; what waited for it fails.
    Delete {
        /// The endpoint, `we_…`.
        endpoint: EndpointId,
        #[command(flatten)]
        consent: Consent,
    },
    /// Replaces its signing secret, and shows the new one, this once.
    RotateSecret {
        /// The endpoint, `we_…`.
        endpoint: EndpointId,
        #[command(flatten)]
        rotation: Rotation,
    },
    /// Sends a `webhook.test` event to it, and says how that went.
    Test {
        /// The endpoint, `we_…`.
        endpoint: EndpointId,
        /// Do not wait for the attempt.
        #[arg(long)]
        no_wait: bool,
    },
    /// Delivers again what failed over a period.
    Recover {
        /// The endpoint, `we_…`.
        endpoint: EndpointId,
        #[command(flatten)]
        period: recovery::Period,
    },
    /// Shows what became of its deliveries over a period.
    Stats {
        /// The endpoint, `we_…`.
        endpoint: EndpointId,
        #[command(flatten)]
        period: stats::Period,
    },
}

impl Endpoints {
    pub async fn run(self, json: bool) -> Result<(), Failure> {
        let api = Api::new(self.api)?;
        match self.command {
            Command::List(list) => list.run(&api, json, &["endpoints"], &[], view::list).await,
            Command::Show { endpoint } => show(&api.get(&["endpoints", &endpoint.to_string()]).send().await?, json),
            Command::Create(new) => {
                let call = api.post(&["endpoints"]).once().json(&new.body()?)?;
                show(&call.send().await?, json)
            }
            Command::Update { endpoint, changes } => change(&api, endpoint, &changes.body()?, json).await,
            Command::Pause { endpoint } => change(&api, endpoint, &json!({ "status": "paused" }), json).await,
            Command::Resume { endpoint } => change(&api, endpoint, &json!({ "status": "active" }), json).await,
            Command::Disable { endpoint, consent } => {
                consent.ask(&format!("Disable {endpoint}? What waits for it fails."))?;
                change(&api, endpoint, &json!({ "status": "disabled" }), json).await
            }
            Command::Delete { endpoint, consent } => {
                consent.ask(&format!("Delete {endpoint}? What waits for it fails."))?;
                delete(&api, endpoint, json).await
            }
            Command::RotateSecret { endpoint, rotation } => {
                let call = api.post(&["endpoints", &endpoint.to_string(), "rotate-secret"]);
                show(&call.once().json(&rotation.body())?.send().await?, json)
            }
            Command::Test { endpoint, no_wait } => test::run(&api, endpoint, no_wait, json).await,
            Command::Recover { endpoint, period } => recovery::run(&api, endpoint, &period, json).await,
            Command::Stats { endpoint, period } => stats::run(&api, endpoint, &period, json).await,
        }
    }
}

async fn change(api: &Api, endpoint: EndpointId, patch: &serde_json::Value, json: bool) -> Result<(), Failure> {
    let call = api.call(Method::PATCH, &["endpoints", &endpoint.to_string()]);
    show(&call.json(patch)?.send().await?, json)
}

async fn delete(api: &Api, endpoint: EndpointId, json: bool) -> Result<(), Failure> {
    remove(api, &endpoint.to_string()).await?;
    if json {
        return output::json(&json!({ "id": endpoint, "deleted": true }));
    }
    terminal::say(&format!("{endpoint} is deleted."));
    Ok(())
}

/// Removes an endpoint.
pub async fn remove(api: &Api, endpoint: &str) -> Result<(), ApiError> {
    api.call(Method::DELETE, &["endpoints", endpoint]).send().await.map(drop)
}

fn show(answer: &Answer, json: bool) -> Result<(), Failure> {
    if json {
        return output::json_text(&answer.text);
    }
    view::show(&answer.read::<Endpoint>()?)
}
