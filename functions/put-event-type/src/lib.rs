//! `PUT /v1/webhooks/event-types/{name}`: adds an event type to the catalog, or puts it in the place of that of its name.

use std::sync::Arc;

use rail::api::view::EventTypeView;
use rail::api::{self, ApiError, EventTypeInput, Gate, Put, Request};
use rail::clock;
use rail::domain::catalog::MAX_EVENT_TYPES;
use rail::domain::key::Scope;
use rail::env::EnvError;
use rail::store::event_types::{self, EventTypes};
use rail::wiring::Wiring;

/// What the route works with.
pub struct PutEventType {
    gate: Gate,
    event_types: EventTypes,
}

impl PutEventType {
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
pub async fn put_event_type(app: Arc<PutEventType>, request: Request) -> Result<Put<EventTypeView>, ApiError> {
    app.gate.authenticate(&request, Scope::EventTypesWrite).await?;
    let name = api::in_path(&request, "name")?;
    let entry = api::json::<EventTypeInput>(api::bytes(&request)?)?.into_entry(name, clock::now())?;
    let others = app.event_types.names().await?.iter().filter(|other| **other != entry.name).count();
    if others >= MAX_EVENT_TYPES {
        let full = format!("the catalog has {others} event types already, the most there may be: delete one first");
        return Err(ApiError::Conflict(full));
    }
    Ok(match app.event_types.put(&entry).await? {
        event_types::Put::Added => Put::Added(EventTypeView::new(entry)),
        event_types::Put::Replaced => Put::Replaced(EventTypeView::new(entry)),
    })
}
