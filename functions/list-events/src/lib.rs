//! `GET /v1/webhooks/events`: what was published, or what one endpoint received, newest first.

use std::sync::Arc;

use rail::api::view::{EventView, ListView};
use rail::api::{ApiError, Cursor, Gate, Query, Request};
use rail::clock;
use rail::domain::delivery::Status;
use rail::domain::id::{EndpointId, EventId};
use rail::domain::key::Scope;
use rail::env::EnvError;
use rail::store::Log;
use rail::store::endpoints::Endpoints;
use rail::wiring::Wiring;

mod page;

use page::{Filter, Source};

/// What the route works with.
pub struct ListEvents {
    gate: Gate,
    endpoints: Endpoints,
    log: Log,
}

impl ListEvents {
    /// # Errors
    /// When a setting is missing.
    pub fn new(wiring: &Wiring) -> Result<Self, EnvError> {
        Ok(Self { gate: wiring.gate()?, endpoints: wiring.endpoints()?, log: wiring.log()? })
    }
}

/// The route.
///
/// # Errors
/// As the API describes.
pub async fn list_events(app: Arc<ListEvents>, request: Request) -> Result<ListView<EventView>, ApiError> {
    let tenant = app.gate.authenticate(&request, Scope::EventsRead).await?;
    let query = Query::new(&request, &["endpointId", "status", "type", "limit", "cursor"])?;
    let filter = Filter { status: status(&query)?, event_type: query.get("type")? };
    let limit = query.limit()?;
    let endpoint: Option<EndpointId> = query.get("endpointId")?;
    let list = ["endpointId", "status", "type"].map(|name| query.text(name).unwrap_or_default());
    let cursor = Cursor::of(&tenant, &[&["events"], list.as_slice()].concat());
    let before: Option<EventId> = query.text("cursor").map(|text| cursor.read(text)).transpose()?;
    if let Some(endpoint) = endpoint {
        app.endpoints.find(&tenant, endpoint).await?.ok_or(ApiError::NotFound("endpoint"))?;
    }

    let source = Source::new(&app.log, tenant, endpoint, filter.status);
    let page = page::read(&source, &filter, before, limit, clock::now()).await?;
    let views = page.found.into_iter().map(|(event, deliveries)| EventView::new(event, &deliveries));
    Ok(ListView::new(views.collect(), page.next.map(|position| cursor.at(&position))))
}

fn status(query: &Query) -> Result<Option<Status>, ApiError> {
    let Some(text) = query.text("status") else { return Ok(None) };
    let found = Status::ALL.into_iter().find(|status| status.as_str() == text);
    found.map(Some).ok_or_else(|| ApiError::invalid("status", "must be pending, delivered, failed or retrying"))
}
