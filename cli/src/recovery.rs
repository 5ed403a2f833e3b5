//! Recoveries: delivering again what failed over a period, followed until it is done.

use std::time::Duration;

use clap::Args;
use rail::clock;
use rail::domain::id::EndpointId;
use serde_json::json;

use crate::api::view::Recovery;
use crate::api::{Answer, Api};
use crate::failure::Failure;
use crate::moment::Moment;
use crate::output::{self, local, status};

/// How often it is looked at.
const EVERY: Duration = Duration::from_secs(1);

#[derive(Args)]
pub struct Period {
    /// What was published from then on: a time, or how long ago, like 6h.
    #[arg(long, value_name = "TIME")]
    since: Moment,
    /// What was published before; now, if it is not said.
    #[arg(long, value_name = "TIME")]
    until: Option<Moment>,
    /// Begin it, and do not wait for its end.
    #[arg(long)]
    no_wait: bool,
}

impl Period {
    /// From its parts.
    pub fn new(since: Moment, until: Option<Moment>, no_wait: bool) -> Self {
        Self { since, until, no_wait }
    }
}

pub async fn run(api: &Api, endpoint: EndpointId, period: &Period, json: bool) -> Result<(), Failure> {
    let until = period.until.as_ref().map(Moment::resolve).transpose()?.unwrap_or_else(clock::now);
    let body = json!({ "since": period.since.resolve()?, "until": until });
    let endpoint = endpoint.to_string();
    let call = api.post(&["endpoints", &endpoint, "recover"]).once().json(&body)?;
    let mut answer = call.send().await?;
    if !period.no_wait {
        answer = completed(api, &endpoint, answer).await?;
    }
    if json {
        return output::json_text(&answer.text);
    }
    show(&answer.read()?)
}

/// The recovery as it stands when it is done.
async fn completed(api: &Api, endpoint: &str, mut answer: Answer) -> Result<Answer, Failure> {
    let spinner = output::spinner("Recovering");
    loop {
        let recovery: Recovery = answer.read()?;
        spinner.set_message(format!("Recovering: {} started again, {} skipped", recovery.recovered, recovery.skipped));
        if recovery.status != "running" {
            spinner.finish_and_clear();
            return Ok(answer);
        }
        tokio::time::sleep(EVERY).await;
        answer = api.get(&["endpoints", endpoint, "recoveries", &recovery.id]).send().await?;
    }
}

fn show(recovery: &Recovery) -> Result<(), Failure> {
    output::fields([
        ("recovery", (&recovery.id).into()),
        ("status", status(&recovery.status)),
        ("from", local(recovery.since).into()),
        ("until", local(recovery.until).into()),
        ("started again", recovery.recovered.into()),
        ("skipped", recovery.skipped.into()),
    ])
}
