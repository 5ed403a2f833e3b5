//! `POST /v1/webhooks/events`: accepts an event for delivery to every endpoint that it matches.

use std::sync::Arc;

use rail::api::view::EventView;
use rail::api::{self, Accepted, ApiError, Gate, Request};
use rail::domain::key::Scope;
use rail::env::EnvError;
use rail::publishing::Publisher;
use rail::strictness::Strictness;
use rail::wiring::Wiring;

/// What the route works with.
pub struct PublishEvent {
    gate: Gate,
    strictness: Strictness,
    publisher: Publisher,
}

impl PublishEvent {
    /// # Errors
    /// When a setting is missing.
    pub fn new(wiring: &Wiring) -> Result<Self, EnvError> {
        Ok(Self { gate: wiring.gate()?, strictness: wiring.strictness()?, publisher: wiring.publisher()? })
    }
}

/// The route.
///
/// # Errors
/// As the API describes.
pub async fn publish_event(app: Arc<PublishEvent>, request: Request) -> Result<Accepted<EventView>, ApiError> {
    let tenant = app.gate.authenticate(&request, Scope::EventsPublish).await?;
    api::publish((&app.publisher, &app.strictness), &tenant, &request).await
}
