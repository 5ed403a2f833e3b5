//! `DELETE /v1/webhooks/endpoints/{id}`: removes an endpoint. What is still on its way to it fails.

use std::sync::Arc;

use rail::api::{self, ApiError, Gate, NoContent, Request};
use rail::chores::{Chore, Chores};
use rail::domain::key::Scope;
use rail::env::EnvError;
use rail::store::endpoints::Endpoints;
use rail::wiring::Wiring;

/// What the route works with.
pub struct DeleteEndpoint {
    gate: Gate,
    endpoints: Endpoints,
    chores: Chores,
}

impl DeleteEndpoint {
    /// # Errors
    /// When a setting is missing.
    pub fn new(wiring: &Wiring) -> Result<Self, EnvError> {
        Ok(Self { gate: wiring.gate()?, endpoints: wiring.endpoints()?, chores: wiring.chores()? })
    }
}

/// The route.
///
/// # Errors
/// As the API describes.
pub async fn delete_endpoint(app: Arc<DeleteEndpoint>, request: Request) -> Result<NoContent, ApiError> {
    let tenant = app.gate.authenticate(&request, Scope::EndpointsWrite).await?;
    let id = api::id(&request)?;
    app.endpoints.find(&tenant, id).await?.ok_or(ApiError::NotFound("endpoint"))?;
    let chore = Chore::of(tenant, id);
    app.chores.ask_before(&chore).await?;
    let removed = app.endpoints.remove(&chore.tenant, id).await?;
    app.chores.ask_after(&chore).await?;
    if removed { Ok(NoContent) } else { Err(ApiError::NotFound("endpoint")) }
}
