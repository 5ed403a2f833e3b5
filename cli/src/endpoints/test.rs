//! `rail endpoints test`: a `webhook.test` event, and how its one attempt went.

use std::time::Duration;

use rail::domain::id::EndpointId;
use serde_json::value::RawValue;

use crate::api::view::{Attempt, Event};
use crate::api::{Api, Pages};
use crate::events;
use crate::failure::{Code, Failure};
use crate::output;
use crate::terminal;

/// How long the attempt is waited for: the longest there is, and the way to it and back.
const LONGEST: Duration = Duration::from_secs(60);
/// How often it is asked for.
const EVERY: Duration = Duration::from_millis(500);

pub async fn run(api: &Api, endpoint: EndpointId, no_wait: bool, json: bool) -> Result<(), Failure> {
    let call = api.post(&["endpoints", &endpoint.to_string(), "test"]);
    let answer = call.once().body("{}".to_owned()).send().await?;
    let sent: Event = answer.read()?;
    if no_wait {
        if json {
            return output::json_text(&answer.text);
        }
        terminal::say("The test event is on its way.");
        return output::line(&output::plain(&sent.id));
    }
    let (event, text) = settled(api, &sent.id).await?;
    let attempts = Pages::of(api, &["events", &event.id, "attempts"]);
    if json {
        let attempts: Vec<Box<RawValue>> = attempts.all().await?;
        events::json_with_attempts(&text, &attempts)?;
    } else {
        events::show_attempts(&attempts.all::<Attempt>().await?)?;
    }
    if event.status == "delivered" { Ok(()) } else { Err(Failure::Told(Code::Failed)) }
}

/// The event once its delivery is through, and as it was answered.
async fn settled(api: &Api, id: &str) -> Result<(Event, String), Failure> {
    let waiting = async {
        loop {
            let answer = api.get(&["events", id]).send().await?;
            let event: Event = answer.read()?;
            if !event.deliveries.iter().any(|delivery| delivery.is_open()) {
                return Ok((event, answer.text));
            }
            tokio::time::sleep(EVERY).await;
        }
    };
    let spinner = output::spinner("Waiting for the attempt");
    let settled = tokio::time::timeout(LONGEST, waiting).await;
    spinner.finish_and_clear();
    let late = || format!("no attempt was made within {} s; follow it with: rail events show {id}", LONGEST.as_secs());
    settled.map_err(|_| Failure::Failed(late()))?
}
