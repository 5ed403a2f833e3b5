//! `POST /v1/webhooks/endpoints/{id}/test`: sends an event of the type `webhook.test` to this endpoint alone, whatever it
//! subscribes to. It is tried once.

use std::sync::Arc;

use rail::api::view::EventView;
use rail::api::{self, Accepted, ApiError, Gate, NoInput, Request};
use rail::clock;
use rail::domain::announcement::endpoint_test;
use rail::domain::endpoint::EndpointStatus;
use rail::domain::id::EventId;
use rail::domain::key::Scope;
use rail::env::EnvError;
use rail::publishing::Publisher;
use rail::store::endpoints::Endpoints;
use rail::wiring::Wiring;

/// What the route works with.
pub struct TestEndpoint {
    gate: Gate,
    endpoints: Endpoints,
    publisher: Publisher,
}

impl TestEndpoint {
    /// # Errors
    /// When a setting is missing.
    pub fn new(wiring: &Wiring) -> Result<Self, EnvError> {
        Ok(Self { gate: wiring.gate()?, endpoints: wiring.endpoints()?, publisher: wiring.publisher()? })
    }
}

/// The route.
///
/// # Errors
/// As the API describes.
pub async fn test_endpoint(app: Arc<TestEndpoint>, request: Request) -> Result<Accepted<EventView>, ApiError> {
    let tenant = app.gate.authenticate(&request, Scope::EndpointsWrite).await?;
    let id = api::id(&request)?;
    let NoInput {} = api::json_or_default(api::bytes(&request)?)?;
    let endpoint = app.endpoints.find(&tenant, id).await?.ok_or(ApiError::NotFound("endpoint"))?;
    match endpoint.status {
        EndpointStatus::Active => {}
        EndpointStatus::Paused => return Err(not_active("paused")),
        EndpointStatus::Disabled(_) => return Err(not_active("disabled")),
    }
    let now = clock::now();
    let test = endpoint_test(id, EventId::new(now, clock::random()), now)?;
    let sent = app.publisher.test(&tenant, id, test).await?;
    Ok(Accepted::Now(EventView::new(sent.event, &sent.deliveries)))
}

fn not_active(status: &str) -> ApiError {
    ApiError::Conflict(format!("this endpoint is {status}: set its status to active before you test it"))
}
