//! `GET /v1/webhooks/event-types`: the catalog, by name. Any key may read it.

use std::sync::Arc;

use rail::api::view::{EventTypeView, ListView};
use rail::api::{ApiError, Cursor, Gate, MAX_LIMIT, Query, Request};
use rail::domain::pattern::EventType;
use rail::env::EnvError;
use rail::store::event_types::EventTypes;
use rail::wiring::Wiring;

/// What the route works with.
pub struct ListEventTypes {
    gate: Gate,
    event_types: EventTypes,
}

impl ListEventTypes {
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
pub async fn list_event_types(app: Arc<ListEventTypes>, request: Request) -> Result<ListView<EventTypeView>, ApiError> {
    let tenant = app.gate.identify(&request).await?;
    let query = Query::new(&request, &["limit", "cursor"])?;
    let limit = query.limit_or(MAX_LIMIT)?;
    let cursor = Cursor::of(&tenant, &["event-types"]);
    let after: Option<EventType> = query.text("cursor").map(|text| cursor.read(text)).transpose()?;

    // At most 500, in one partition: read whole, and cut to the page here.
    let mut entries = app.event_types.list().await?;
    entries.retain(|entry| after.as_ref().is_none_or(|after| entry.name > *after));
    let more = entries.len() > limit;
    entries.truncate(limit);
    let next = entries.last().filter(|_| more).map(|last| cursor.at(&last.name));
    Ok(ListView::new(entries.into_iter().map(EventTypeView::new).collect(), next))
}
