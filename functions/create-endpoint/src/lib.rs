//! `POST /v1/webhooks/endpoints`: registers an endpoint and shows its signing secret, this once.

use std::sync::Arc;

use rail::api::view::EndpointView;
use rail::api::{self, ApiError, Created, Gate, NewEndpoint, Request};
use rail::clock;
use rail::domain::endpoint::{Endpoint, EndpointStatus, MAX_PER_TENANT};
use rail::domain::id::EndpointId;
use rail::domain::key::Scope;
use rail::domain::target::TargetRules;
use rail::env::{self, EnvError};
use rail::sealing::Sealer;
use rail::store::endpoints::Endpoints;
use rail::wiring::Wiring;

/// What the route works with.
pub struct CreateEndpoint {
    gate: Gate,
    endpoints: Endpoints,
    sealer: Sealer,
    targets: TargetRules,
}

impl CreateEndpoint {
    /// # Errors
    /// When a setting is missing.
    pub fn new(wiring: &Wiring) -> Result<Self, EnvError> {
        Ok(Self {
            gate: wiring.gate()?,
            endpoints: wiring.endpoints()?,
            sealer: wiring.sealer()?,
            targets: env::target_rules()?,
        })
    }
}

/// The route.
///
/// # Errors
/// As the API describes.
pub async fn create_endpoint(app: Arc<CreateEndpoint>, request: Request) -> Result<Created<EndpointView>, ApiError> {
    let tenant = app.gate.authenticate(&request, Scope::EndpointsWrite).await?;
    let NewEndpoint { url, events, secret, description, metadata, headers, rate_limit } =
        api::json(api::bytes(&request)?)?;
    let url = app.targets.parse(&url).map_err(|error| ApiError::invalid("url", error))?;
    let secret = api::signing_secret(secret)?;
    if app.endpoints.count(&tenant).await? >= MAX_PER_TENANT {
        let message = format!("this tenant has {MAX_PER_TENANT} endpoints, the most there may be: delete one first");
        return Err(ApiError::Conflict(message));
    }
    let now = clock::now();
    let endpoint = Endpoint {
        id: EndpointId::new(now, clock::random()),
        tenant,
        url,
        subscription: events,
        status: EndpointStatus::Active,
        description,
        metadata,
        headers,
        rate_limit,
        failing: None,
        created_at: now,
        updated_at: now,
    };
    let sealed = app.sealer.seal(&endpoint.tenant, endpoint.id, &secret).await?;
    app.endpoints.insert(&endpoint, sealed).await?;
    Ok(Created(EndpointView::with_secret(endpoint, secret)))
}
