//! `GET /v1/webhooks/event-types/{name}`: one event type of the catalog. Any key may read it.

use std::sync::Arc;

use rail::api::view::EventTypeView;
use rail::api::{self, ApiError, Gate, Request};
use rail::env::EnvError;
use rail::store::event_types::EventTypes;
use rail::wiring::Wiring;

/// What the route works with.
pub struct GetEventType {
    gate: Gate,
    event_types: EventTypes,
}

impl GetEventType {
    /// # Errors
    /// When a setting is missing.
    pub fn new(wiring: &Wiring) -> Result<Self, EnvError> {
        Ok(Self { gate: wiring.gate()?, event_types: wiring.event_types()? })
    }
}

/// The route.
///
/// # Errors
/// As the API describes.
pub async fn get_event_type(app: Arc<GetEventType>, request: Request) -> Result<EventTypeView, ApiError> {
    app.gate.identify(&request).await?;
    let entry = app.event_types.find(&api::in_path(&request, "name")?).await?;
    entry.map(EventTypeView::new).ok_or(ApiError::NotFound("event type"))
}
