//! `POST /v1/webhooks/endpoints/{id}/recover`: has what failed at an endpoint over a period delivered again, as a background job.

use std::sync::Arc;

use rail::api::view::RecoveryView;
use rail::api::{self, Accepted, ApiError, Gate, NewRecovery, Request};
use rail::chores::{Chore, Chores};
use rail::clock;
use rail::domain::endpoint::EndpointStatus;
use rail::domain::id::RecoveryId;
use rail::domain::key::Scope;
use rail::domain::recovery::Recovery;
use rail::env::EnvError;
use rail::store::Log;
use rail::store::endpoints::Endpoints;
use rail::wiring::Wiring;

/// What the route works with.
pub struct RecoverEndpoint {
    gate: Gate,
    endpoints: Endpoints,
    log: Log,
    chores: Chores,
}

impl RecoverEndpoint {
    /// # Errors
    /// When a setting is missing.
    pub fn new(wiring: &Wiring) -> Result<Self, EnvError> {
        let (endpoints, log, chores) = (wiring.endpoints()?, wiring.log()?, wiring.chores()?);
        Ok(Self { gate: wiring.gate()?, endpoints, log, chores })
    }
}

/// The route. Whoever got no answer may ask again: a second recovery finds nothing that failed any more.
///
/// # Errors
/// As the API describes.
pub async fn recover_endpoint(app: Arc<RecoverEndpoint>, request: Request) -> Result<Accepted<RecoveryView>, ApiError> {
    let tenant = app.gate.authenticate(&request, Scope::EventsWrite).await?;
    let id = api::id(&request)?;
    let now = clock::now();
    let period = api::json::<NewRecovery>(api::bytes(&request)?)?.into_period(now)?;
    let endpoint = app.endpoints.find(&tenant, id).await?.ok_or(ApiError::NotFound("endpoint"))?;
    if let EndpointStatus::Disabled(_) = endpoint.status {
        return Err(ApiError::Conflict("this endpoint is disabled: set its status to active first".to_owned()));
    }
    let recovery = Recovery::new(RecoveryId::new(now, clock::random()), tenant, id, period, now);
    app.log.insert_recovery(&recovery).await?;
    app.chores.ask_after(&Chore::recover(&recovery)).await?;
    Ok(Accepted::Now(RecoveryView::new(recovery)))
}
