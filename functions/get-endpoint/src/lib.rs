//! `GET /v1/webhooks/endpoints/{id}`: one endpoint, without its secret.

use std::sync::Arc;

use rail::api::view::EndpointView;
use rail::api::{self, ApiError, Gate, Request};
use rail::domain::key::Scope;
use rail::env::EnvError;
use rail::store::endpoints::Endpoints;
use rail::wiring::Wiring;

/// What the route works with.
pub struct GetEndpoint {
    gate: Gate,
    endpoints: Endpoints,
}

impl GetEndpoint {
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
pub async fn get_endpoint(app: Arc<GetEndpoint>, request: Request) -> Result<EndpointView, ApiError> {
    let tenant = app.gate.authenticate(&request, Scope::EndpointsRead).await?;
    let endpoint = app.endpoints.find(&tenant, api::id(&request)?).await?;
    endpoint.map(EndpointView::new).ok_or(ApiError::NotFound("endpoint"))
}
