//! The API: whether it answers.

use std::time::Duration;

use reqwest::StatusCode;
use url::Url;

use super::check::Check;
use super::stack::Stack;
use crate::api;
use crate::failure::Failure;

const NAME: &str = "API";
const ANSWER: Duration = Duration::from_secs(30);

/// Asks it something that takes an API key, without one. That it says so is the answer of a function, through the API.
pub async fn examine(stack: &Stack, url: Option<Url>) -> Result<Check, Failure> {
    let output = stack.outputs.get("ApiUrl").and_then(|text| text.parse().ok());
    let Some(mut url) = url.or(output) else {
        return Ok(Check::failed(NAME, "not known where it is: no output ApiUrl", "deploy the template again"));
    };
    let place = url.to_string();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(["v1", "webhooks", "endpoints"]);
    }
    let advice = format!("look at the log of the function ListEndpoints; --url says another place than {place}");
    Ok(match api::client(&url, ANSWER)?.get(url).send().await {
        Ok(answer) if answer.status() == StatusCode::UNAUTHORIZED => Check::ok(NAME, format!("answers at {place}")),
        Ok(answer) => Check::failed(NAME, format!("answered {} where 401 was to be expected", answer.status()), advice),
        Err(error) => Check::failed(NAME, format!("cannot be reached: {}", api::cause(&error)), advice),
    })
}
