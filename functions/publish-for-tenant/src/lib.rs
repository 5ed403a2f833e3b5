//! `POST /v1/webhooks/tenants/{tenant}/events`: accepts an event from a service on AWS, which signs its request with its own
//! credentials (SigV4) and needs no API key.
//!
//! API Gateway checks the signature, and that IAM allows the caller this path: a policy may name the tenants that a service
//! publishes for.

use std::sync::Arc;

use rail::api::view::EventView;
use rail::api::{self, Accepted, ApiError, NewEvent, Request};
use rail::env::EnvError;
use rail::publishing::Publisher;
use rail::store::Idempotency;
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
    let body = api::bytes(&request)?;
    let publication = api::json::<NewEvent>(body)?.into_publication(&tenant)?;
    app.strictness.admit(&publication.event_type, &publication.data).await?;
    let key = api::idempotency_key(&request)?;
    let idempotency = key.as_ref().map(|key| Idempotency { key, body });
    let (published, before) = app.publisher.publish(&tenant, publication, idempotency).await?;
    tracing::info!(%caller, %tenant, event = %published.event.id, "event.published");
    let view = EventView::new(published.event, &published.deliveries);
    Ok(if before { Accepted::Before(view) } else { Accepted::Now(view) })
}
