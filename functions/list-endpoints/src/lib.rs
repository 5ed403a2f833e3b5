//! `GET /v1/webhooks/endpoints`: the tenant's endpoints, oldest first.

use std::sync::Arc;

use rail::api::view::{EndpointView, ListView};
use rail::api::{ApiError, Cursor, Gate, Query, Request};
use rail::domain::id::EndpointId;
use rail::domain::key::Scope;
use rail::env::EnvError;
use rail::store::endpoints::Endpoints;
use rail::wiring::Wiring;

/// What the route works with.
pub struct ListEndpoints {
    gate: Gate,
    endpoints: Endpoints,
}

impl ListEndpoints {
    /// # Errors
    /// When a setting is missing.
    pub fn new(wiring: &Wiring) -> Result<Self, EnvError> {
        Ok(Self { gate: wiring.gate()?, endpoints: wiring.endpoints()? })
    }
}

/// The route.
///
/// # Errors
/// As the API describes.
pub async fn list_endpoints(app: Arc<ListEndpoints>, request: Request) -> Result<ListView<EndpointView>, ApiError> {
    let tenant = app.gate.authenticate(&request, Scope::EndpointsRead).await?;
    let query = Query::new(&request, &["limit", "cursor"])?;
    let limit = query.limit()?;
    let cursor = Cursor::of(&tenant, &["endpoints"]);
    let after: Option<EndpointId> = query.text("cursor").map(|text| cursor.read(text)).transpose()?;

    // At most 500, in one partition: read whole, and cut to the page here.
    let mut endpoints = app.endpoints.list(&tenant).await?;
    endpoints.retain(|endpoint| after.is_none_or(|after| endpoint.id > after));
    let more = endpoints.len() > limit;
    endpoints.truncate(limit);
    let next = endpoints.last().filter(|_| more).map(|last| cursor.at(&last.id));
    Ok(ListView::new(endpoints.into_iter().map(EndpointView::new).collect(), next))
}
