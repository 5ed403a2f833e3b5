//! `rail publish`: one event.

use clap::Args;
use rail::clock;
use rail::domain::event::IdempotencyKey;
use rail::domain::pattern::EventType;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::api::view::Event;
use crate::api::{Api, ApiError, ApiOptions};
use crate::events;
use crate::failure::Failure;
use crate::given::Given;
use crate::output;
use crate::terminal;

/// Publishes an event, once: it comes with an idempotency key, by which the API knows a repetition.
#[derive(Args)]
pub struct Publish {
    #[command(flatten)]
    api: ApiOptions,
    /// Its type: `contract.created`.
    #[arg(value_name = "TYPE")]
    event_type: EventType,
    /// Its data, a JSON object: itself, @FILE, or @- for the standard input.
    #[arg(long, value_name = "JSON")]
    data: Given,
    /// Its metadata, a JSON object: itself, @FILE, or @-.
    #[arg(long, value_name = "JSON")]
    metadata: Option<Given>,
    /// The idempotency key; one is made, if none is given. To repeat a publish of which nothing was heard, give its key.
    #[arg(long, value_name = "KEY", value_parser = key)]
    idempotency_key: Option<String>,
}

fn key(text: &str) -> Result<String, String> {
    let parsed = text.parse::<IdempotencyKey>();
    parsed.map(|_| text.to_owned()).map_err(|error| error.to_string())
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    event_type: &'a EventType,
    data: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Box<RawValue>>,
}

impl Publish {
    pub async fn run(self, json: bool) -> Result<(), Failure> {
        let api = Api::new(self.api)?;
        if matches!((&self.data, &self.metadata), (Given::Stdin, Some(Given::Stdin))) {
            return Err(Failure::Usage("--data and --metadata cannot both be the standard input".to_owned()));
        }
        let metadata = self.metadata.map(|metadata| metadata.json("--metadata")).transpose()?;
        let body = Body { event_type: &self.event_type, data: self.data.json("--data")?, metadata };
        let key = self.idempotency_key.unwrap_or_else(|| format!("rail-{}", hex::encode(clock::random_bytes::<16>())));
        let sent = api.post(&["events"]).json(&body)?.idempotency_key(&key).send().await;
        let answer = sent.inspect_err(|error| hint(error, &key))?;
        if json {
            return output::json_text(&answer.text);
        }
        events::show_published(&answer.read::<Event>()?)?;
        if answer.replayed {
            terminal::say("It was published before, with this idempotency key; this was a repetition.");
        }
        Ok(())
    }
}

/// How to go on where it is not known whether the event was published.
fn hint(error: &ApiError, key: &str) {
    if error.refusal().is_none() {
        terminal::say(&format!(
            "Whether it was published is not known. Repeat it within 24 hours with --idempotency-key {key}"
        ));
    }
}
