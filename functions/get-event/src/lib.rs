//! `GET /v1/webhooks/events/{id}`: one event, with its payload and its deliveries.

use std::sync::Arc;

use rail::api::view::EventView;
use rail::api::{self, ApiError, Gate, Request};
use rail::clock;
use rail::domain::key::Scope;
use rail::env::EnvError;
use rail::store::Log;
use rail::wiring::Wiring;

/// What the route works with.
pub struct GetEvent {
    gate: Gate,
    log: Log,
}

impl GetEvent {
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
pub async fn get_event(app: Arc<GetEvent>, request: Request) -> Result<EventView, ApiError> {
    let tenant = app.gate.authenticate(&request, Scope::EventsRead).await?;
    let now = clock::now();
    let event = app.log.find_event(&tenant, api::id(&request)?, now).await?;
    let event = event.ok_or(ApiError::NotFound("event"))?;
    let deliveries = app.log.find_deliveries_of(&event.head, now).await?;
    EventView::with_data(event, &deliveries)
}
