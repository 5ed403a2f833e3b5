//! `POST /v1/webhooks/events`: accepts an event for delivery to every endpoint that it matches.

use std::sync::Arc;

use rail::api::view::EventView;
use rail::api::{self, Accepted, ApiError, Gate, NewEvent, Request};
use rail::domain::event::{EventError, IdempotencyKey};
use rail::domain::key::Scope;
use rail::env::EnvError;
use rail::publishing::{Publication, Publisher};
use rail::store::Idempotency;
use rail::wiring::Wiring;

/// What the route works with.
pub struct PublishEvent {
    gate: Gate,
    publisher: Publisher,
}

impl PublishEvent {
    /// # Errors
    /// When a setting is missing.
    pub fn new(wiring: &Wiring) -> Result<Self, EnvError> {
        Ok(Self { gate: wiring.gate()?, publisher: wiring.publisher()? })
    }
}

/// The route.
///
/// # Errors
/// As the API describes.
pub async fn publish_event(app: Arc<PublishEvent>, request: Request) -> Result<Accepted<EventView>, ApiError> {
    let tenant = app.gate.authenticate(&request, Scope::EventsPublish).await?;
    let body = api::bytes(&request)?;
    let (event_type, data, metadata) = api::json::<NewEvent>(body)?.into_parts(&tenant)?;
    let key = idempotency_key(&request)?;
    let idempotency = key.as_ref().map(|key| Idempotency { key, body });
    let publication = Publication { tenant, event_type, data, metadata };
    let published = app.publisher.publish(publication, idempotency).await?;
    let view = EventView::new(published.event, &published.deliveries);
    Ok(if published.replayed { Accepted::Before(view) } else { Accepted::Now(view) })
}

fn idempotency_key(request: &Request) -> Result<Option<IdempotencyKey>, ApiError> {
    let sent = request.headers().get("idempotency-key");
    let key = sent.map(|value| value.to_str().unwrap_or_default().parse()).transpose();
    key.map_err(|error: EventError| ApiError::invalid("Idempotency-Key", error))
}
