//! `rail retry` and `rail cancel`: what happens to a delivery next, by hand.

use clap::Args;
use rail::domain::id::{EndpointId, EventId};
use reqwest::Method;
use serde_json::json;

use crate::api::view::Event;
use crate::api::{Answer, Api, ApiOptions};
use crate::events;
use crate::failure::Failure;
use crate::moment::Moment;
use crate::output;
use crate::recovery::{self, Period};

/// Delivers again, now: one event, or with --failed all that failed at an endpoint over a period.
#[derive(Args)]
#[command(
    override_usage = "rail retry [OPTIONS] <EVENT>\n       rail retry [OPTIONS] --failed --endpoint <ENDPOINT> --since <TIME>"
)]
pub struct Retry {
    #[command(flatten)]
    api: ApiOptions,
    /// The event, `evt_…`: what of it failed, or waits for its next attempt.
    #[arg(required_unless_present = "failed", conflicts_with = "failed")]
    event: Option<EventId>,
    /// At this endpoint alone.
    #[arg(long, required_if_eq("failed", "true"))]
    endpoint: Option<EndpointId>,
    /// All events of a period whose deliveries to the endpoint have failed.
    #[arg(long, requires = "since")]
    failed: bool,
    /// With --failed: what was published from then on; a time, or how long ago, like 6h.
    #[arg(long, value_name = "TIME", requires = "failed", conflicts_with = "event")]
    since: Option<Moment>,
    /// With --failed: what was published before; now, if it is not said.
    #[arg(long, value_name = "TIME", requires = "failed", conflicts_with = "event")]
    until: Option<Moment>,
    /// With --failed: begin it, and do not wait for its end.
    #[arg(long, requires = "failed", conflicts_with = "event")]
    no_wait: bool,
}

impl Retry {
    pub async fn run(self, json: bool) -> Result<(), Failure> {
        let api = Api::new(self.api)?;
        match (self.event, self.endpoint, self.since) {
            (Some(event), endpoint, _) => {
                let body = endpoint.map_or_else(|| json!({}), |endpoint| json!({ "endpointId": endpoint }));
                show(&api.post(&["events", &event.to_string(), "retry"]).json(&body)?.send().await?, json)
            }
            (None, Some(endpoint), Some(since)) => {
                recovery::run(&api, endpoint, &Period::new(since, self.until, self.no_wait), json).await
            }
            (None, ..) => Err(Failure::Usage("--failed takes --endpoint and --since".to_owned())),
        }
    }
}

/// Cancels the attempts of an event that are still to come: its deliveries fail.
#[derive(Args)]
pub struct Cancel {
    #[command(flatten)]
    api: ApiOptions,
    /// The event, `evt_…`.
    event: EventId,
    /// Those to this endpoint alone.
    #[arg(long)]
    endpoint: Option<EndpointId>,
}

impl Cancel {
    pub async fn run(self, json: bool) -> Result<(), Failure> {
        let api = Api::new(self.api)?;
        let call = api.call(Method::DELETE, &["events", &self.event.to_string(), "retry"]);
        show(&call.query("endpointId", self.endpoint).send().await?, json)
    }
}

fn show(answer: &Answer, json: bool) -> Result<(), Failure> {
    if json {
        return output::json_text(&answer.text);
    }
    events::show_deliveries(&answer.read::<Event>()?.deliveries)
}
