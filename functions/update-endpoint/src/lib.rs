//! `PATCH /v1/webhooks/endpoints/{id}`: changes what the body names, and leaves the rest.

use std::sync::Arc;

use rail::api::view::EndpointView;
use rail::api::{self, ApiError, EndpointPatch, Gate, PatchStatus, Request};
use rail::chores::{Chore, Chores};
use rail::clock;
use rail::domain::endpoint::{DisabledReason, Disabling};
use rail::domain::key::Scope;
use rail::domain::target::TargetRules;
use rail::env::{self, EnvError};
use rail::store::endpoints::{EndpointChange, Endpoints, Opened};
use rail::wiring::Wiring;

/// What the route works with.
pub struct UpdateEndpoint {
    gate: Gate,
    endpoints: Endpoints,
    chores: Chores,
    targets: TargetRules,
}

impl UpdateEndpoint {
    /// # Errors
    /// When a setting is missing.
    pub fn new(wiring: &Wiring) -> Result<Self, EnvError> {
        Ok(Self {
            gate: wiring.gate()?,
            endpoints: wiring.endpoints()?,
            chores: wiring.chores()?,
            targets: env::target_rules()?,
        })
    }
}

/// The route.
///
/// # Errors
/// As the API describes.
pub async fn update_endpoint(app: Arc<UpdateEndpoint>, request: Request) -> Result<EndpointView, ApiError> {
    let tenant = app.gate.authenticate(&request, Scope::EndpointsWrite).await?;
    let id = api::id(&request)?;
    let EndpointPatch { url, events, status, description, metadata, headers, rate_limit } =
        api::json(api::bytes(&request)?)?;
    let url = url.map(|url| app.targets.parse(&url)).transpose();
    let change = EndpointChange {
        url: url.map_err(|error| ApiError::invalid("url", error))?,
        subscription: events,
        opened: match status {
            Some(PatchStatus::Active) => Some(Opened::Active),
            Some(PatchStatus::Paused) => Some(Opened::Paused),
            Some(PatchStatus::Disabled) | None => None,
        },
        description: description.change(),
        metadata,
        headers,
        rate_limit: rate_limit.change(),
    };
    let chore = Chore::of(tenant, id);
    if status.is_some() {
        app.endpoints.find(&chore.tenant, id).await?.ok_or(ApiError::NotFound("endpoint"))?;
        app.chores.ask_before(&chore).await?;
    }
    if status == Some(PatchStatus::Disabled) {
        let disabling = Disabling::new(DisabledReason::Manual, clock::now());
        app.endpoints.disable(&chore.tenant, id, disabling).await?;
    }
    let changed = app.endpoints.change(&chore.tenant, id, change, clock::now()).await?;
    if status.is_some() {
        app.chores.ask_after(&chore).await?;
    }
    changed.map(EndpointView::new).ok_or(ApiError::NotFound("endpoint"))
}
