//! `DELETE /v1/webhooks/event-types/{name}`: removes an event type from the catalog. Endpoints keep their patterns.

use std::sync::Arc;

use rail::api::{self, ApiError, Gate, NoContent, Request};
use rail::domain::key::Scope;
use rail::env::EnvError;
use rail::store::event_types::EventTypes;
use rail::wiring::Wiring;

/// What the route works with.
pub struct DeleteEventType {
    gate: Gate,
    event_types: EventTypes,
}

impl DeleteEventType {
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
pub async fn delete_event_type(app: Arc<DeleteEventType>, request: Request) -> Result<NoContent, ApiError> {
    app.gate.authenticate(&request, Scope::EventTypesWrite).await?;
    let removed = app.event_types.remove(&api::in_path(&request, "name")?).await?;
    if removed { Ok(NoContent) } else { Err(ApiError::NotFound("event type")) }
}
