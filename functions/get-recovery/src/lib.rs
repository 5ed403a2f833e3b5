//! `GET /v1/webhooks/endpoints/{id}/recoveries/{recoveryId}`: how far a recovery got.

use std::sync::Arc;

use rail::api::view::RecoveryView;
use rail::api::{self, ApiError, Gate, Request};
use rail::clock;
use rail::domain::key::Scope;
use rail::env::EnvError;
use rail::store::Log;
use rail::wiring::Wiring;

/// What the route works with.
pub struct GetRecovery {
    gate: Gate,
    log: Log,
}

impl GetRecovery {
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
pub async fn get_recovery(app: Arc<GetRecovery>, request: Request) -> Result<RecoveryView, ApiError> {
    let tenant = app.gate.authenticate(&request, Scope::EventsRead).await?;
    let endpoint = api::id(&request)?;
    let id = api::in_path(&request, "recoveryId")?;
    let found = app.log.find_recovery(&tenant, id, clock::now()).await?;
    let recovery = found.filter(|recovery| recovery.endpoint == endpoint);
    recovery.map(RecoveryView::new).ok_or(ApiError::NotFound("recovery of this endpoint"))
}
