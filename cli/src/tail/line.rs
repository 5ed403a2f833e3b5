//! One attempt, on a line.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::api::view::{Attempt, Delivery, Event};
use crate::failure::Failure;
use crate::output::{self, clock_time, coloured, plain};

/// An attempt as it was answered, and read.
pub struct Recorded {
    raw: Box<RawValue>,
    pub attempt: Attempt,
}

impl<'de> Deserialize<'de> for Recorded {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let attempt = serde_json::from_str(raw.get()).map_err(D::Error::custom)?;
        Ok(Self { raw, attempt })
    }
}

/// An attempt, and what belongs to it.
pub struct Line {
    event: String,
    event_type: String,
    pub recorded: Recorded,
    /// What its delivery is after it, where no other attempt has come since.
    delivery: Option<Delivery>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonLine<'a> {
    event_id: &'a str,
    #[serde(rename = "type")]
    event_type: &'a str,
    attempt: &'a RawValue,
    status: Option<&'a str>,
    reason: Option<&'a str>,
    next_attempt_at: Option<String>,
}

impl Line {
    pub fn new(event: &Event, recorded: Recorded) -> Self {
        let Attempt { endpoint_id, number, .. } = &recorded.attempt;
        let delivery = event.deliveries.iter().find(|delivery| delivery.endpoint_id == *endpoint_id);
        let delivery = delivery.filter(|delivery| delivery.attempts == *number).cloned();
        Self { event: event.id.clone(), event_type: event.event_type.clone(), recorded, delivery }
    }

    pub fn print(&self, json: bool) -> Result<(), Failure> {
        let Self { event, event_type, recorded: Recorded { raw, attempt }, delivery } = self;
        if json {
            return output::json(&JsonLine {
                event_id: event,
                event_type,
                attempt: raw,
                status: delivery.as_ref().map(|delivery| delivery.status.as_str()),
                reason: delivery.as_ref().and_then(|delivery| delivery.reason.as_deref()),
                next_attempt_at: delivery
                    .as_ref()
                    .and_then(|delivery| delivery.next_attempt_at)
                    .map(|at| format!("{at:.3}")),
            });
        }
        let ended = [coloured(&attempt.outcome)].into_iter().chain(attempt.response_status.map(|it| it.to_string()));
        output::line(&format!(
            "{}  {}  {}  {}  attempt {}: {} in {} ms{}",
            clock_time(attempt.started_at),
            plain(event),
            plain(event_type),
            plain(&attempt.endpoint_id),
            attempt.number,
            ended.collect::<Vec<_>>().join(" "),
            attempt.duration_ms,
            delivery.as_ref().map(next).unwrap_or_default(),
        ))
    }
}

/// What comes after the attempt, where that is not plain from how it ended.
fn next(delivery: &Delivery) -> String {
    match (delivery.next_attempt_at, delivery.reason.as_deref()) {
        (Some(at), _) => format!(", next at {}", clock_time(at)),
        (None, Some(reason)) => format!(", failed: {}", plain(reason)),
        (None, None) => String::new(),
    }
}
