//! `GET /v1/webhooks/events/{id}/attempts`: the delivery log of one event: every attempt, oldest first.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use jiff::Timestamp;
use rail::api::view::{AttemptView, ListView};
use rail::api::{self, ApiError, Cursor, Gate, MAX_LIMIT, Query, Request};
use rail::clock;
use rail::domain::delivery::{Attempt, Delivery};
use rail::domain::id::{EndpointId, EventId};
use rail::domain::key::Scope;
use rail::env::EnvError;
use rail::store::Log;
use rail::wiring::Wiring;

/// What the route works with.
pub struct ListAttempts {
    gate: Gate,
    log: Log,
}

impl ListAttempts {
    /// # Errors
    /// When a setting is missing.
    pub fn new(wiring: &Wiring) -> Result<Self, EnvError> {
        Ok(Self { gate: wiring.gate()?, log: wiring.log()? })
    }
}

/// The route.
///
/// # Errors
/// As the API describes.
pub async fn list_attempts(app: Arc<ListAttempts>, request: Request) -> Result<ListView<AttemptView>, ApiError> {
    let tenant = app.gate.authenticate(&request, Scope::EventsRead).await?;
    let query = Query::new(&request, &["limit", "cursor"])?;
    let limit = query.limit_or(MAX_LIMIT)?;
    let id: EventId = api::id(&request)?;
    let cursor = Cursor::of(&tenant, &["attempts", &id.to_string()]);
    let after: Option<Position> = query.text("cursor").map(|text| cursor.read(text)).transpose()?;

    let now = clock::now();
    let event = app.log.find_event(&tenant, id, now).await?.ok_or(ApiError::NotFound("event"))?;
    let deliveries = app.log.find_deliveries_of(&event.head, now).await?;
    let of_one = |delivery: Delivery| {
        delivery.attempts.into_iter().map(move |attempt| (Position::of(delivery.endpoint, &attempt), attempt))
    };
    let mut attempts: Vec<_> = deliveries.into_iter().flat_map(of_one).collect();
    attempts.retain(|(position, _)| after.is_none_or(|after| *position > after));
    attempts.sort_by_key(|(position, _)| *position);
    let more = attempts.len() > limit;
    attempts.truncate(limit);
    let next = attempts.last().filter(|_| more).map(|(last, _)| cursor.at(last));
    let views = attempts.into_iter().map(|(position, attempt)| AttemptView::new(position.endpoint, attempt));
    Ok(ListView::new(views.collect(), next))
}

/// Where an attempt stands in the log of its event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Position {
    started_at: Timestamp,
    endpoint: EndpointId,
    number: u32,
}

impl Position {
    fn of(endpoint: EndpointId, attempt: &Attempt) -> Self {
        Self { started_at: attempt.started_at, endpoint, number: attempt.number }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.started_at, self.endpoint, self.number)
    }
}

impl FromStr for Position {
    type Err = NotAPosition;

    fn from_str(text: &str) -> Result<Self, NotAPosition> {
        let mut parts = text.splitn(3, ' ');
        let (Some(started_at), Some(endpoint), Some(number)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NotAPosition);
        };
        Ok(Self {
            started_at: started_at.parse().map_err(|_| NotAPosition)?,
            endpoint: endpoint.parse().map_err(|_| NotAPosition)?,
            number: number.parse().map_err(|_| NotAPosition)?,
        })
    }
}

/// A text that is no position in the log.
#[derive(Debug)]
struct NotAPosition;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_position_is_read_as_it_was_written(ms in 0_i64..4_000_000_000_000, random: u128, number: u32) {
            let started_at = Timestamp::from_millisecond(ms).unwrap();
            let position = Position { started_at, endpoint: EndpointId::new(started_at, random), number };
            prop_assert_eq!(position.to_string().parse::<Position>().ok(), Some(position));
        }

        #[test]
        fn no_text_makes_reading_a_position_panic(
            text in r"-?[0-9]{4,9}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,20}Z (we_)?[0-9A-Z]{20,30} [0-9]{0,12}|\PC{0,30}",
        ) {
            if let Ok(position) = text.parse::<Position>() {
                prop_assert_eq!(position.to_string().parse::<Position>().ok(), Some(position));
            }
        }
    }
}
