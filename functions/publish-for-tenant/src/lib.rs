//! `POST /v1/webhooks/tenants/{tenant}/events`: accepts an event from a service on AWS, which signs its request with its own
//! credentials (SigV4) and needs no API key.
//!
//! API Gateway checks the signature, and that IAM allows the caller this path: a policy may name the tenants that a service
//! publishes for.

use std::sync::Arc;

use rail::api::view::EventView;
use rail::api::{self, Accepted, ApiError, Request};
use rail::env::EnvError;
use rail::publishing::Publisher;
use rail::strictness::Strictness;
use rail::wiring::Wiring;

/// What the route works with.
pub struct PublishForTenant {
    strictness: Strictness,
    publisher: Publisher,
}

impl PublishForTenant {
    /// # Errors
    /// When a setting is missing.
    pub fn new(wiring: &Wiring) -> Result<Self, EnvError> {
        Ok(Self { strictness: wiring.strictness()?, publisher: wiring.publisher()? })
    }
}

/// The route.
///
/// # Errors
/// As the API describes.
pub async fn publish_for_tenant(app: Arc<PublishForTenant>, request: Request) -> Result<Accepted<EventView>, ApiError> {
    let caller = api::signer(&request)?;
    let tenant = api::in_path(&request, "tenant")?;
    let accepted = api::publish((&app.publisher, &app.strictness), &tenant, &request).await?;
    tracing::info!(%caller, %tenant, request_id = api::request_id(&request), "event.published");
    Ok(accepted)
}
