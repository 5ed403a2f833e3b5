//! `POST /v1/webhooks/endpoints/{id}/rotate-secret`: puts another signing secret in the place of the current one, which goes on
//! signing beside it for an overlap, and shows the new one, this once.

use std::sync::Arc;

use rail::api::view::EndpointView;
use rail::api::{self, ApiError, Gate, Request, Rotation};
use rail::clock;
use rail::domain::endpoint::Endpoint;
use rail::domain::key::Scope;
use rail::env::EnvError;
use rail::sealing::Sealer;
use rail::store::endpoints::Endpoints;
use rail::wiring::Wiring;

/// What the route works with.
pub struct RotateSecret {
    gate: Gate,
    endpoints: Endpoints,
    sealer: Sealer,
}

impl RotateSecret {
    /// # Errors
    /// When a setting is missing.
    pub fn new(wiring: &Wiring) -> Result<Self, EnvError> {
        Ok(Self { gate: wiring.gate()?, endpoints: wiring.endpoints()?, sealer: wiring.sealer()? })
    }
}

/// The route.
///
/// # Errors
/// As the API describes.
pub async fn rotate_secret(app: Arc<RotateSecret>, request: Request) -> Result<EndpointView, ApiError> {
    let tenant = app.gate.authenticate(&request, Scope::EndpointsWrite).await?;
    let id = api::id(&request)?;
    let Rotation { secret, overlap_hours } = api::json_or_default(api::bytes(&request)?)?;
    let secret = api::signing_secret(secret)?;

    let found = app.endpoints.find_with_secrets(&tenant, id).await?;
    let (endpoint, seen) = found.ok_or(ApiError::NotFound("endpoint"))?;
    let sealed = app.sealer.seal(&tenant, id, &secret).await?;
    let now = clock::now();
    let rotated = seen.clone().rotated(sealed, overlap_hours, now);
    let rotated = rotated.map_err(|too_many| ApiError::Conflict(too_many.to_string()))?;
    if !app.endpoints.replace_secrets(&tenant, id, &seen, &rotated, now).await? {
        return Err(ApiError::racing());
    }
    Ok(EndpointView::with_secret(Endpoint { updated_at: now, ..endpoint }, secret))
}
