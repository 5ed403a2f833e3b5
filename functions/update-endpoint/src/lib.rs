//! `PATCH /v1/webhooks/endpoints/{id}`: changes what the body names, and leaves the rest.

use std::sync::Arc;

use rail::api::view::EndpointView;
use rail::api::{self, ApiError, EndpointPatch, Gate, Nullable, PatchStatus, Request};
use rail::clock;
use rail::domain::endpoint::{DisabledReason, EndpointStatus};
use rail::domain::key::Scope;
use rail::domain::target::TargetRules;
use rail::env::{self, EnvError};
use rail::store::endpoints::{EndpointChange, Endpoints};
use rail::wiring::Wiring;

/// What the route works with.
pub struct UpdateEndpoint {
    gate: Gate,
    endpoints: Endpoints,
    targets: TargetRules,
}

impl UpdateEndpoint {
    /// # Errors
    /// When a setting is missing.
    pub fn new(wiring: &Wiring) -> Result<Self, EnvError> {
        Ok(Self { gate: wiring.gate()?, endpoints: wiring.endpoints()?, targets: env::target_rules()? })
    }
}

/// The route.
///
/// # Errors
/// As the API describes.
pub async fn update_endpoint(app: Arc<UpdateEndpoint>, request: Request) -> Result<EndpointView, ApiError> {
    let tenant = app.gate.authenticate(&request, Scope::EndpointsWrite).await?;
    let id = api::id(&request)?;
    let EndpointPatch { url, events, status, description, metadata, headers } = api::json(api::bytes(&request)?)?;
    let url = url.map(|url| app.targets.parse(&url)).transpose();
    let change = EndpointChange {
        url: url.map_err(|error| ApiError::invalid("url", error))?,
        subscription: events,
        status: status.map(|status| match status {
            PatchStatus::Active => EndpointStatus::Active,
            PatchStatus::Paused => EndpointStatus::Paused,
            PatchStatus::Disabled => EndpointStatus::Disabled(DisabledReason::Manual),
        }),
        description: match description {
            Nullable::Absent => None,
            Nullable::Null => Some(None),
            Nullable::Value(description) => Some(Some(description)),
        },
        metadata,
        headers,
    };
    let changed = app.endpoints.change(&tenant, id, change, clock::now()).await?;
    changed.map(EndpointView::new).ok_or(ApiError::NotFound("endpoint"))
}
